"""{"values": [numbers]} -> {"count": how many, "sum": their sum}."""


def lambda_handler(event, context):
    values = event["values"]
    return {"count": len(values), "sum": sum(values)}
