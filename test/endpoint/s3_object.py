"""S3's operations on objects and on buckets.

IDENTIFICATION
  test/endpoint/s3_object.py
"""

import base64
import email.utils
import re
from urllib.parse import quote_plus

from s3_body import CHECKSUM
from s3_errors import S3Error, invalid, result
from s3_headers import encryption_of, iso, kept, matches, quoted
from s3_send import Answer, xml
from s3_store import STORE, Stored, etag_of

MOST = 1000
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
OWNER = ("Owner", [("ID", "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c"
                    "6caea54ba06a")])


# ---------------------------------------------------------------------------
# One object
# ---------------------------------------------------------------------------

def check_write(request):
    """The conditions of a PUT, and of completing an upload."""
    if_match = request.headers.get("If-Match")
    none_match = request.headers.get("If-None-Match")
    if none_match not in (None, "*"):
        raise S3Error("NotImplemented", Header="If-None-Match")
    old = STORE.get(request.bucket, request.key)
    if none_match and old:
        raise S3Error("PreconditionFailed", Condition="If-None-Match")
    if if_match and old is None:
        raise S3Error("NoSuchKey", Key=request.key)
    if if_match and not matches(if_match, old.etag):
        raise S3Error("PreconditionFailed", Condition="If-Match")


def put_object(request):
    headers = kept(request.headers)
    check_write(request)
    stored = Stored(request.sink.content(),
                    etag_of(request.sink.md5.digest(), headers), headers,
                    request.checksums)
    STORE.put(request.bucket, request.key, stored)
    return Answer(200, {"ETag": quoted(stored.etag), **encryption_of(headers),
                        **{CHECKSUM + name: value for name, value
                           in stored.checksums.items()}})


def find(request):
    """The object asked for, and whether it is as the client has it already;
    raises if a condition of the request does not hold."""
    stored = STORE.get(request.bucket, request.key)
    if stored is None:
        if request.bucket == "no-list":
            raise request.denied("ListBucket")
        raise S3Error("NoSuchKey", Key=request.key)
    headers = request.headers
    modified = int(stored.modified)
    if "If-Match" in headers:
        if not matches(headers["If-Match"], stored.etag):
            raise S3Error("PreconditionFailed", Condition="If-Match")
    elif modified > date_of(headers, "If-Unmodified-Since", modified):
        raise S3Error("PreconditionFailed", Condition="If-Unmodified-Since")
    if "If-None-Match" in headers:
        if matches(headers["If-None-Match"], stored.etag):
            return stored, True
    elif modified <= date_of(headers, "If-Modified-Since", -1):
        return stored, True
    return stored, False


def date_of(headers, name, default):
    """A header's date, in seconds; one that is none counts as missing."""
    try:
        return email.utils.parsedate_to_datetime(headers[name]).timestamp()
    except (KeyError, TypeError, ValueError):
        return default


def get_object(request):
    """GET and HEAD."""
    stored, known = find(request)
    headers = {"Last-Modified": email.utils.formatdate(stored.modified,
                                                       usegmt=True),
               "ETag": quoted(stored.etag)}
    if known:
        return Answer(304, headers)
    headers.update({"Accept-Ranges": "bytes", **stored.headers})
    first, size = range_of(request, stored)
    if first is None:
        if request.headers.get("x-amz-checksum-mode") == "ENABLED":
            headers.update({CHECKSUM + name: value for name, value
                            in stored.checksums.items()})
        return Answer(200, headers, content=stored.content)
    shift = 1 if request.fault and request.fault.action == "wrong_range" else 0
    headers["Content-Range"] = "bytes %d-%d/%d" % (
        first + shift, first + size - 1 + shift, stored.content.size)
    return Answer(206, headers, content=stored.content.part(first, size))


def range_of(request, stored):
    """(first byte, number of bytes) of a Range; (None, None): all."""
    given = RANGE.fullmatch(request.headers.get("Range", ""))
    condition = request.headers.get("If-Range")
    if (given is None or not (given[1] or given[2])
            or (condition and condition.strip('"') != stored.etag)
            or (request.fault and request.fault.action == "ignore_range")):
        return None, None
    size = stored.content.size
    if given[1]:
        first = int(given[1])
        last = min(int(given[2]) if given[2] else size - 1, size - 1)
        if given[2] and int(given[2]) < first:
            return None, None           # no range at all, says HTTP
    else:
        first, last = max(0, size - int(given[2])), size - 1
    if first > last:
        raise S3Error("InvalidRange", headers={
            "Content-Range": "bytes */%d" % size},
            RangeRequested=given[0], ActualObjectSize=size)
    return first, last - first + 1


def delete_object(request):
    STORE.delete(request.bucket, request.key)
    return Answer(204)


# ---------------------------------------------------------------------------
# Buckets
# ---------------------------------------------------------------------------

def encoder(request):
    """How the names in a listing are written."""
    kind = request.query.get("encoding-type")
    if kind not in (None, "url"):
        raise invalid("encoding-type", kind,
                      "Invalid Encoding Method specified in Request")
    return str if kind is None else lambda name: quote_plus(name, safe="/~")


def number_of(request, name, default):
    given = request.query.get(name, str(default))
    if not given.isdecimal():
        raise invalid(name, given, "Provided %s not an integer or within "
                      "integer range" % name)
    return int(given)


def start_of(request):
    """What the listing starts behind, as UTF-8."""
    token = request.query.get("continuation-token")
    if token is None:
        return request.query.get("start-after", "").encode()
    try:
        return base64.urlsafe_b64decode(token)
    except ValueError:
        raise invalid("continuation-token", token, "The continuation token "
                      "provided is incorrect") from None


def names_of(request, start):
    """(name, Stored or None for a common prefix) behind `start`, in order."""
    prefix = request.query.get("prefix", "")
    delimiter = request.query.get("delimiter", "")
    last = None
    for _, key, stored in STORE.listed(request.bucket):
        if not key.startswith(prefix):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        name = key if cut < 0 else key[:cut + len(delimiter)]
        if name == last or name.encode() <= start:
            continue
        last = name
        yield name, stored if cut < 0 else None


def list_objects(request):
    if request.query["list-type"] != "2":
        raise S3Error("NotImplemented", Query="list-type")
    write = encoder(request)
    most = min(number_of(request, "max-keys", MOST), MOST)
    names = list(names_of(request, start_of(request)))
    shown = names[:most]
    content = [("Name", request.bucket),
               ("Prefix", write(request.query.get("prefix", ""))),
               *((tag, write(request.query[name])) for name, tag in (
                   ("delimiter", "Delimiter"), ("start-after", "StartAfter"))
                 if name in request.query),
               ("MaxKeys", most), ("KeyCount", len(shown)),
               ("IsTruncated", str(len(names) > most and most > 0).lower())]
    for name in ("continuation-token", "encoding-type"):
        if name in request.query:
            tag = "".join(word.title() for word in name.split("-"))
            content.append((tag, request.query[name]))
    if len(names) > most > 0:
        content.append(("NextContinuationToken", base64.urlsafe_b64encode(
            shown[-1][0].encode()).decode()))
    owner = [OWNER] if request.query.get("fetch-owner") == "true" else []
    for name, stored in shown:
        content.append(("Contents", [
            ("Key", write(name)), ("LastModified", iso(stored.modified)),
            ("ETag", quoted(stored.etag)), ("Size", stored.content.size),
            *owner, ("StorageClass", stored.headers.get(
                "x-amz-storage-class", "STANDARD"))]) if stored else
            ("CommonPrefixes", [("Prefix", write(name))]))
    return xml(result("ListBucketResult", content))


def list_buckets(request):
    names = sorted({bucket for bucket, _, _ in STORE.listed()})
    return xml(result("ListAllMyBucketsResult", [OWNER, ("Buckets", [
        ("Bucket", [("Name", name), ("CreationDate", iso(0))])
        for name in names])]))


def bucket_location(request):
    """us-east-1 is an empty element."""
    region = "" if request.home == "us-east-1" else request.home
    return xml(result("LocationConstraint", region))


def head_bucket(request):
    return Answer(200, {"x-amz-bucket-region": request.home,
                        "Content-Type": "application/xml"})


def create_bucket(request):
    """Every bucket is there already."""
    raise S3Error("BucketAlreadyOwnedByYou", BucketName=request.bucket)


WORK = {"PutObject": put_object, "GetObject": get_object,
        "HeadObject": get_object, "DeleteObject": delete_object,
        "ListObjectsV2": list_objects, "ListBuckets": list_buckets,
        "GetBucketLocation": bucket_location, "HeadBucket": head_bucket,
        "CreateBucket": create_bucket}
