"""An answer in the shape API Gateway's proxy integration wants.

status   statusCode, default 200
body     a text is passed as it is, any other JSON value as an embedded value
base64   true: the text in base64, isBase64Encoded set
"""

import base64


def lambda_handler(event, context):
    body = event.get("body")
    answer = {"statusCode": event.get("status", 200),
              "headers": {"Content-Type": "application/json"}, "body": body}
    if event.get("base64"):
        answer["body"] = base64.b64encode(body.encode()).decode()
        answer["isBase64Encoded"] = True
    return answer
