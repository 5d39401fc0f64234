"""The 20 rows of items and items_ignoring, some with a null."""

COLOURS = ("red", "green", "blue", "yellow")
CITIES = (("Ghent", "9000"), ("Oslo", "0150"), ("Turin", "10121"))


def make(number):
    city, postcode = CITIES[number % 3]
    return {"id": number,
            "name": "item %d" % number,
            "category": None if number == 20 else COLOURS[number % 4],
            "price": round(number * 3.75 + 0.24, 2),
            "tags": ["tag%d" % n for n in range(number % 4)],
            "active": number % 3 != 0,
            "address": None if number == 19 else {"city": city,
                                                  "zip": postcode}}


ROWS = [make(number) for number in range(1, 21)]
