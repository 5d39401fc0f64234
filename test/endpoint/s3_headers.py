"""The headers that stay with an object in S3, and how answers write things.

IDENTIFICATION
  test/endpoint/s3_headers.py
"""

import time

from s3_errors import S3Error, invalid

METADATA_LIMIT = 2048
# What is kept with an object, besides x-amz-meta-...
KEPT = ("content-type", "content-encoding", "content-language",
        "content-disposition", "cache-control", "expires",
        "x-amz-storage-class", "x-amz-server-side-encryption",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context",
        "x-amz-server-side-encryption-bucket-key-enabled")
ENCRYPTION = "x-amz-server-side-encryption"


def kept(headers):
    """The headers that stay with an object; checks what they ask for."""
    found = {name: headers[name] for name in KEPT if headers.get(name)}
    metadata = {name.lower(): value for name, value in headers.items()
                if name.lower().startswith("x-amz-meta-")}
    size = sum(len(name) - len("x-amz-meta-") + len(value)
               for name, value in metadata.items())
    if size > METADATA_LIMIT:
        raise S3Error("MetadataTooLarge", Size=size,
                      MaxSizeAllowed=METADATA_LIMIT)
    encodings = [word.strip() for word in
                 found.pop("content-encoding", "").split(",")]
    encodings = [word for word in encodings if word and word != "aws-chunked"]
    if encodings:
        found["content-encoding"] = ",".join(encodings)
    found.setdefault("content-type", "binary/octet-stream")
    if found.get("x-amz-storage-class") == "STANDARD":
        del found["x-amz-storage-class"]
    check_encryption(found)
    return {**found, **metadata}


def check_encryption(found):
    kind = found.setdefault(ENCRYPTION, "AES256")
    key = found.get(ENCRYPTION + "-aws-kms-key-id")
    if kind not in ("AES256", "aws:kms"):
        raise invalid(ENCRYPTION, kind,
                      "The encryption method specified is not supported")
    if key and kind != "aws:kms":
        raise invalid(ENCRYPTION, kind, "Server Side Encryption with AWS KMS "
                      "managed key requires HTTP header "
                      "x-amz-server-side-encryption : aws:kms")
    if key and "no-such-key" in key:
        raise S3Error("KMS.NotFoundException", "Key '%s' does not exist" % key)


def encryption_of(headers):
    """What an answer repeats of how an object is encrypted."""
    return {name: value for name, value in headers.items()
            if name.startswith(ENCRYPTION)}


def quoted(etag):
    return '"%s"' % etag


def matches(given, etag):
    """Whether an If-Match or If-None-Match names the ETag."""
    return any(word.strip().strip('"') in ("*", etag)
               for word in given.split(","))


def iso(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(seconds))
