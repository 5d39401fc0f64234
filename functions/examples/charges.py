"""Charges, listed as Stripe's API lists: limit, starting_after, has_more."""

CHARGES = [{"id": "ch_%03d" % n, "object": "charge", "amount": 100 * n,
            "currency": "eur", "customer": "cus_%d" % (n % 3 + 1),
            "created": 1767225600 + 3600 * n} for n in range(1, 26)]


def lambda_handler(event, context):
    data = CHARGES
    if "customer" in event:
        data = [c for c in data if c["customer"] == event["customer"]]
    if "starting_after" in event:
        at = [c["id"] for c in data].index(event["starting_after"])
        data = data[at + 1:]
    limit = min(event.get("limit", 10), 100)
    return {"object": "list", "url": "/v1/charges", "data": data[:limit],
            "has_more": len(data) > limit}
