"""The function the Lambda console writes for you, unchanged in what it says.

It answers as API Gateway's proxy integration wants; lambda_fdw unwraps the
body, and the JSON text in it is the one value of a one-column table.

    CREATE FOREIGN TABLE hello (
      greeting text
    ) SERVER aws OPTIONS (function_arn 'hello');
"""

import json


def lambda_handler(event, context):
    return {
        "statusCode": 200,
        "body": json.dumps("Hello from Lambda!"),
    }
