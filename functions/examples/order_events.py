"""Takes events about orders, one a call, or a list of them."""


def lambda_handler(event, context):
    for each in event.get("orders", [event]):
        print("order %s is %s" % (each["id"], each["state"]))
