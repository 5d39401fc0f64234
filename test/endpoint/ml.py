"""Amazon Bedrock, SageMaker and Comprehend, as far as aws_ml asks them.

Bedrock's InvokeModel, SageMaker's InvokeEndpoint, and Comprehend's
DetectSentiment and BatchDetectSentiment.  Answers are made of the request
alone; names and words that misbehave are in README.md beside this file.

IDENTIFICATION
  test/endpoint/ml.py
"""

import csv
import io
import json
import re
from urllib.parse import unquote

from verifier import ACCOUNT, KEYS, Refusal, authenticate

# The service in the signature's scope.
SERVICES = ("bedrock", "sagemaker", "comprehend")
SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/[^/,]*/([a-z0-9-]+)/")
BEDROCK_PATH = re.compile(r"/model/([^/]+)/invoke")
SAGEMAKER_PATH = re.compile(r"/endpoints/([^/]+)/invocations")
TARGET = "Comprehend_20171127."
BEDROCK_LIMIT = 25000000
SAGEMAKER_LIMIT = 6291456
TEXT_LIMIT = 5000
BATCH_LIMIT = 25
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh",
             "zh-TW")
# Endpoints and models that refuse: the status and the code.
REFUSALS = {
    "validation": (400, "ValidationException"),
    "model-error": (424, "ModelErrorException"),
    "model-stream-error": (424, "ModelStreamErrorException"),
    "model-timeout": (408, "ModelTimeoutException"),
    "quota": (400, "ServiceQuotaExceededException"),
    "unavailable": (503, "ServiceUnavailableException"),
    "dependency": (530, "InternalDependencyException"),
    "sagemaker-model": (424, "ModelError")}
# Those that refuse the first request since the last reset.
ONCE = {
    "throttled": (429, "ThrottlingException"),
    "not-ready": (429, "ModelNotReadyException"),
    "flaky": (500, "InternalServerException")}
csv.field_size_limit(SAGEMAKER_LIMIT)
POSITIVE = {"good", "great", "like", "love", "useful", "awesome", "bon"}
NEGATIVE = {"bad", "awful", "hate", "broken", "useless", "mauvais"}


def service_of(headers):
    """The service that the request is signed for; None: none of these."""
    match = SCOPE.search(headers.get("Authorization") or "")
    return match[1] if match and match[1] in SERVICES else None


def answer(exchange, path, body, row, seen):
    """(status, headers, text) of a request; None: hang."""
    service = row["service"]
    try:
        row["access_key"] = authenticate(
            exchange.command, exchange.target, exchange.headers, body,
            service)[0]
        if exchange.command != "POST":
            raise Refusal(405, "MethodNotAllowedException", "Use POST.")
        return {"bedrock": bedrock, "sagemaker": sagemaker,
                "comprehend": comprehend}[service](exchange, path, body, row,
                                                   seen)
    except Refusal as refusal:
        if service == "comprehend":     # JSON 1.1 has the code in the body
            document = {"__type": refusal.code, "Message": str(refusal)}
            return (refusal.status,
                    {"Content-Type": "application/x-amz-json-1.1"},
                    json.dumps(document))
        return (refusal.status, {"x-amzn-ErrorType": refusal.code + ":http://"
                                 "internal.amazon.com/coral/"},
                json.dumps(refusal.document))


def refuse_denied(row, action):
    if row["access_key"] == "AKIDDENIED":
        raise Refusal(403, "AccessDeniedException", "User: %s is not "
                      "authorized to perform: %s"
                      % (KEYS["AKIDDENIED"].arn, action))


def refuse_by_name(name, seen):
    """Refuse what a name says, always or the first time."""
    if name in REFUSALS:
        status, code = REFUSALS[name]
        raise Refusal(status, code, "The name %s says so." % name)
    if name in ONCE and seen.first("ml " + name):
        status, code = ONCE[name]
        raise Refusal(status, code, "The name %s says so, once." % name)


def decode(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "ValidationException",
                      "The body is not UTF-8.") from None


# ---------------------------------------------------------------------------
# Bedrock
# ---------------------------------------------------------------------------

def bedrock(exchange, path, body, row, seen):
    """POST /model/{modelId}/invoke: embeddings, or what came."""
    match = BEDROCK_PATH.fullmatch(path)
    if match is None:
        raise Refusal(404, "UnknownOperationException", "no such operation")
    model = unquote(match[1])
    text = decode(body)
    row["operation"] = "InvokeModel"
    row["parameters"] = {"model_id": model, "path": path, "body": text}
    refuse_denied(row, "bedrock:InvokeModel")
    if len(body) > BEDROCK_LIMIT:
        raise Refusal(413, "RequestTooLargeException", "The body is too long.")
    if model == "hang":
        return None
    refuse_by_name(model, seen)
    if model.startswith("raw:"):
        return 200, {}, text
    if "/" in model and not model.startswith("arn:aws:bedrock:"):
        raise Refusal(404, "ResourceNotFoundException",
                      "Could not resolve the foundation model from the model "
                      "identifier %s" % model)
    try:
        event = json.loads(text)
    except ValueError:
        raise Refusal(400, "ValidationException",
                      "Malformed input request, please reformat your input "
                      "and try again.") from None
    return 200, {}, json.dumps(model_answer(model, event, exchange),
                               ensure_ascii=False)


def embedding_of(text, size):
    """A vector of the text's first characters, in steps of a quarter."""
    codes = [ord(character) % 64 / 4 - 8 for character in text[:size]]
    return codes + [0.0] * (size - len(codes))


def model_answer(model, event, exchange):
    """What a model answers with: Titan, Cohere, or an echo."""
    if "titan-embed" in model:
        text = event.get("inputText", "") if isinstance(event, dict) else None
        if not isinstance(text, str):
            raise Refusal(400, "ValidationException", "Malformed input request: "
                          "inputText is no string, please reformat your input "
                          "and try again.")
        return {"embedding": embedding_of(text, event.get("dimensions", 8)),
                "inputTextTokenCount": len(text.split())}
    if "cohere.embed" in model:
        vectors = [embedding_of(text, 4) for text in event.get("texts", [])]
        return {"id": "one", "response_type": "embeddings_by_type",
                "embeddings": {"float": vectors}}
    return {"model": model, "input": event,
            "content_type": exchange.headers.get("Content-Type"),
            "accept": exchange.headers.get("Accept")}


# ---------------------------------------------------------------------------
# SageMaker
# ---------------------------------------------------------------------------

def field_sum(fields):
    """The sum of those fields that are numbers."""
    total = 0.0
    for field in fields:
        try:
            total += float(field)
        except ValueError:
            pass
    return "%g" % total


def written(fields):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return out.getvalue()[:-1]


# What an endpoint makes of the rows: a text.
MODELS = {
    "sum": lambda rows: "\n".join(map(field_sum, rows)) + "\n",
    "echo": lambda rows: "\n".join(map(written, rows)),
    "crlf": lambda rows: "".join(field_sum(row) + "\r\n" for row in rows),
    "commas": lambda rows: ",".join(map(field_sum, rows)),
    "json": lambda rows: json.dumps([float(field_sum(row)) for row in rows]),
    "pair": lambda rows: "\n".join("(%s,%d)" % (field_sum(row), len(row))
                                   for row in rows),
    "short": lambda rows: "\n".join(map(field_sum, rows[1:])),
    "long": lambda rows: "\n".join(map(field_sum, rows + rows)),
    "nothing": lambda rows: ""}


def sagemaker(exchange, path, body, row, seen):
    """POST /endpoints/{EndpointName}/invocations: CSV in, CSV out."""
    match = SAGEMAKER_PATH.fullmatch(path)
    if match is None:
        raise Refusal(404, "UnknownOperationException", "no such operation")
    name = unquote(match[1])
    text = decode(body)
    row["operation"] = "InvokeEndpoint"
    if len(body) > SAGEMAKER_LIMIT:
        raise Refusal(413, "RequestTooLargeException", "The body is too long.")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    row["parameters"] = {"endpoint_name": name, "rows": len(rows),
                         "body": text if len(text) < 4000 else None,
                         "bytes": len(body)}
    refuse_denied(row, "sagemaker:InvokeEndpoint")
    if exchange.headers.get("Content-Type") != "text/csv":
        raise Refusal(415, "ModelError", "Only text/csv is taken.")
    if name == "hang":
        return None
    refuse_by_name(name, seen)
    if name in ONCE:
        name = "sum"
    if name not in MODELS:
        raise Refusal(400, "ValidationError", "Endpoint %s of account %s not "
                      "found." % (name, ACCOUNT))
    return 200, {"Content-Type": "text/csv; charset=utf-8"}, MODELS[name](rows)


# ---------------------------------------------------------------------------
# Comprehend
# ---------------------------------------------------------------------------

def sentiment_of(text):
    """The sentiment and its scores, by the words."""
    words = set(re.findall(r"\w+", text.lower()))
    good, bad = len(words & POSITIVE), len(words & NEGATIVE)
    name = ("Mixed" if good and bad else "Positive" if good else
            "Negative" if bad else "Neutral")
    scores = {other: 0.0625 for other in ("Positive", "Negative", "Neutral",
                                          "Mixed")}
    scores[name] = 0.75 if good + bad == 1 else 0.8125
    return {"Sentiment": name.upper(), "SentimentScore": scores}


def check_text(text, seen):
    """Refuse a text that is too long, or says that it is to be refused."""
    if not isinstance(text, str) or not text:
        raise Refusal(400, "InvalidRequestException", "1 validation error "
                      "detected: Member must have length greater than or "
                      "equal to 1")
    if len(text.encode()) > TEXT_LIMIT:
        raise Refusal(400, "TextSizeLimitExceededException", "Input text size "
                      "exceeds limit. Max length of request text allowed is "
                      "%d bytes" % TEXT_LIMIT)
    match = re.match(r"(refuse|refuse-once):(\w+)", text)
    if match and (match[1] == "refuse" or seen.first("ml " + text)):
        raise Refusal(500 if match[2].startswith("Internal") else 400,
                      match[2], "The text says so.")


def comprehend(exchange, path, body, row, seen):
    """POST / with X-Amz-Target: one text, or a batch of them."""
    target = exchange.headers.get("X-Amz-Target", "")
    operations = {"DetectSentiment": detect, "BatchDetectSentiment": detect_batch}
    row["operation"] = target[len(TARGET):]
    if (path != "/" or not target.startswith(TARGET) or
            row["operation"] not in operations):
        raise Refusal(400, "UnknownOperationException", "no such operation")
    if exchange.headers.get("Content-Type") != "application/x-amz-json-1.1":
        raise Refusal(404, "UnknownOperationException", "not JSON 1.1")
    try:
        row["parameters"] = event = json.loads(decode(body))
    except ValueError:
        raise Refusal(400, "SerializationException", "no JSON") from None
    refuse_denied(row, "comprehend:" + row["operation"])
    if event.get("LanguageCode") not in LANGUAGES:
        raise Refusal(400, "UnsupportedLanguageException", "Input text "
                      "language is not supported: %s"
                      % event.get("LanguageCode"))
    if any("hang up" in text for text in [event.get("Text")] +
           event.get("TextList", []) if text):
        return None
    content = operations[row["operation"]](event, seen)
    return (200, {"Content-Type": "application/x-amz-json-1.1"},
            json.dumps(content))


def detect(event, seen):
    check_text(event.get("Text"), seen)
    return sentiment_of(event["Text"])


def detect_batch(event, seen):
    texts = event.get("TextList", [])
    if not 1 <= len(texts) <= BATCH_LIMIT:
        raise Refusal(400, "BatchSizeLimitExceededException", "Member must "
                      "have length less than or equal to %d" % BATCH_LIMIT)
    results, errors = [], []
    for index, text in enumerate(texts):
        if text == "":
            check_text(text, seen)
        try:
            check_text(text, seen)
        except Refusal as refusal:
            errors.append({"Index": index, "ErrorCode": refusal.code,
                           "ErrorMessage": str(refusal)})
            continue
        if text != "forget me":
            results.append({"Index": index, **sentiment_of(text)})
    return {"ResultList": results, "ErrorList": errors}
