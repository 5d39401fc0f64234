"""The services that hand out credentials, beside Lambda on the same port.

STS (POST /), the metadata of an EC2 instance (/latest/...) and the container
credentials of ECS and EKS (/container/...).  The keys they issue are good for
Lambda and STS until they expire.  README.md beside this file has the details.

IDENTIFICATION
  test/endpoint/services.py
"""

import json
import re
import threading
import time

import ml
import s3_faults
import sts
from listing import LISTING
from record import Record
from verifier import CLOCK, ISSUER

IMDS_MODES = ("v2", "v1", "none", "error", "expired", "hang", "dead")
INSTANCE_ROLE = "endpoint-role"
INSTANCE_REGION = "eu-west-1"
POD_TOKENS = ("pod-token-1", "pod-token-2")
TOKEN_TTL = "X-aws-ec2-metadata-token-ttl-seconds"
METADATA = "/latest/meta-data/"
ROLES = METADATA + "iam/security-credentials"

# What a record does not keep.
SECRET_HEADERS = ("authorization", "x-amz-security-token",
                  "x-aws-ec2-metadata-token")


class Seen:
    """Which names have come since the last reset."""

    def __init__(self):
        self.lock = threading.Lock()
        self.names = set()

    def first(self, name):
        with self.lock:
            first = name not in self.names
            self.names.add(name)
            return first

    def clear(self):
        with self.lock:
            self.names = set()


RECORD = Record()
SEEN = Seen()
IMDS_TOKENS = {}        # token -> when it expires


def reset():
    """Forget the calls, what was seen, S3's faults, and what was made of lists
    of functions; keys and tokens stay good."""
    RECORD.clear()
    LISTING.clear()
    s3_faults.FAULTS.clear()
    SEEN.clear()


def service_of(command, path, headers):
    """The service that answers this request; None: Lambda."""
    if ml.service_of(headers):
        return ml.service_of(headers)
    if path == "/" and command == "POST":
        return "sts"
    if path.startswith("/latest/"):
        return "imds"
    return "container" if path.startswith("/container/") else None


def row_of(service, exchange):
    """What the record has of a request, to be completed."""
    headers = {name.lower(): value for name, value in exchange.headers.items()
               if name.lower() not in SECRET_HEADERS
               and not name.lower().startswith("x-test-")}
    return {"service": service, "operation": None, "parameters": {},
            "access_key": None, "status": None, "headers": headers,
            "connection": exchange.number}


def serve(service, exchange, path, body):
    """Record the request and answer it."""
    row = row_of(service, exchange)
    answer = {"sts": sts.answer, "imds": imds, "container": container,
              **dict.fromkeys(ml.SERVICES, ml.answer)}[service](
        exchange, path, body, row, SEEN)
    if answer is None:
        RECORD.add(row)
        return exchange.wait_until_gone()
    status, headers, content = answer
    row["status"] = status
    RECORD.add(row)
    exchange.send_body(status, content.encode(), headers)


def page(status, reason):
    """An answer of the metadata service that is no data."""
    return status, {"Content-Type": "text/html"}, (
        '<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>%d - '
        "%s</title></head><body><h1>%d - %s</h1></body></html>\n"
        % (status, reason, status, reason))


def text(content, headers=None):
    return 200, {"Content-Type": "text/plain", **(headers or {})}, content


def document(content, status=200):
    return status, {}, json.dumps(content)


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


# ---------------------------------------------------------------------------
# Instance metadata
# ---------------------------------------------------------------------------

def imds(exchange, path, body, row, seen):
    """One request to the metadata service, in the mode it was started in."""
    mode = exchange.server.imds
    names = {"/latest/api/token": "token", METADATA + "placement/region":
             "region", ROLES: "roles", ROLES + "/": "roles"}
    row["operation"] = names.get(path) or (
        "role" if path.startswith(ROLES + "/") else path)
    if mode == "dead" or (mode == "hang" and row["operation"] == "token"):
        return None
    if mode == "none":
        return page(404, "Not Found")
    if row["operation"] == "token":
        return imds_token(exchange, mode, row["parameters"])
    given = exchange.headers.get("X-aws-ec2-metadata-token")
    row["parameters"]["with_token"] = given is not None
    if mode not in ("v1", "hang") or given is not None:
        if IMDS_TOKENS.get(given, 0) <= time.time():
            return page(401, "Unauthorized")
    if exchange.command != "GET":
        return page(405, "Method Not Allowed")
    if row["operation"] == "region":
        return text(INSTANCE_REGION)
    if row["operation"] == "roles":
        return text(INSTANCE_ROLE)
    return imds_role(path, mode, row["parameters"])


def imds_token(exchange, mode, parameters):
    """PUT /latest/api/token: a session token."""
    ttl = exchange.headers.get(TOKEN_TTL, "")
    parameters["ttl"] = int(ttl) if ttl.isdecimal() else None
    if mode == "v1":
        return page(404, "Not Found")
    if exchange.command != "PUT":
        return page(405, "Method Not Allowed")
    if "X-Forwarded-For" in exchange.headers:
        return page(403, "Forbidden")
    if not ttl.isdecimal() or not 1 <= int(ttl) <= 21600:
        return page(400, "Bad Request")
    token = "ImdsTokenMarker-%s==" % exchange.request_id
    IMDS_TOKENS[token] = time.time() + int(ttl)
    return text(token, {TOKEN_TTL: ttl})


def imds_role(path, mode, parameters):
    """The keys of the instance's role, new ones for every request."""
    parameters["role"] = path[len(ROLES) + 1:]
    if parameters["role"] != INSTANCE_ROLE:
        return page(404, "Not Found")
    now = timestamp(CLOCK.now())
    if mode == "error":
        return document({
            "Code": "AssumeRoleUnauthorizedAccess", "LastUpdated": now,
            "Message": "EC2 cannot assume the role %s.  Please see "
            "documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide"
            "/troubleshoot_iam-ec2.html" % INSTANCE_ROLE})
    access_key, key = ISSUER.issue("IMDS", 6 * 3600, sts.assumed_arn(
        INSTANCE_ROLE, "i-0123456789abcdef0"))
    expires = CLOCK.now() - 300 if mode == "expired" else key.expires
    return document({
        "Code": "Success", "LastUpdated": now, "Type": "AWS-HMAC",
        "AccessKeyId": access_key, "SecretAccessKey": key.secret,
        "Token": key.token, "Expiration": timestamp(expires)})


# ---------------------------------------------------------------------------
# Containers
# ---------------------------------------------------------------------------

def container(exchange, path, body, row, seen):
    """GET /container/NAME: the keys of a task or a pod."""
    name = row["operation"] = path[len("/container/"):]
    given = exchange.headers.get("Authorization")
    row["parameters"]["pod_token"] = (
        POD_TOKENS.index(given) + 1 if given in POD_TOKENS else None)
    brief = re.fullmatch(r"brief(\d{1,6})", name)
    if exchange.command != "GET":
        return refuse_container(405, "MethodNotAllowed", "Use GET.")
    if name == "authorized" and given not in POD_TOKENS:
        return refuse_container(401, "Unauthorized",
                                "The token of the request is not valid.")
    if name == "broken":
        return text("<html>no credentials here</html>")
    if name == "flaky" and seen.first("container flaky"):
        return refuse_container(500, "InternalServerError",
                                "Unable to get credentials.")
    if name not in ("credentials", "authorized", "flaky") and not brief:
        return refuse_container(404, "NotFound", "No such credentials.")
    access_key, key = ISSUER.issue("TASK", int(brief[1]) if brief else 3600,
                                   sts.assumed_arn("task-role", "task"))
    return document({"AccessKeyId": access_key, "SecretAccessKey": key.secret,
                     "Token": key.token, "Expiration": timestamp(key.expires)})


def refuse_container(status, code, message):
    return document({"code": code, "message": message}, status)
