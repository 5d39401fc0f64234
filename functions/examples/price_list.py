"""A supplier's list of prices, by the month in the event."""

LISTS = {
    "2026-11": [("bolt", "0.12"), ("hinge", "4.95"), ("lamp", "39.90")],
    "2026-12": [("bolt", "0.13"), ("lamp", "35.00"), ("oak board", "24.50")],
    # this one came with a line twice
    "2027-01": [("bolt", "0.13"), ("lamp", "35.00"), ("bolt", "0.13")],
}


def lambda_handler(event, context):
    month = event["month"]
    if month not in LISTS:
        raise LookupError("no list of prices for " + month)
    return {"month": month, "items": [{"sku": sku, "price": price}
                                      for sku, price in LISTS[month]]}
