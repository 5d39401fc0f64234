"""Five thousand orders of two hundred customers, the same on every machine.

    CREATE FOREIGN TABLE orders (
      id        bigint  OPTIONS (pushdown '=, in'),
      customer  bigint  OPTIONS (pushdown '=, in'),
      placed_at timestamptz,
      total     numeric,
      city      text    OPTIONS (path '/address/city'),
      items     jsonb
    ) SERVER aws OPTIONS (function_arn 'orders');

    SELECT c.name, sum(o.total)
    FROM customers c JOIN orders o ON o.customer = c.id GROUP BY c.name;

Arguments, each a number or a list of numbers, each optional: id, customer.
"""

from datetime import datetime, timedelta, timezone
from functools import lru_cache
from random import Random

COUNT = 5000
CUSTOMERS = 200
START = datetime(2026, 1, 1, tzinfo=timezone.utc)
CITIES = (("Antwerp", "2000", "BE"), ("Bergen", "5003", "NO"),
          ("Kraków", "31-042", "PL"), ("Lyon", "69001", "FR"),
          ("Porto", "4000-008", "PT"), ("Turin", "10121", "IT"))
# Stock keeping unit and price in cents.
PRODUCTS = (("bolt-m6", 12), ("hinge-brass", 495), ("lamp-desk", 3990),
            ("oak-board", 2450), ("paint-white", 1899), ("screwdriver", 749),
            ("tile-blue", 310), ("workbench", 18900))


def below(random, limit):
    """A number in [0, limit); random() alone is the same in every Python."""
    return int(random.random() * limit)


def make_order(number, random):
    items = []
    cents = 0
    for _ in range(1 + below(random, 4)):
        sku, price = PRODUCTS[below(random, len(PRODUCTS))]
        quantity = 1 + below(random, 9)
        cents += quantity * price
        items.append({"sku": sku, "quantity": quantity, "price": price / 100})
    customer = 1 + below(random, CUSTOMERS)
    city, postcode, country = CITIES[customer % len(CITIES)]
    placed_at = START + timedelta(minutes=number * 90 + below(random, 90))
    return {
        "id": number,
        "customer": customer,
        "placed_at": placed_at.isoformat(),
        "total": cents / 100,
        "address": {"city": city, "zip": postcode, "country": country},
        "items": items,
    }


@lru_cache(maxsize=None)
def orders():
    random = Random(20261114)
    return [make_order(number, random) for number in range(1, COUNT + 1)]


def lambda_handler(event, context):
    rows = orders()
    for argument in ("id", "customer"):
        if argument in event:
            value = event[argument]
            wanted = set(value if isinstance(value, list) else [value])
            rows = [row for row in rows if row[argument] in wanted]
    return rows
