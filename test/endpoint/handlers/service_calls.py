"""Answers with the requests to the other services since the last reset_calls.

{"service": name or names} keeps those alone: sts, imds, container, s3, bedrock,
sagemaker, comprehend.  A request that was refused is here too; "status" is what
it was answered, null while it has no answer.
"""

import services


def lambda_handler(event, context):
    wanted = event.get("service")
    names = wanted if isinstance(wanted, list) else [wanted]
    return {"rows": [row for row in services.RECORD.rows()
                     if wanted is None or row["service"] in names]}
