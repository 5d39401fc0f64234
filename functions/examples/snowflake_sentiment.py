"""Snowflake's external function sentiment(text), behind API Gateway."""

import json

WORDS = {"good": 1, "great": 2, "love": 2, "bad": -1, "awful": -2, "late": -1}


def sentiment(text):
    score = sum(WORDS.get(word.strip(".,!").lower(), 0) for word in text.split())
    return {"score": score, "label": "positive" if score > 0 else
            "negative" if score < 0 else "neutral"}


def lambda_handler(event, context):
    try:
        rows = json.loads(event["body"])["data"]
        data = [[number, sentiment(text)] for number, text in rows]
        return {"statusCode": 200, "body": json.dumps({"data": data})}
    except Exception as e:
        return {"statusCode": 400, "body": json.dumps({"error": str(e)})}
