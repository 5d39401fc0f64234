"""Amazon Redshift's scalar Lambda UDF
f_distance_km(lat1 float8, lon1 float8, lat2 float8, lon2 float8)."""

import json
from math import asin, cos, radians, sin, sqrt


def distance(lat1, lon1, lat2, lon2):
    if None in (lat1, lon1, lat2, lon2):
        return None
    lat1, lon1, lat2, lon2 = map(radians, (lat1, lon1, lat2, lon2))
    a = (sin((lat2 - lat1) / 2) ** 2
         + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2)
    return round(12742 * asin(sqrt(a)), 1)


def lambda_handler(event, context):
    try:
        results = [distance(*row) for row in event["arguments"]]
        answer = {"success": True, "num_records": len(results),
                  "results": results}
    except Exception as e:
        answer = {"success": False, "error_msg": str(e)}
    return json.dumps(answer)
