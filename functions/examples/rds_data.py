"""Passes on what the RDS Data API answers to ExecuteStatement: records are
arrays of fields, and each field says of which type it is.

As boto3's rds-data client answers; the database here is a list.
"""

STAFF = [(1, "Ann", 4200.5, True), (2, "Bob", None, False), (3, "Cid", 3900.0, True)]


def field(value):
    if value is None:
        return {"isNull": True}
    for kind, name in ((bool, "booleanValue"), (int, "longValue"),
                       (float, "doubleValue"), (str, "stringValue")):
        if isinstance(value, kind):
            return {name: value}


def lambda_handler(event, context):
    wanted = event.get("id")
    records = [[field(value) for value in row] for row in STAFF
               if wanted in (None, row[0])]
    return {"numberOfRecordsUpdated": 0, "records": records}
