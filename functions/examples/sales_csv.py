"""GET /reports/sales?month=2026-05: a report to download, in CSV."""

import csv
import io

SALES = {"2026-04": [("North", "Bolts, M6", 120, "54.00")],
         "2026-05": [("North", "Bolts, M6", 80, "36.00"),
                     ("South", 'Tile "blue"', 41, "127.10"),
                     ("South", "Lamp", "", "0.00")]}


def lambda_handler(event, context):
    month = event["queryStringParameters"]["month"]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Region", "Product", "Units", "Net Amount"])
    writer.writerows(SALES.get(month, []))
    return {"statusCode": 200, "body": text.getvalue(), "headers": {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="sales-%s.csv"' % month}}
