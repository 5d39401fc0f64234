"""BatchGetItem on a DynamoDB table: what there was no time for comes back as
UnprocessedKeys, to be asked for again.

As boto3's dynamodb.batch_get_item(**event) answers; the table here is a
dictionary, and there is time for three keys.
"""

PRODUCTS = {n: {"id": n, "name": "product %d" % n, "stock": n * 7 % 20}
            for n in range(1, 51)}


def lambda_handler(event, context):
    keys = event["RequestItems"]["products"]["Keys"]
    if len(keys) > 100:
        raise ValueError("Too many items requested for the BatchGetItem call")
    items = [PRODUCTS[k["id"]] for k in keys[:3] if k["id"] in PRODUCTS]
    left = {"products": {"Keys": keys[3:]}} if keys[3:] else {}
    return {"Responses": {"products": items}, "UnprocessedKeys": left}
