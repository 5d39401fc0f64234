"""The errors of Invoke, each in the shape Lambda's API model gives it.

error            the code; without it the table itself, rows of code and status
times            answer so this many times for this very request, then
                 [{"id": 1}]
reason           Reason of TooManyRequestsException
retry_after      Retry-After, in seconds
retry_after_ms   x-amz-retry-after, in milliseconds
"""

import json

from _record import still_failing
from endpoint import RawResponse

# Status -> the codes of the API model that have it.
MODELLED = {
    400: """InvalidParameterValueException InvalidRequestContentException
        ModeNotSupportedException NoPublishedVersionException
        RecursiveInvocationException SnapStartException""",
    402: "ServiceQuotaExceededException",
    403: "EFSMountFailureException S3FilesMountFailureException",
    404: "ResourceNotFoundException",
    408: """EFSMountConnectivityException EFSMountTimeoutException
        S3FilesMountConnectivityException S3FilesMountTimeoutException
        SnapStartTimeoutException""",
    409: """CodeArtifactUserDeletedException CodeArtifactUserFailedException
        CodeArtifactUserPendingException
        DurableExecutionAlreadyStartedException ResourceConflictException
        SnapStartNotReadyException SnapStartRegenerationFailureException""",
    410: "EFSIOException",
    413: "RequestTooLargeException SerializedRequestEntityTooLargeException",
    415: "UnsupportedMediaTypeException",
    429: "TooManyRequestsException",
    500: "ServiceException",
    502: """EC2AccessDeniedException EC2ThrottledException
        EC2UnexpectedException ENILimitReachedException ENINotReadyException
        InvalidRuntimeException InvalidSecurityGroupIDException
        InvalidSubnetIDException InvalidZipFileException
        KMSAccessDeniedException KMSDisabledException
        KMSInvalidStateException KMSNotFoundException
        ResourceNotReadyException SubnetIPAddressLimitReachedException"""}
# What answers in front of Lambda; not in the model, and without Type.
FRONT_END = {
    400: "ThrottlingException",
    403: """AccessDeniedException InvalidSignatureException
        UnrecognizedClientException ExpiredTokenException
        MissingAuthenticationTokenException""",
    408: "RequestTimeoutException",
    500: "InternalFailure",
    503: "ServiceUnavailableException"}
# These have the member "message"; the model's other errors "Message".
LOWER_CASE = set("""CodeArtifactUserDeletedException
    CodeArtifactUserFailedException CodeArtifactUserPendingException
    InvalidParameterValueException InvalidRequestContentException
    ModeNotSupportedException RequestTooLargeException
    ResourceConflictException ResourceNotReadyException
    SerializedRequestEntityTooLargeException TooManyRequestsException
    UnsupportedMediaTypeException""".split())
DEFAULT_REASON = "ReservedFunctionConcurrentInvocationLimitExceeded"


def statuses(table):
    return {code: status for status, codes in table.items()
            for code in codes.split()}


OF_MODEL = statuses(MODELLED)
STATUS = {**OF_MODEL, **statuses(FRONT_END)}


def document(code, event):
    """The body of one error."""
    text = "%s, as the test asked." % code
    if code not in OF_MODEL:
        upper = code == "AccessDeniedException"
        return {"Message" if upper else "message": text}
    body = {"Type": "User" if STATUS[code] < 500 else "Service",
            "message" if code in LOWER_CASE else "Message": text}
    if code == "TooManyRequestsException":
        body["Reason"] = event.get("reason") or DEFAULT_REASON
    elif code == "EC2UnexpectedException":
        body["EC2ErrorCode"] = "InsufficientInstanceCapacity"
    return body


def lambda_handler(event, context):
    code = event.get("error")
    if code is None:
        return [{"code": name, "status": STATUS[name]} for name in STATUS]
    if not still_failing(event, context):
        return [{"id": 1}]
    headers = {"x-amzn-ErrorType": code}
    for member, header in (("retry_after", "Retry-After"),
                           ("retry_after_ms", "x-amz-retry-after")):
        if event.get(member) is not None:
            headers[header] = event[member]
    body = json.dumps(document(code, event)).encode()
    return RawResponse(body, STATUS[code], headers)
