"""Signature Version 4 as S3 has it, from the receiving side.

Differs from verifier.py, whose parts it uses, as AWS's text does: the path is
encoded once, X-Amz-Content-Sha256 is required and may be a word, and clocks may
differ by fifteen minutes.  The signature is checked before the body is read.

IDENTIFICATION
  test/endpoint/s3_auth.py
"""

import hashlib
import hmac
import re
from datetime import datetime, timezone
from urllib.parse import quote, unquote_to_bytes

from s3_errors import S3Error
from verifier import (AUTHORIZATION, CLOCK, KEYS, REGION, canonical_query,
                      signature_of, signing_key)

CLOCK_SKEW_S = 900
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CONTENT_WORDS = (UNSIGNED, SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER)
SCOPE = re.compile(r"Credential=[^\s,]+/s3/aws4_request")
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


class Signed:
    """A request whose head is signed; signs what follows it in chunks."""

    def __init__(self, access_key, region, scope, timestamp, signature):
        self.access_key = access_key
        self.region = region
        self.timestamp = timestamp
        self.previous = signature
        self.scope = "/".join(scope)
        self.key = signing_key(KEYS[access_key].secret, *scope[:3])

    def check_chunk(self, given, kind, *hashes):
        """The signature of a chunk or a trailer follows the one before it."""
        text = "\n".join(("AWS4-HMAC-SHA256-" + kind, self.timestamp,
                          self.scope, self.previous) + hashes)
        expected = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given):
            raise S3Error("SignatureDoesNotMatch", StringToSign=text,
                          SignatureProvided=given)
        self.previous = expected


def is_signed_for_s3(headers):
    return SCOPE.search(headers.get("Authorization", "")) is not None


def check_key(access_key, token):
    """The key, which the token belongs to and which has not expired."""
    key = KEYS.get(access_key)
    if key is None:
        raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=access_key)
    if token == "expired" or (key.expires and token == key.token
                              and key.expires <= CLOCK.now()):
        raise S3Error("ExpiredToken", **{"Token-0": token})
    if token != key.token:
        raise S3Error("InvalidToken", **{"Token-0": token or ""})
    return key


def check_time(timestamp, date):
    """The clocks differ by fifteen minutes at most; the scope's day is it."""
    try:
        sent = datetime.strptime(timestamp or "", "%Y%m%dT%H%M%SZ")
    except ValueError:
        raise S3Error("AccessDenied", "AWS authentication requires a valid "
                      "Date or x-amz-date header") from None
    skew = sent.replace(tzinfo=timezone.utc).timestamp() - CLOCK.now()
    if abs(skew) > CLOCK_SKEW_S:
        now = datetime.fromtimestamp(CLOCK.now(), timezone.utc)
        raise S3Error("RequestTimeTooSkewed", RequestTime=timestamp,
                      ServerTime=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                      MaxAllowedSkewMilliseconds=CLOCK_SKEW_S * 1000)
    if timestamp[:8] != date:
        raise malformed('incorrect date "%s". This date must be the same as '
                        "X-Amz-Date." % date)


def malformed(why, **elements):
    return S3Error("AuthorizationHeaderMalformed", "The authorization header "
                   "is malformed; " + why, **elements)


def check_scope(scope, region):
    """The scope is of a region, and of `region` if that is known."""
    if len(scope) != 4 or not re.fullmatch(REGION, scope[1]):
        raise malformed("a Credential is KEY/DATE/REGION/s3/aws4_request.")
    if region and scope[1] != region:
        raise malformed("the region '%s' is wrong; expecting '%s'"
                        % (scope[1], region), Region=region)


def check_signed_headers(headers, signed):
    """Host and every x-amz- header are signed, and what is signed was sent."""
    sent = {name.lower() for name in headers.keys()}
    needed = {"host"} | {name for name in sent if name.startswith("x-amz-")}
    missing = sorted(needed - set(signed))
    if missing:
        raise S3Error("AccessDenied", "There were headers present in the "
                      "request which were not signed",
                      HeadersNotSigned=", ".join(missing))
    if signed != sorted(set(signed)) or not set(signed) <= sent:
        raise malformed("SignedHeaders must be sorted, in lower case and sent.")


def content_hash(headers):
    """What X-Amz-Content-Sha256 says, which is part of what is signed."""
    given = headers.get("X-Amz-Content-Sha256")
    if given is None:
        raise S3Error("InvalidRequest", "Missing required header for this "
                      "request: x-amz-content-sha256")
    if given not in CONTENT_WORDS and not re.fullmatch("[0-9a-f]{64}", given):
        raise S3Error("InvalidArgument", "x-amz-content-sha256 must be "
                      "UNSIGNED-PAYLOAD, %s, or a valid sha256 value."
                      % ", ".join(CONTENT_WORDS[1:]),
                      ArgumentName="x-amz-content-sha256", ArgumentValue=given)
    return given


def canonical_request(method, target, headers, signed, hashed):
    """AWS's text: the path is the URI-encoded key, encoded once; a path that
    arrived with reserved characters as they are is encoded here."""
    path, _, query = target.partition("?")
    lines = []
    for name in signed:
        values = [" ".join(v.split()) for v in headers.get_all(name, [])]
        lines.append(name + ":" + ",".join(values) + "\n")
    return "\n".join([method, quote(unquote_to_bytes(path), safe="/~"),
                      canonical_query(query), "".join(lines),
                      ";".join(signed), hashed])


def authenticate(method, target, headers, region):
    """Check the signature of the request's head; `region` is where it has to
    be signed for, None for any.  Returns a Signed."""
    given = headers.get("Authorization")
    if given is None:
        raise S3Error("AccessDenied")
    match = AUTHORIZATION.fullmatch(given)
    if match is None:
        raise malformed("it requires Credential, SignedHeaders and Signature.")
    access_key, *scope = match[1].split("/")
    signed = match[2].split(";")
    check_scope(scope, region)
    timestamp = headers.get("X-Amz-Date")
    check_time(timestamp, scope[0])
    hashed = content_hash(headers)
    key = check_key(access_key, headers.get("X-Amz-Security-Token"))
    check_signed_headers(headers, signed)
    canonical = canonical_request(method, target, headers, signed, hashed)
    expected = signature_of(key.secret, timestamp, scope[1], "s3", canonical)
    if not hmac.compare_digest(expected, match[3]):
        raise S3Error("SignatureDoesNotMatch", AWSAccessKeyId=access_key,
                      SignatureProvided=match[3], CanonicalRequest=canonical)
    return Signed(access_key, scope[1], scope, timestamp, expected)
