"""AWS STS: AssumeRole, AssumeRoleWithWebIdentity and GetCallerIdentity.

What a role does is in its name; README.md beside this file lists them.

IDENTIFICATION
  test/endpoint/sts.py
"""

import re
import time
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from verifier import ACCOUNT, ISSUER, KEYS, Refusal, authenticate

VERSION = "2011-06-15"
NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[!-.0-~]+/)*"
                      r"([\w+=,.@-]{1,64})", re.ASCII)
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
WEB_TOKENS = ("web-identity-token-1", "web-identity-token-2")
EXTERNAL_ID = "xid-1"
# Roles besides reader..., brief<N> and once<N>.
ROLES = ("denied", "external", "flaky", "throttled", "idp", "hang")
# STS's names for what verifier.py calls as Lambda does.
QUERY_CODES = {
    "UnrecognizedClientException": (403, "InvalidClientTokenId"),
    "ExpiredTokenException": (403, "ExpiredToken"),
    "InvalidSignatureException": (403, "SignatureDoesNotMatch"),
    "IncompleteSignatureException": (400, "IncompleteSignature"),
    "MissingAuthenticationTokenException": (403, "MissingAuthenticationToken")}
# What a record does not keep.
SECRET_PARAMETERS = ("WebIdentityToken", "TokenCode")


class Fault(Exception):
    """An error of STS."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


def assumed_arn(role, session):
    return "arn:aws:sts::%s:assumed-role/%s/%s" % (ACCOUNT, role, session)


def xml(name, content):
    """An element; content is text or pairs of name and content."""
    inner = (escape(content) if isinstance(content, str) else
             "".join("\n" + xml(*pair) for pair in content) + "\n")
    return "<%s>%s</%s>" % (name, inner, name.split()[0])


def answer(exchange, path, body, row, seen):
    """(status, headers, text) of a request; None: hang."""
    content = {"Content-Type": "text/xml"}
    try:
        parameters = read_form(exchange.headers, body)
        row["operation"] = parameters.get("Action")
        row["parameters"] = public(parameters)
        result = act(exchange, body, row, parameters, seen)
    except Fault as fault:
        side = "Sender" if fault.status < 500 else "Receiver"
        return fault.status, content, xml(
            'ErrorResponse xmlns="%s"' % NAMESPACE, (
                ("Error", (("Type", side), ("Code", fault.code),
                           ("Message", str(fault)))),
                ("RequestId", exchange.request_id))) + "\n"
    if result is None:
        return None
    action = parameters["Action"]
    return 200, content, xml(
        '%sResponse xmlns="%s"' % (action, NAMESPACE), (
            (action + "Result", result),
            ("ResponseMetadata", (("RequestId", exchange.request_id),)))) + "\n"


def read_form(headers, body):
    """The parameters of a request."""
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise Fault(400, "MalformedQueryString", "The request is no form.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True,
                          strict_parsing=True, errors="strict")
    except ValueError:
        raise Fault(400, "MalformedQueryString",
                    "The form cannot be read.") from None
    if len(dict(pairs)) != len(pairs):
        raise Fault(400, "MalformedQueryString", "A parameter comes twice.")
    return dict(pairs)


def public(parameters):
    """The parameters as the record keeps them."""
    kept = {name: value for name, value in parameters.items()
            if name not in SECRET_PARAMETERS}
    token = parameters.get("WebIdentityToken")
    if token is not None:
        kept["web_identity_token"] = (
            WEB_TOKENS.index(token) + 1 if token in WEB_TOKENS else None)
    return kept


def act(exchange, body, row, parameters, seen):
    """The content of the action's result; None: hang."""
    actions = {"AssumeRole": assume_role,
               "AssumeRoleWithWebIdentity": assume_with_web_identity,
               "GetCallerIdentity": caller_identity}
    action = parameters.get("Action")
    if action is None:
        raise Fault(400, "MissingAction", "The request has no Action.")
    if action not in actions or parameters.get("Version") != VERSION:
        raise Fault(400, "InvalidAction", "Could not find operation %s for "
                    "version %s" % (action, parameters.get("Version")))
    if action == "AssumeRoleWithWebIdentity":
        if "Authorization" in exchange.headers:
            raise Fault(400, "InvalidRequest", "%s takes no signature; leave "
                        "the Authorization header out." % action)
    else:
        row["access_key"] = signer(exchange, body)
    return actions[action](parameters, row["access_key"], seen)


def signer(exchange, body):
    """The access key that signed the request for STS."""
    try:
        return authenticate(exchange.command, exchange.target,
                            exchange.headers, body, "sts")[0]
    except Refusal as refusal:
        status, code = QUERY_CODES[refusal.code]
        raise Fault(status, code, str(refusal)) from None


def invalid(name, value, constraint):
    return Fault(400, "ValidationError", "1 validation error detected: Value "
                 "%s at '%s' failed to satisfy constraint: Member must %s" % (
                     "null" if value is None else "'%s'" % value, name,
                     "not be null" if value is None else constraint))


def role_of(parameters, access_key):
    """Check what every AssumeRole... needs: (ARN, role, session, seconds)."""
    arn = parameters.get("RoleArn")
    match = ROLE_ARN.fullmatch(arn or "")
    if match is None:
        raise invalid("roleArn", arn, "be the ARN of a role")
    session = parameters.get("RoleSessionName")
    if not SESSION_NAME.fullmatch(session or ""):
        raise invalid("roleSessionName", session, "satisfy regular expression "
                      "pattern: [\\w+=,.@-]* and have length 2 to 64")
    duration = parameters.get("DurationSeconds", "3600")
    if not duration.isdecimal() or not 900 <= int(duration) <= 43200:
        raise invalid("durationSeconds", duration,
                      "have value from 900 to 43200")
    if int(duration) > 3600 and (access_key or "").startswith("ASIAROLE"):
        raise Fault(400, "ValidationError", "The requested DurationSeconds "
                    "exceeds the 1 hour session limit for roles assumed by "
                    "role chaining")
    brief = re.fullmatch(r"(?:brief|once)(\d{1,6})", match[2])
    return arn, match[2], session, int(brief[1] if brief else duration)


def denied(action, arn, access_key):
    caller = KEYS[access_key].arn if access_key else "anonymous"
    return Fault(403, "AccessDenied", "User: %s is not authorized to perform: "
                 "sts:%s on resource: %s" % (caller, action, arn))


def misbehave(role, seen):
    """What the role's name asks for on its first request."""
    if role == "flaky" and seen.first("sts flaky"):
        raise Fault(500, "InternalFailure", "The request processing has failed "
                    "because of an unknown error, exception or failure.")
    if role == "throttled" and seen.first("sts throttled"):
        raise Fault(400, "Throttling", "Rate exceeded")


def is_role(role):
    return role in ROLES or re.match(r"reader|(brief|once)\d{1,6}\Z", role)


def credentials(role, session, seconds):
    """The elements AssumedRoleUser and Credentials, with a new key."""
    arn = assumed_arn(role, session)
    access_key, key = ISSUER.issue("ROLE", seconds, arn)
    expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(key.expires))
    return (("AssumedRoleUser",
             (("AssumedRoleId", "AROAEXAMPLE:" + session), ("Arn", arn))),
            ("Credentials",
             (("AccessKeyId", access_key), ("SecretAccessKey", key.secret),
              ("SessionToken", key.token), ("Expiration", expires))))


def assume_role(parameters, access_key, seen):
    arn, role, session, seconds = role_of(parameters, access_key)
    if role == "hang" or (role.startswith("once")
                          and not seen.first("sts once")):
        return None
    misbehave(role, seen)
    external = parameters.get("ExternalId")
    if (not is_role(role) or role == "denied" or access_key == "AKIDDENIED"
            or (role == "external" and external != EXTERNAL_ID)):
        raise denied("AssumeRole", arn, access_key)
    return credentials(role, session, seconds)


def assume_with_web_identity(parameters, access_key, seen):
    arn, role, session, seconds = role_of(parameters, None)
    token = parameters.get("WebIdentityToken")
    if not token:
        raise invalid("webIdentityToken", token, "have length 4 or more")
    if role == "hang":
        return None
    misbehave(role, seen)
    if role == "idp" and seen.first("sts idp"):
        raise Fault(400, "IDPCommunicationError", "The identity provider could "
                    "not be reached to verify the token.")
    if token not in WEB_TOKENS:
        raise Fault(400, "InvalidIdentityToken",
                    "Couldn't retrieve verification key from your identity "
                    "provider, please reference AssumeRoleWithWebIdentity "
                    "documentation for requirements")
    if not is_role(role) or role in ("denied", "external"):
        raise Fault(403, "AccessDenied", "Not authorized to perform "
                    "sts:AssumeRoleWithWebIdentity")
    return (("SubjectFromWebIdentityToken", "system:serviceaccount:test:test"),
            ("Audience", "sts.amazonaws.com"),
            ("Provider", "arn:aws:iam::%s:oidc-provider/idp.example" % ACCOUNT),
            ) + credentials(role, session, seconds)


def caller_identity(parameters, access_key, seen):
    return (("Arn", KEYS[access_key].arn), ("UserId", "AIDAEXAMPLE"),
            ("Account", ACCOUNT))
