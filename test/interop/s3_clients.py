#!/usr/bin/env python3
"""s3_clients.py CLIENT: has AWS's own client use the test endpoint's S3.

CLIENT is awscli (the command aws) or sdk (JavaScript, by s3.mjs beside this
file).  The endpoint's URL is in LAMBDA_FDW_ENDPOINT.  Compares what the client
was told, what is there afterwards and what the endpoint recorded, and prints
"ok - name" or "not ok - name" for each test.

IDENTIFICATION
  test/interop/s3_clients.py
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave no __pycache__ in the checkout
from clients import CLIENTS, HERE, REGION, URL, clean_environment  # noqa: E402

KEY = {"id": "AKIDEXAMPLE",
       "secret": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
ODD = "a b/\u00e9+%\u2603.txt"
LARGE = 16 * 1000 * 1000
KMS = "arn:aws:kms:eu-west-1:123456789012:key/one"


class Results:
    """Prints a line for each test, and what was seen if it failed."""

    def __init__(self, client):
        self.client = client
        self.failed = 0

    def equal(self, seen, expected, name):
        if seen != expected:
            self.failed += 1
            print("# expected %.300r, saw %.600r" % (expected, seen))
        print("%s - %s, S3: %s" % ("ok" if seen == expected else "not ok",
                                   self.client, name))


def control(client, function, event):
    """Ask a handler of the endpoint's, as this very client."""
    [answer] = CLIENTS[client]([({"FunctionName": function,
                                  "Payload": json.dumps(event)}, KEY)])
    return json.loads(answer["payload"])


def operations(client):
    """The requests since the last reset: (operation, status)."""
    rows = control(client, "service_calls", {"service": "s3"})["rows"]
    return [(row["operation"], row["status"]) for row in rows]


def sha(data):
    return hashlib.sha256(data).hexdigest()


# ---------------------------------------------------------------------------
# aws
# ---------------------------------------------------------------------------

def aws(*arguments, secret=KEY["secret"], folder=None):
    """(exit status, output, errors) of the command."""
    environment = dict(clean_environment(), AWS_ACCESS_KEY_ID=KEY["id"],
                       AWS_SECRET_ACCESS_KEY=secret)
    run = subprocess.run(["aws", "--endpoint-url", URL, "--region", REGION,
                          *arguments], env=environment, cwd=folder,
                         stdin=subprocess.DEVNULL, capture_output=True)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def code_of(result):
    """The error's code, or the exit status without one."""
    match = re.search(r"An error occurred \(([\w.]+)\)", result[2])
    return match[1] if match else result[0]


def api(*arguments, **how):
    """The JSON that aws s3api prints."""
    status, output, errors = aws("s3api", *arguments, "--output", "json", **how)
    if status:
        return {"error": errors}
    return json.loads(output) if output.strip() else {}


def awscli_copies(results, folder):
    data = os.urandom(LARGE)
    for name, content in (("large", data), ("small", b"hello\n")):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    results.equal(aws("s3", "cp", "small", "s3://cli/" + ODD, "--metadata",
                      "colour=red", "--content-encoding", "gzip", "--sse",
                      "aws:kms", "--sse-kms-key-id", KMS, folder=folder)[0],
                  0, "cp of a small file")
    [found] = control("awscli", "s3_objects", {"bucket": "cli"})
    kept = found["headers"]
    results.equal((found["key"], found["size"], kept["x-amz-meta-colour"],
                   kept["content-encoding"],
                   kept["x-amz-server-side-encryption-aws-kms-key-id"]),
                  (ODD, 6, "red", "gzip", KMS), "what is there then")
    results.equal(aws("s3", "cp", "s3://cli/" + ODD, "-")[:2], (0, "hello\n"),
                  "cp to standard output")
    control("awscli", "reset_calls", {})
    results.equal(aws("s3", "cp", "large", "s3://cli/large", folder=folder)[0],
                  0, "cp of 16 MB")
    done = operations("awscli")
    results.equal((done[0], sorted(done[1:-1]), done[-1]),
                  (("CreateMultipartUpload", 200),
                   [("UploadPart", 200)] * 2, ("CompleteMultipartUpload", 200)),
                  "in parts")
    results.equal(aws("s3", "cp", "s3://cli/large", "back", folder=folder)[0],
                  0, "cp back")
    with open(os.path.join(folder, "back"), "rb") as file:
        results.equal(sha(file.read()), sha(data), "the same bytes")


def awscli_lists(results):
    status, output, _ = aws("s3", "ls", "s3://cli/", "--recursive")
    results.equal([line[31:] for line in output.splitlines()],
                  [ODD, "large"], "ls --recursive")
    status, output, _ = aws("s3", "ls", "s3://cli")
    results.equal([line.split() for line in output.splitlines()][0],
                  ["PRE", "a", "b/"], "ls")
    results.equal(api("head-object", "--bucket", "cli", "--key", ODD)
                  .get("Metadata"), {"colour": "red"}, "head-object")
    results.equal(aws("s3", "rm", "s3://cli/" + ODD)[0], 0, "rm")
    results.equal(aws("s3", "rm", "s3://cli", "--recursive")[0], 0,
                  "rm --recursive")
    results.equal(control("awscli", "s3_objects", {"bucket": "cli"}), [],
                  "nothing is left")


def awscli_uploads(results, folder):
    target = ("--bucket", "cli", "--key", ODD)
    upload = api("create-multipart-upload", *target)["UploadId"]
    part = (*target, "--upload-id", upload)
    results.equal(api("upload-part", *part, "--part-number", "1", "--body",
                      "small", folder=folder).get("ETag"),
                  '"%s"' % hashlib.md5(b"hello\n").hexdigest(), "upload-part")
    results.equal([row["Key"] for row in api(
        "list-multipart-uploads", "--bucket", "cli")["Uploads"]], [ODD],
        "list-multipart-uploads")
    results.equal([row["Size"] for row in api("list-parts", *part)["Parts"]],
                  [6], "list-parts")
    results.equal(api("abort-multipart-upload", *part), {},
                  "abort-multipart-upload")
    results.equal(code_of(aws("s3api", "abort-multipart-upload", *part)),
                  "NoSuchUpload", "twice")
    results.equal(control("awscli", "s3_uploads", {}), [], "no upload is left")


def awscli_refused(results, folder):
    for bucket, how, expected in (
            ("cli", {"secret": "wrong"}, "SignatureDoesNotMatch"),
            ("no-such-bucket", {}, "NoSuchBucket"),
            ("denied", {}, "AccessDenied"), ("eu-central-1-x", {}, 0)):
        results.equal(code_of(aws("s3", "cp", "small", "s3://%s/x" % bucket,
                                  folder=folder, **how)), expected,
                      "cp to %s%s" % (bucket, " with a wrong secret" * bool(
                          how)))
    results.equal(code_of(aws("s3api", "get-object", "--bucket", "cli", "--key",
                              "none", os.devnull)), "NoSuchKey", "no such key")


def awscli(results):
    with tempfile.TemporaryDirectory() as folder:
        awscli_copies(results, folder)
        awscli_lists(results)
        awscli_uploads(results, folder)
        awscli_refused(results, folder)


# ---------------------------------------------------------------------------
# npm's SDK
# ---------------------------------------------------------------------------

def ask_sdk(*requests):
    run = subprocess.run(["node", os.path.join(HERE, "s3.mjs")],
                         input=json.dumps(requests), text=True, check=True,
                         stdout=subprocess.PIPE, env=clean_environment())
    return json.loads(run.stdout)


def filled(size):
    return (b"0123456789" * (size // 10 + 1))[:size]


def sdk_objects(results):
    target = {"Bucket": "sdk", "Key": ODD}
    control("sdk", "reset_calls", {})
    put, got, part, head, listed, streamed, again, gone, missing = ask_sdk(
        {"command": "PutObject", "input": {
            **target, "Body": "hello", "ContentType": "text/csv",
            "Metadata": {"colour": "red"}, "SSEKMSKeyId": KMS,
            "ServerSideEncryption": "aws:kms"}},
        {"command": "GetObject", "input": {**target, "IfMatch": "$0.ETag"}},
        {"command": "GetObject", "input": {**target, "Range": "bytes=1-2"}},
        {"command": "HeadObject", "input": target},
        {"command": "ListObjectsV2", "input": {"Bucket": "sdk"}},
        {"command": "PutObject", "input": target, "fill": 300000,
         "streamed": True},
        {"command": "GetObject", "input": target},
        {"command": "DeleteObject", "input": target},
        {"command": "GetObject", "input": target})
    results.equal((put.get("SSEKMSKeyId"), got.get("Body"),
                   got.get("ContentType")), (KMS, "hello", "text/csv"),
                  "put and get")
    results.equal((part.get("Body"), part.get("ContentRange")),
                  ("el", "bytes 1-2/5"), "a range")
    results.equal((head.get("Metadata"), head.get("ContentLength")),
                  ({"colour": "red"}, 5), "metadata")
    results.equal([(row["Key"], row["Size"], row["ETag"])
                   for row in listed.get("Contents", [])],
                  [(ODD, 5, put.get("ETag"))], "a list")
    results.equal((streamed.get("ETag"), again.get("sha256")),
                  ('"%s"' % hashlib.md5(filled(300000)).hexdigest(),
                   sha(filled(300000))), "a stream")
    kinds = [row["headers"]["x-amz-content-sha256"] for row in control(
        "sdk", "service_calls", {"service": "s3"})["rows"]
        if row["operation"] == "PutObject"]
    results.equal(kinds[1:], ["STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
                  "in aws-chunked")
    results.equal((gone.get("error"), missing.get("error")),
                  (None, ["NoSuchKey", 404]), "deleted")


def sdk_multipart(results):
    target = {"Bucket": "sdk", "Key": "m"}
    upload = {**target, "UploadId": "$0.UploadId"}
    size = 5 << 20
    tags = [{"PartNumber": 1, "ETag": "$1.ETag"},
            {"PartNumber": 2, "ETag": "$2.ETag"}]
    answers = ask_sdk(
        {"command": "CreateMultipartUpload", "input": target},
        {"command": "UploadPart", "input": {**upload, "PartNumber": 1},
         "fill": size},
        {"command": "UploadPart", "input": {**upload, "PartNumber": 2},
         "fill": 11},
        {"command": "ListMultipartUploads", "input": {"Bucket": "sdk"}},
        {"command": "CompleteMultipartUpload", "input": {
            **upload, "MultipartUpload": {"Parts": tags}}},
        {"command": "GetObject", "input": target},
        {"command": "CreateMultipartUpload", "input": target},
        {"command": "AbortMultipartUpload", "input": {
            **target, "UploadId": "$6.UploadId"}},
        {"command": "ListMultipartUploads", "input": {"Bucket": "sdk"}},
        {"command": "CompleteMultipartUpload", "input": {
            **upload, "MultipartUpload": {"Parts": tags}}})
    results.equal([row["Key"] for row in answers[3].get("Uploads", [])], ["m"],
                  "an upload under way")
    results.equal((answers[4].get("ETag", "")[-3:], answers[5].get("sha256")),
                  ('-2"', sha(filled(size) + filled(11))), "in two parts")
    results.equal((answers[7].get("error"), answers[8].get("Uploads", [])),
                  (None, []), "aborted")
    results.equal(answers[9].get("error"), ["NoSuchUpload", 404],
                  "completed twice")


def sdk_refused(results):
    for bucket, how, expected in (
            ("sdk", {"secret": "wrong"}, ["SignatureDoesNotMatch", 403]),
            ("no-such-bucket", {}, ["NoSuchBucket", 404]),
            ("denied", {}, ["AccessDenied", 403]),
            ("moved-eu-central-1-x", {}, None)):
        [answer] = ask_sdk({"command": "PutObject", "input": {
            "Bucket": bucket, "Key": "x", "Body": "1"}, **how})
        results.equal(answer.get("error"), expected, "put into %s%s" % (
            bucket, " with a wrong secret" * bool(how)))


def sdk(results):
    sdk_objects(results)
    sdk_multipart(results)
    sdk_refused(results)


def main():
    tests = {"awscli": awscli, "sdk": sdk}
    if len(sys.argv) != 2 or sys.argv[1] not in tests:
        sys.exit("usage: s3_clients.py " + "|".join(tests))
    results = Results(sys.argv[1])
    control(sys.argv[1], "s3_objects", {"clear": True})
    tests[sys.argv[1]](results)
    return 1 if results.failed else 0


if __name__ == "__main__":
    sys.exit(main())
