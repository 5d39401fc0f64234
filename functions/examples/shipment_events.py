"""Takes an event about a shipment, and tells the carrier.

Whoever sends events until they are taken sends one twice now and then: the
carrier has "id", by which it knows what it has done already.
"""


def lambda_handler(event, context):
    if not event["shipment"].get("address"):
        raise ValueError("event %d has no address" % event["id"])
    print("event %d: shipment %d goes to %s" % (
        event["id"], event["shipment"]["id"], event["shipment"]["address"]))
    return {"taken": event["id"]}
