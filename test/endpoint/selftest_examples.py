"""Self-tests of functions/examples, with the events that others send them.

IDENTIFICATION
  test/endpoint/selftest_examples.py
"""

import base64
import json
import os
import re
from urllib.parse import parse_qsl, urlsplit

from selftest_lib import HERE, TAP


def rest(query=None, path=None):
    """What these handlers read of API Gateway's event, version 1.0."""
    return {"queryStringParameters": query, "pathParameters": path,
            "body": None, "isBase64Encoded": False}


def http(query=None, path=None, raw_path="/"):
    """The same of version 2.0, where what is not there is absent."""
    event = {"version": "2.0", "rawPath": raw_path, "isBase64Encoded": False}
    if query:
        event["queryStringParameters"] = query
    if path:
        event["pathParameters"] = path
    return event


def body_of(client, name, event, status=200):
    """The JSON in an answer in API Gateway's form."""
    answer = client.call(name, event)[2]
    TAP.equal(answer["statusCode"], status, "%s: %d" % (name, status))
    return json.loads(answer["body"])


def test_events(client):
    call = lambda name, event: client.call(name, event)[2]     # noqa: E731
    found = body_of(client, "rest_customers", rest({"country": "NO"}))
    TAP.equal([c["customerId"] for c in found["customers"]], [1], "REST API")
    body_of(client, "rest_customers", rest(), 400)
    found = call("customer_orders", http({"minTotal": "20"}, {"customer_id": "7"}))
    TAP.equal([o["orderId"] for o in found], [702], "HTTP API")
    body_of(client, "customer_orders", http(path={"customer_id": "9"}), 404)
    resolver = {"info": {"fieldName": "postsByAuthor", "parentTypeName":
                         "Query", "selectionSetList": ["id"]},
                "arguments": {"author": "ann"}}
    TAP.equal([p["id"] for p in call("appsync_posts", resolver)],
              ["p1", "p3"], "AppSync: a list")
    resolver["info"]["fieldName"] = "post"
    for key, expected in (("p2", "Indexes"), ("p9", None)):
        resolver["arguments"] = {"id": key}
        post = call("appsync_posts", resolver)
        TAP.equal(post and post["title"], expected, "AppSync: one, " + key)
    body = json.loads(call("redshift_distance", {
        "request_id": "23FF1F97-F28A-44AA-AB67-266ED976BF40", "num_records": 2,
        "arguments": [[60.39, 5.32, 38.71, -9.14], [1, 1, None, 1]]}))
    TAP.equal((body["success"], body["num_records"], body["results"][1]),
              (True, 2, None), "Redshift")
    body = json.loads(call("redshift_distance", {"arguments": [["x"]]}))
    TAP.equal(body["success"], False, "Redshift, refused")
    event = {"body": json.dumps({"data": [[0, "good, great!"], [1, "late"]]})}
    TAP.equal([(n, v["label"]) for n, v in body_of(
        client, "snowflake_sentiment", event)["data"]],
        [(0, "positive"), (1, "negative")], "Snowflake")
    instances = [{"complaints": n, "tenure_months": 12, "plan": "annual"}
                 for n in (0, 3)]
    TAP.equal([p["churn"] for p in call("churn_model", {
        "instances": instances})["predictions"]], [False, True], "predictions")
    TAP.equal(call("geocoder", rest({"address": "x"}))["statusCode"], 404,
              "an address that is not there")
    TAP.equal(body_of(client, "geocoder", rest({"address": "Kraków"}))["lat"],
              50.0614, "an address")


# What a page has: its rows, and the event that asks for the next, None at the
# end.  Each is given the event, the answer, and the JSON in its body.

def by_key(event, answer, body):
    last = answer.get("LastEvaluatedKey")
    return answer["Items"], last and dict(event, ExclusiveStartKey=last)


def by_key_over_http(event, answer, body):
    last = body.get("lastEvaluatedKey")
    return body["items"], last and dict(event, queryStringParameters={
        "startKey": json.dumps(last)})


def by_last_row(event, answer, body):
    more = dict(event, starting_after=answer["data"][-1]["id"])
    return answer["data"], more if answer["has_more"] else None


def by_end_cursor(event, answer, body):
    issues = body["data"]["issues"]
    info = issues["pageInfo"]
    more = {"body": json.dumps({"variables": {"after": info["endCursor"]}})}
    return issues["edges"], more if info["hasNextPage"] else None


def by_number(event, answer, body):
    query = dict(event["queryStringParameters"], page=str(body["page"] + 1))
    more = dict(event, queryStringParameters=query)
    return body["products"], more if body["products"] else None


def asked_at(event, url):
    """The event of a GET of this URL."""
    query = dict(parse_qsl(urlsplit(url or "").query))
    return dict(event, queryStringParameters=query) if url else None


def by_odata(event, answer, body):
    return body["value"], asked_at(event, body.get("@odata.nextLink"))


def by_hal(event, answer, body):
    following = body["_links"].get("next", {"href": None})
    return body["_embedded"]["invoices"], asked_at(event, following["href"])


def by_json_api(event, answer, body):
    return body["data"], asked_at(event, body["links"]["next"])


def by_link(event, answer, body):
    link = answer["headers"].get("link", "")
    match = re.match('<([^>]*)>; rel="next"', link)
    return body, asked_at(event, match and match[1])


def test_pages(client):
    """Every way to the next page gives all rows once."""
    for name, way, event, expected in (
            ("dynamodb_readings", by_key, {"sensor": "s1"}, (12, 3)),
            ("dynamodb_http", by_key_over_http, rest(path={"sensor": "s2"}),
             (12, 3)),
            ("charges", by_last_row, {}, (25, 3)),
            ("graphql_issues", by_end_cursor, {"body": "{}"}, (14, 4)),
            ("catalog_pages", by_number, rest({"per_page": "50"}), (53, 4)),
            ("odata_employees", by_odata, rest(), (9, 3)),
            ("hal_invoices", by_hal, http({"status": "open"},
                                          raw_path="/invoices"), (11, 3)),
            ("jsonapi_articles", by_json_api, rest(), (11, 3)),
            ("link_repos", by_link, rest(path={"org": "acme"}), (8, 3))):
        seen, pages = set(), 0
        while event is not None:
            answer = client.call(name, event)[2]
            body = json.loads(answer["body"]) if "body" in answer else None
            rows, event = way(event, answer, body)
            seen.update(map(json.dumps, rows))
            pages += 1
        TAP.equal((len(seen), pages), expected, name)
    issue = body_of(client, "graphql_issues", {"body": json.dumps(
        {"variables": {"first": 1000}})})
    TAP.equal(issue["errors"][0]["message"], "first must be at most 100",
              "errors of GraphQL")


def test_forms(client):
    call = lambda name, event: client.call(name, event)[2]     # noqa: E731
    keys = [{"id": n} for n in (1, 2, 3, 4)]
    answer = call("dynamodb_batch", {"RequestItems": {"products": {
        "Keys": keys}}})
    TAP.equal(([p["id"] for p in answer["Responses"]["products"]],
               answer["UnprocessedKeys"]),
              ([1, 2, 3], {"products": {"Keys": keys[3:]}}), "BatchGetItem")
    answer = call("dynamodb_batch", {"RequestItems": {"products": {
        "Keys": [{"id": 99}]}}})
    TAP.equal(answer, {"Responses": {"products": []}, "UnprocessedKeys": {}},
              "BatchGetItem, nothing found")
    data = call("embeddings", {"input": ["a", "b", "c", "d"]})["data"]
    order = [item["index"] for item in data]
    TAP.ok(sorted(order) == [0, 1, 2, 3] != order, "embeddings by index", order)
    TAP.equal(call("fx_rates", {"base": "USD"})["rates"]["EUR"], 0.9223, "rates")
    TAP.equal(call("sales_csv", rest({"month": "2026-05"}))["body"],
              'Region,Product,Units,Net Amount\r\nNorth,"Bolts, M6",80,36.00\r\n'
              'South,"Tile ""blue""",41,127.10\r\nSouth,Lamp,,0.00\r\n', "CSV")
    image = call("swatch", rest(path={"color": "ff8800"}))
    TAP.equal((image["isBase64Encoded"],
               base64.b64decode(image["body"])[:8]),
              (True, b"\x89PNG\r\n\x1a\n"), "an image")
    answer = call("warehouse_query", {"station": "Porto"})
    TAP.equal((answer["columns"], answer["rows"][1]),
              (["station", "day", "rain_mm"], ["Porto", "2026-02-02", None]),
              "columns and rows")
    answer = call("forecast", {"latitude": 60, "longitude": 5})
    TAP.equal({len(array) for array in answer["hourly"].values()}, {4},
              "an array for each column")
    messages = call("queue_messages", {"MaxNumberOfMessages": 2})["Messages"]
    TAP.equal(json.loads(json.loads(messages[1]["Body"])["detail"])["method"],
              "card", "JSON in strings")
    TAP.equal(call("rds_data", {"id": 2})["records"],
              [[{"longValue": 2}, {"stringValue": "Bob"}, {"isNull": True},
                {"booleanValue": False}]], "RDS Data API")


def test_writes(client):
    """Those that are written to."""
    def parts(method, sku=None, body=None, status=200):
        event = http(path=sku and {"sku": sku})
        event.update(body=body and json.dumps(body),
                     requestContext={"http": {"method": method}})
        answer = client.call("parts_api", event)[2]
        TAP.equal(answer["statusCode"], status, "parts: %s" % method)
        return json.loads(answer.get("body", "null"))

    parts("POST", body={"sku": "t-1", "name": "tack"}, status=201)
    parts("POST", body={"sku": "t-1", "name": "tack"}, status=409)
    TAP.equal(parts("PATCH", "t-1", {"inStock": 3}),
              {"sku": "t-1", "name": "tack", "inStock": 3}, "a part as it is now")
    parts("DELETE", "t-1", status=204)
    parts("DELETE", "t-1", status=404)
    TAP.equal([part["sku"] for part in parts("GET")], ["b-100"], "all parts")
    orders = [{"orderId": n, "sku": "b-100", "quantity": n} for n in (0, 1)]
    TAP.equal(client.call("order_worker", {"Records": [
        {"messageId": "m%d" % n, "body": json.dumps(order)}
        for n, order in enumerate(orders)]})[2],
        {"batchItemFailures": [{"itemIdentifier": "m0"}]}, "SQS")
    TAP.equal(client.call("clicks_consumer", {"Records": [
        {"kinesis": {"sequenceNumber": "s%d" % n,
                     "data": base64.b64encode(data).decode()}}
        for n, data in enumerate((b'{"page": "/"}', b"{}"))]})[2],
        {"batchItemFailures": [{"itemIdentifier": "s1"}]}, "Kinesis")
    TAP.equal(client.call("send_welcome", {"address": "a@b", "name": "A"})[2],
              {"messageId": "m-1"}, "a mail")
    TAP.equal(client.call("order_events", {"id": 1, "state": "new"})[2], None,
              "an event")


def test_recipes(client):
    """Those of docs/recipes.md, by what they refuse too."""
    call = lambda name, event: client.call(name, event)[2]     # noqa: E731
    TAP.equal([c["name"] for c in call("company_register", {"domain": [
        "lyon.example", "x.example"]})], ["Lyon Optique"], "companies")
    TAP.equal(call("company_register", {"domain": "x"})["errorMessage"],
              "not a domain: x", "no domain")
    TAP.equal(len(call("price_list", {"month": "2026-11"})["items"]), 3,
              "a list of prices")
    TAP.equal(call("price_list", {"month": "2026-13"})["errorType"],
              "LookupError", "no list of prices")
    event = {"id": 4, "shipment": {"id": 7, "address": "1 Harbour Road"}}
    TAP.equal(call("shipment_events", event), {"taken": 4}, "an event is taken")
    event["shipment"]["address"] = None
    TAP.equal(call("shipment_events", event)["errorType"], "ValueError",
              "an event is not taken")
    key = {"day": "2026-11-26", "shop": 1}
    for amount in (3, 4):
        TAP.equal(call("sales_ledger", {"lambda_fdw": {
            "operation": "insert", "rows": [
                {"key": key, "values": dict(key, amount=amount)}]}}),
            {"affected": 1}, "a sale")
    scan = {"lambda_fdw": {"operation": "scan"}}
    TAP.equal(call("sales_ledger", scan), [dict(key, amount=4)],
              "a sale that came twice is one")
    TAP.equal(call("sales_ledger", dict(scan, day="2026-11-27")), [],
              "another day")
    TAP.equal({(row["region"], row["sku"]) for row in call(
        "regional_stock", {"sku": "bolt"})}, {("eu-west-1", "bolt")},
        "the region's stock")


def test_names():
    """A test's handler of the same name would be run in an example's place."""
    handlers, examples = ({name for name in os.listdir(os.path.join(
        HERE, folder)) if name.endswith(".py")}
        for folder in ("handlers", "../../functions/examples"))
    TAP.equal(handlers & examples, set(), "names of their own")


def run(client):
    test_names()
    test_events(client)
    test_pages(client)
    test_forms(client)
    test_writes(client)
    test_recipes(client)
