"""GET /odata/Employees: a page names the URL of the next, @odata.nextLink."""

import json
from urllib.parse import urlencode

EMPLOYEES = [{"EmployeeID": n, "LastName": "Name%d" % n, "City": "London"
              if n % 2 else "Seattle"} for n in range(1, 10)]
ROOT = "https://services.example.com/odata/Employees"


def lambda_handler(event, context):
    query = event["queryStringParameters"] or {}
    skip = int(query.get("$skiptoken", 0))
    body = {"@odata.context": ROOT + "/$metadata#Employees",
            "value": EMPLOYEES[skip:skip + 4]}
    if skip + 4 < len(EMPLOYEES):
        body["@odata.nextLink"] = ROOT + "?" + urlencode(
            {**query, "$skiptoken": skip + 4})
    return {"statusCode": 200, "body": json.dumps(body)}
