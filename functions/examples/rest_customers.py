"""GET /customers?country=NO&status=active behind API Gateway (REST API)."""

import json

CUSTOMERS = [
    {"customerId": 1, "name": "Fjord AS", "country": "NO", "status": "active"},
    {"customerId": 2, "name": "Bergen Bygg", "country": "NO", "status": "closed"},
    {"customerId": 3, "name": "Quinta do Vale", "country": "PT", "status": "active"},
    {"customerId": 4, "name": "Ateliê Sul", "country": "PT", "status": "active"},
]


def lambda_handler(event, context):
    params = event["queryStringParameters"] or {}
    if "country" not in params:
        return {"statusCode": 400,
                "body": json.dumps({"message": "country is required"})}
    status = params.get("status", "active")
    found = [c for c in CUSTOMERS
             if c["country"] == params["country"] and c["status"] == status]
    return {"statusCode": 200,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps({"customers": found, "count": len(found)})}
