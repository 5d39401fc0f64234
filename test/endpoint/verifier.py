"""AWS Signature Version 4, from the receiving side.

Written from AWS's text alone and used by nothing but the endpoint, so that a
mistake here and one in the signer under test do not cancel out.

IDENTIFICATION
  test/endpoint/verifier.py
"""

import base64
import collections
import hashlib
import hmac
import itertools
import os
import re
import threading
import time
from datetime import datetime, timezone
from urllib.parse import quote, unquote

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION_TOKEN = "session/token+example=="
ACCOUNT = "123456789012"
USER = "arn:aws:iam::%s:user/" % ACCOUNT
# What an access key id goes with; `expires` is None for a key that lasts.
Key = collections.namedtuple("Key", "secret token expires arn")
KEYS = {"AKIDEXAMPLE": Key(SECRET, None, None, USER + "example"),
        "AKIDDENIED": Key(SECRET, None, None, USER + "denied"),
        "ASIAEXAMPLE": Key(SECRET, SESSION_TOKEN, None, USER + "session")}
CLOCK_SKEW_S = 300

REGION = r"(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^\s,]+), *SignedHeaders=([^\s,]+), *"
    r"Signature=([0-9a-f]{64})")


class Clock:
    """The endpoint's idea of now; `offset` shifts it, in seconds."""

    offset = 0

    def now(self):
        return time.time() + self.offset


class Issuer:
    """Makes temporary keys, and has the verifier accept them.

    Every secret and every token holds a marker, so that a test can look for
    them where they must not be.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.counters = {}

    def issue(self, word, seconds, arn):
        """A key valid for at most `seconds`: its id and its Key."""
        with self.lock:
            counter = self.counters.setdefault(word, itertools.count(1))
            access_key = "ASIA%s%08d" % (word, next(counter))
        key = Key("IssuedSecretMarker/" + random_text(15),
                  "IssuedTokenMarker+/" + random_text(150) + "==",
                  int(CLOCK.now()) + seconds, arn)
        KEYS[access_key] = key
        return access_key, key


def random_text(count):
    return base64.b64encode(os.urandom(count)).decode()


CLOCK = Clock()
ISSUER = Issuer()


class Refusal(Exception):
    """An answer of the service itself, before or instead of the function's."""

    def __init__(self, status, code, message, member="message", **members):
        super().__init__(message)
        self.status = status
        self.code = code
        self.document = {**members, member: message}


def canonical_query(query):
    """Decode, encode strictly, sort by encoded name, then by value."""
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append(tuple(quote(unquote(text, "latin-1").encode("latin-1"),
                                     safe="") for text in (name, value)))
    return "&".join(name + "=" + value for name, value in sorted(pairs))


def canonical_request(method, target, headers, signed, body):
    """The canonical request of what arrived; `signed` lists header names.

    The path is encoded once more than on the wire, as every service but S3
    does, and the body's hash is computed here, never believed.
    """
    path, _, query = target.partition("?")
    lines = []
    for name in signed:
        values = [" ".join(v.split()) for v in headers.get_all(name, [])]
        lines.append(name + ":" + ",".join(values) + "\n")
    return "\n".join([method, quote(path.encode("latin-1"), safe="/"),
                      canonical_query(query), "".join(lines),
                      ";".join(signed), hashlib.sha256(body).hexdigest()])


def signing_key(secret, *scope):
    """The key for a scope: date, region and service."""
    key = ("AWS4" + secret).encode()
    for part in (*scope, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature_of(secret, timestamp, region, service, canonical):
    """The hex signature AWS would compute for this canonical request."""
    scope = (timestamp[:8], region, service, "aws4_request")
    key = signing_key(secret, *scope[:3])
    text = "\n".join(["AWS4-HMAC-SHA256", timestamp, "/".join(scope),
                      hashlib.sha256(canonical.encode("latin-1")).hexdigest()])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def check_key(access_key, token):
    """The known key, which the token belongs to and which has not expired."""
    key = KEYS.get(access_key)
    if token != "expired" and (key is None or token != key.token):
        raise Refusal(403, "UnrecognizedClientException", "The security token "
                      "included in the request is invalid.")
    if token == "expired" or (key.expires and key.expires <= CLOCK.now()):
        raise Refusal(403, "ExpiredTokenException",
                      "The security token included in the request is expired")
    return key


def check_time(timestamp, date, now):
    """The request's clock is within five minutes of ours, its scope agrees."""
    try:
        sent = datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ")
    except ValueError:
        raise Refusal(403, "IncompleteSignatureException", "Date must be in "
                      "ISO-8601 'basic format'. Got '%s'. See "
                      "http://en.wikipedia.org/wiki/ISO_8601"
                      % timestamp) from None
    skew = sent.replace(tzinfo=timezone.utc).timestamp() - now
    clock = [datetime.fromtimestamp(t, timezone.utc).strftime("%Y%m%dT%H%M%SZ")
             for t in (now, now - CLOCK_SKEW_S, now + CLOCK_SKEW_S)]
    if skew < -CLOCK_SKEW_S:
        raise Refusal(403, "InvalidSignatureException",
                      "Signature expired: %s is now earlier than %s "
                      "(%s - 5 min.)" % (timestamp, clock[1], clock[0]))
    if skew > CLOCK_SKEW_S:
        raise Refusal(403, "InvalidSignatureException",
                      "Signature not yet current: %s is still later than %s "
                      "(%s + 5 min.)" % (timestamp, clock[2], clock[0]))
    if timestamp[:8] != date:
        raise Refusal(403, "InvalidSignatureException",
                      "Date in Credential scope does not match YYYYMMDD from "
                      "ISO-8601 version of date from HTTP: '%s' != '%s', from "
                      "'%s'." % (date, timestamp[:8], timestamp))


def check_scope(scope, service):
    """The credential scope is the service's; returns its date and region."""
    if len(scope) != 4 or not re.fullmatch(REGION, scope[1]):
        raise Refusal(403, "InvalidSignatureException",
                      "Credential should be scoped to a valid region.")
    if scope[2] != service:
        raise Refusal(403, "InvalidSignatureException", "Credential should be "
                      "scoped to correct service: '%s'." % service)
    if scope[3] != "aws4_request":
        raise Refusal(403, "InvalidSignatureException", "Credential should be "
                      "scoped with a valid terminator: 'aws4_request'.")
    return scope[0], scope[1]


def check_signed_headers(headers, signed):
    """Host, the date and every x-amz- header sent must be signed."""
    sent = {name.lower() for name in headers.keys()}
    needed = {name for name in sent if name.startswith("x-amz-")}
    if "host" not in signed:
        raise Refusal(403, "InvalidSignatureException", "'Host' or "
                      "':authority' must be a 'SignedHeader' in the AWS "
                      "Authorization.")
    missing = sorted(needed - set(signed))
    if missing:
        raise Refusal(403, "InvalidSignatureException", "There were headers "
                      "present in the request which were not signed: "
                      + ", ".join(missing))
    if signed != sorted(set(signed)) or not set(signed) <= sent:
        raise Refusal(403, "InvalidSignatureException", "SignedHeaders must "
                      "be sorted, in lower case, and sent.")


def authenticate(method, target, headers, body, service="lambda"):
    """Check the request's signature; returns its access key id and region."""
    given = headers.get("Authorization")
    if given is None:
        raise Refusal(403, "MissingAuthenticationTokenException",
                      "Missing Authentication Token")
    match = AUTHORIZATION.fullmatch(given)
    timestamp = headers.get("X-Amz-Date")
    if match is None or timestamp is None:
        raise Refusal(403, "IncompleteSignatureException", "Authorization "
                      "header requires 'Credential', 'SignedHeaders' and "
                      "'Signature' parameters, and a 'X-Amz-Date' header.")
    access_key, *scope = match[1].split("/")
    signed = match[2].split(";")
    key = check_key(access_key, headers.get("X-Amz-Security-Token"))
    date, region = check_scope(scope, service)
    check_time(timestamp, date, CLOCK.now())
    check_signed_headers(headers, signed)
    canonical = canonical_request(method, target, headers, signed, body)
    expected = signature_of(key.secret, timestamp, region, service, canonical)
    if not hmac.compare_digest(expected, match[3]):
        raise Refusal(403, "InvalidSignatureException", "The request signature "
                      "we calculated does not match the signature you "
                      "provided. Check your AWS Secret Access Key and signing "
                      "method. Consult the service documentation for details.")
    claimed = headers.get("X-Amz-Content-Sha256")
    if claimed and claimed != hashlib.sha256(body).hexdigest():
        raise Refusal(403, "InvalidSignatureException", "The provided "
                      "'x-amz-content-sha256' header does not match what was "
                      "computed.")
    return access_key, region
