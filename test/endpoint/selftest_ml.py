"""Self-test of Bedrock, SageMaker and Comprehend.

IDENTIFICATION
  test/endpoint/selftest_ml.py
"""

import json
from urllib.parse import quote

from selftest_lib import TAP, Client, Started

TARGET = "Comprehend_20171127."


def ask(client, service, path, body, extra=None, **how):
    """(status, the error's code or None, the answer) of a signed request."""
    status, headers, answer = client.call(
        None, body.encode(), path=path, service=service, extra=extra, **how)
    code = (headers.get("x-amzn-ErrorType") or
            (answer.get("__type") if isinstance(answer, dict) else None))
    return status, code and code.partition(":")[0], answer


def bedrock(client, model, body, **how):
    return ask(client, "bedrock", "/model/%s/invoke" % quote(model, safe=""),
               body, **how)


def sagemaker(client, name, body, kind="text/csv", **how):
    return ask(client, "sagemaker", "/endpoints/%s/invocations" % name, body,
               {"Content-Type": kind}, **how)


def comprehend(client, operation, event, **how):
    return ask(client, "comprehend", "/", json.dumps(event), {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": TARGET + operation}, **how)


def test_bedrock(client):
    model = "amazon.titan-embed-text-v2:0"
    status, _, answer = bedrock(
        client, model, '{"inputText": "ab", "dimensions": 3}')
    TAP.equal((status, answer["embedding"]), (200, [0.25, 0.5, 0.0]),
              "an embedding")
    arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/x:0"
    status, _, answer = bedrock(client, arn, '{"a": 1}')
    TAP.equal((status, answer["model"], answer["input"]),
              (200, arn, {"a": 1}), "an ARN, and an echo")
    TAP.equal(bedrock(client, "raw:", "x y")[2], b"x y", "raw")
    TAP.equal([bedrock(client, name, "{}")[:2] for name in (
        "validation", "model-error", "model-timeout", "unavailable",
        "no/such")],
        [(400, "ValidationException"), (424, "ModelErrorException"),
         (408, "ModelTimeoutException"), (503, "ServiceUnavailableException"),
         (404, "ResourceNotFoundException")], "errors by name")
    TAP.equal([bedrock(client, name, "{}")[0] for name in (
        "throttled", "throttled", "not-ready", "not-ready", "flaky", "flaky")],
        [429, 200, 429, 200, 500, 200], "errors once")
    TAP.equal(bedrock(client, model, "no JSON")[1], "ValidationException",
              "no JSON")
    TAP.equal([bedrock(client, model, text)[1] for text in (
        '{"inputText": null}', '{"inputText": 1}', "[]")],
        ["ValidationException"] * 3, "no text")


def test_sagemaker(client):
    TAP.equal([sagemaker(client, name, '1,"2"\n3,x')[2] for name in (
        "sum", "commas", "short", "long", "echo")],
        [b"3\n3\n", b"3,3", 3, b"3\n3\n3\n3", b"1,2\n3,x"], "models")
    TAP.equal(sagemaker(client, "crlf", "1\n2")[2], b"1\r\n2\r\n", "CRLF")
    TAP.equal(sagemaker(client, "nothing", "1")[2], b"", "nothing")
    TAP.equal(sagemaker(client, "sum", "1", "application/json")[:2],
              (415, "ModelError"), "another type")
    TAP.equal(sagemaker(client, "no-such", "1")[:2], (400, "ValidationError"),
              "no endpoint")
    TAP.equal(sagemaker(client, "sum", "1" * 6291457)[0], 413, "too large")


def test_comprehend(client):
    status, _, answer = comprehend(
        client, "DetectSentiment", {"Text": "good", "LanguageCode": "en"})
    TAP.equal((status, answer["Sentiment"],
               answer["SentimentScore"]["Positive"]),
              (200, "POSITIVE", 0.75), "a sentiment")
    texts = ["good, bad", "refuse:InternalServerException", "x" * 5001,
             "forget me", "bad", "chair"]
    status, _, answer = comprehend(
        client, "BatchDetectSentiment", {"TextList": texts,
                                         "LanguageCode": "de"})
    TAP.equal([(r["Index"], r["Sentiment"]) for r in answer["ResultList"]],
              [(0, "MIXED"), (4, "NEGATIVE"), (5, "NEUTRAL")], "a batch")
    TAP.equal([(r["Index"], r["ErrorCode"]) for r in answer["ErrorList"]],
              [(1, "InternalServerException"),
               (2, "TextSizeLimitExceededException")], "its errors")
    once = {"Text": "refuse-once:InternalServerException",
            "LanguageCode": "en"}
    TAP.equal([comprehend(client, "DetectSentiment", once)[:2]
               for _ in range(2)],
              [(500, "InternalServerException"), (200, None)], "once")
    TAP.equal([comprehend(client, "BatchDetectSentiment", event)[1]
               for event in ({"TextList": ["x"] * 26, "LanguageCode": "en"},
                             {"TextList": ["x"], "LanguageCode": "tlh"},
                             {"TextList": ["x", ""], "LanguageCode": "en"})],
              ["BatchSizeLimitExceededException",
               "UnsupportedLanguageException", "InvalidRequestException"],
              "refused as a whole")
    TAP.equal(comprehend(client, "DetectEntities", {})[1],
              "UnknownOperationException", "another operation")


def test_signatures(client):
    client.call("reset_calls", {})
    TAP.equal([bedrock(client, "x", "{}", secret="x")[1],
               sagemaker(client, "sum", "1", secret="x")[1],
               comprehend(client, "DetectSentiment", {}, secret="x")[1]],
              ["InvalidSignatureException"] * 3, "a wrong secret")
    TAP.equal([bedrock(client, "x", "{}", key="AKIDDENIED")[1],
               sagemaker(client, "sum", "1", key="AKIDDENIED")[1]],
              ["AccessDeniedException"] * 2, "keys that may not")
    TAP.equal(ask(client, "sagemaker", "/model/x/invoke", "{}")[1],
              "UnknownOperationException", "another service's path")
    sagemaker(client, "sum", "1\n2")
    rows = client.call("service_calls", {})[2]["rows"]
    TAP.equal([(r["service"], r["operation"], r["status"], r["access_key"])
               for r in rows][3:],
              [("bedrock", "InvokeModel", 403, "AKIDDENIED"),
               ("sagemaker", "InvokeEndpoint", 403, "AKIDDENIED"),
               ("sagemaker", None, 404, "AKIDEXAMPLE"),
               ("sagemaker", "InvokeEndpoint", 200, "AKIDEXAMPLE")],
              "the record")
    TAP.equal(rows[-1]["parameters"],
              {"endpoint_name": "sum", "rows": 2, "body": "1\n2", "bytes": 3},
              "its parameters")


def run():
    with Started("endpoint.py") as server:
        client = Client(server.port)
        for test in (test_bedrock, test_sagemaker, test_comprehend,
                     test_signatures):
            test(client)
