"""Where an address is: {"lat": ..., "lon": ...}, [] where nobody knows.

"wrong" has the answer carry another address than it was asked for.
"""


def lambda_handler(event, context):
    address = event["address"]
    if isinstance(address, list) or address.startswith("nowhere"):
        return []
    place = {"lat": len(address), "lon": -sum(map(ord, address)) % 180}
    if event.get("wrong"):
        place["address"] = "elsewhere"
    return place
