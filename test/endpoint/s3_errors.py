"""S3's errors, and its XML.

Codes, statuses and messages are those of "Error responses" in S3's API
reference.

IDENTIFICATION
  test/endpoint/s3_errors.py
"""

from xml.sax.saxutils import escape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# Code -> status and message, of what is raised without either.
ERRORS = {
    "AccessDenied": (403, "Access Denied"),
    "BadDigest": (400, "The Content-MD5 you specified did not match what we "
                  "received."),
    "BucketAlreadyOwnedByYou": (409, "Your previous request to create the "
                                "named bucket succeeded and you already own "
                                "it."),
    "EntityTooLarge": (400, "Your proposed upload exceeds the maximum allowed "
                       "size"),
    "EntityTooSmall": (400, "Your proposed upload is smaller than the minimum "
                       "allowed size"),
    "ExpiredToken": (400, "The provided token has expired."),
    "IncompleteBody": (400, "The request body terminated unexpectedly"),
    "InternalError": (500, "We encountered an internal error. Please try "
                      "again."),
    "InvalidAccessKeyId": (403, "The AWS Access Key Id you provided does not "
                           "exist in our records."),
    "InvalidBucketName": (400, "The specified bucket is not valid."),
    "InvalidDigest": (400, "The Content-MD5 you specified was invalid."),
    "InvalidPart": (400, "One or more of the specified parts could not be "
                    "found.  The part may not have been uploaded, or the "
                    "specified entity tag may not match the part's entity "
                    "tag."),
    "InvalidPartOrder": (400, "The list of parts was not in ascending order. "
                         "Parts must be ordered by part number."),
    "InvalidRange": (416, "The requested range is not satisfiable"),
    "InvalidToken": (400, "The provided token is malformed or otherwise "
                     "invalid."),
    "InvalidURI": (400, "Couldn't parse the specified URI."),
    "KeyTooLongError": (400, "Your key is too long"),
    "MalformedXML": (400, "The XML you provided was not well-formed or did "
                     "not validate against our published schema"),
    "MetadataTooLarge": (400, "Your metadata headers exceed the maximum "
                         "allowed metadata size"),
    "MissingContentLength": (411, "You must provide the Content-Length HTTP "
                             "header."),
    "NoSuchBucket": (404, "The specified bucket does not exist"),
    "NoSuchKey": (404, "The specified key does not exist."),
    "NoSuchUpload": (404, "The specified upload does not exist. The upload ID "
                     "may be invalid, or the upload may have been aborted or "
                     "completed."),
    "NotImplemented": (501, "A header you provided implies functionality that "
                       "is not implemented"),
    "PermanentRedirect": (301, "The bucket you are attempting to access must "
                          "be addressed using the specified endpoint. Please "
                          "send all future requests to this endpoint."),
    "PreconditionFailed": (412, "At least one of the pre-conditions you "
                           "specified did not hold"),
    "RequestTimeTooSkewed": (403, "The difference between the request time "
                             "and the current time is too large."),
    "RequestTimeout": (400, "Your socket connection to the server was not "
                       "read from or written to within the timeout period. "
                       "Idle connections will be closed."),
    "ServiceUnavailable": (503, "Please reduce your request rate."),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does "
                              "not match the signature you provided. Check "
                              "your key and signing method."),
    "SlowDown": (503, "Please reduce your request rate."),
    "XAmzContentSHA256Mismatch": (400, "The provided 'x-amz-content-sha256' "
                                  "header does not match what was computed."),
}


class S3Error(Exception):
    """An error answer; `elements` stand behind Message in it."""

    def __init__(self, code, message=None, status=None, headers=None,
                 **elements):
        known = ERRORS.get(code, (400, code))
        super().__init__(message or known[1])
        self.status = status or known[0]
        self.code = code
        self.headers = headers or {}
        self.elements = elements

    def document(self, exchange):
        return element("Error", [
            ("Code", self.code), ("Message", str(self)),
            *self.elements.items(), ("RequestId", exchange.request_id),
            ("HostId", exchange.host_id)])


def invalid(name, value, message):
    """400 InvalidArgument, which names the argument."""
    return S3Error("InvalidArgument", message, ArgumentName=name,
                   ArgumentValue=value)


def element(name, content):
    """An element; content is text, a number, or pairs of name and content."""
    if isinstance(content, (list, tuple)):
        inner = "".join(element(*pair) for pair in content)
    else:
        inner = escape(str(content), {'"': "&quot;", "\r": "&#13;"})
    return "<%s>%s</%s>" % (name, inner, name.split()[0])


def result(name, content):
    """An answer's root element."""
    return element('%s xmlns="%s"' % (name, NAMESPACE), content)
