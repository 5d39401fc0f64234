"""Amazon S3's REST API, told apart from Lambda by the signature's scope.

Here a request is read, checked and recorded; s3_object.py and s3_multipart.py
have the operations.  README.md beside this file has the details.

IDENTIFICATION
  test/endpoint/s3.py
"""

import base64
import os
import re
from urllib.parse import unquote_plus, unquote_to_bytes

import s3_auth
import s3_body
import s3_multipart
import s3_object
import s3_send
import services
from s3_errors import DECLARATION, S3Error, invalid
from s3_faults import FAULTS
from s3_headers import ENCRYPTION
from s3_store import STORE, FileSink
from verifier import ACCOUNT, KEYS, REGION

HOST = re.compile(r"(?:(?P<bucket>.+)\.)?s3(?:-fips)?(?:\.dualstack)?"
                  r"(?:[.-](?P<region>" + REGION + r"))?"
                  r"\.[a-z][a-z0-9.-]*\.[a-z]+(?:\.cn)?")
LOCAL = ".localhost"
BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+\Z)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# A bucket whose name starts so lives there; one that is moved answers 301.
PLACED = re.compile(r"(moved-)?(" + REGION + r")-.")
KEY_LIMIT = 1024
# The largest body besides an object's.
DOCUMENT_LIMIT = 2 << 20
# Headers that are understood; another x-amz- header is refused.
HEADERS = {"x-amz-" + name for name in (
    "content-sha256", "date", "security-token", "user-agent", "trailer",
    "decoded-content-length", "sdk-checksum-algorithm", "checksum-algorithm",
    "checksum-mode", "checksum-type", "mp-object-size",
    "expected-bucket-owner", "storage-class", "server-side-encryption",
    "server-side-encryption-aws-kms-key-id", "server-side-encryption-context",
    "server-side-encryption-bucket-key-enabled")}
HEADER_STARTS = ("x-amz-meta-", "x-amz-checksum-")
SECRET_HEADERS = ("authorization", "x-amz-security-token")
LISTING = {"prefix", "encoding-type"}
# (method, of an object, what in the query tells it) -> operation, other names
# that its query may have.
OPERATIONS = {
    ("GET", False, "list-type"): ("ListObjectsV2", LISTING | {
        "delimiter", "max-keys", "continuation-token", "start-after",
        "fetch-owner"}),
    ("GET", False, "uploads"): ("ListMultipartUploads", LISTING),
    ("GET", False, "location"): ("GetBucketLocation", ()),
    ("HEAD", False, None): ("HeadBucket", ()),
    ("PUT", False, None): ("CreateBucket", ()),
    ("GET", True, None): ("GetObject", ()),
    ("HEAD", True, None): ("HeadObject", ()),
    ("PUT", True, None): ("PutObject", ()),
    ("DELETE", True, None): ("DeleteObject", ()),
    ("POST", True, "uploads"): ("CreateMultipartUpload", ()),
    ("PUT", True, "uploadId"): ("UploadPart", {"partNumber"}),
    ("POST", True, "uploadId"): ("CompleteMultipartUpload", ()),
    ("DELETE", True, "uploadId"): ("AbortMultipartUpload", ()),
    ("GET", True, "uploadId"): ("ListParts", {"max-parts",
                                              "part-number-marker"})}
WORK = {**s3_object.WORK, **s3_multipart.WORK}


class Request:
    """A request to S3, as far as it has been understood."""

    def __init__(self, exchange, row):
        self.exchange = exchange
        self.headers = exchange.headers
        self.row = row
        self.parameters = row["parameters"]
        self.bucket = self.key = self.operation = self.signed = None
        self.fault = None
        self.sink = None
        self.checksums = {}

    def locate(self):
        """What the host, the path and the query name."""
        path, _, query = self.exchange.target.partition("?")
        host = host_of(self.headers)
        match = HOST.fullmatch(host)
        self.region = match and match["region"]
        self.bucket = match and match["bucket"]
        if host.endswith(LOCAL):
            self.bucket = host[:-len(LOCAL)]
        try:
            path = unquote_to_bytes(path).decode()
        except ValueError:
            raise S3Error("InvalidURI", URI=path) from None
        if self.bucket:
            self.key = path[1:]
        else:
            self.bucket, _, self.key = path[1:].partition("/")
        self.parameters.update({name: value for name, value in (
            ("bucket", self.bucket), ("key", self.key)) if value})
        self.query = {}
        for part in filter(None, query.split("&")):
            name, _, value = part.partition("=")
            self.query[unquote_plus(name)] = unquote_plus(value)
        self.query.pop("x-id", None)    # what SDKs call the operation
        self.find_operation()
        if not BUCKET.fullmatch(self.bucket) and self.operation != (
                "ListBuckets"):
            raise S3Error("InvalidBucketName", BucketName=self.bucket)
        size = len(self.key.encode())
        if size > KEY_LIMIT:
            raise S3Error("KeyTooLongError", Size=size,
                          MaxSizeAllowed=KEY_LIMIT)

    def find_operation(self):
        """The operation, whose query and headers are all understood."""
        method = self.exchange.command
        if method == "GET" and not self.bucket and not self.query:
            self.operation, others = "ListBuckets", ()
        else:
            names = [n for n in ("list-type", "uploads", "location", "uploadId")
                     if n in self.query]
            found = OPERATIONS.get((method, bool(self.key),
                                    names[0] if names else None))
            if found is None:
                raise S3Error("NotImplemented", Method=method)
            self.operation, others = found
            others = {*others, *names[:1]}
        self.row["operation"] = self.operation
        for name in set(self.query) - set(others):
            raise S3Error("NotImplemented", Query=name)
        self.check_headers()
        if "uploadId" in self.query:
            self.parameters["upload_id"] = self.query["uploadId"]
        if self.operation == "UploadPart":
            self.number = self.part_number()
            self.parameters["number"] = self.number
        if "Range" in self.headers:
            self.parameters["range"] = self.headers["Range"]

    def check_headers(self):
        """Every header that asks for something is understood."""
        for name in (header.lower() for header in self.headers):
            if (name.startswith("x-amz-") and name not in HEADERS
                    and not name.startswith(HEADER_STARTS)):
                raise S3Error("NotImplemented", Header=name)
            if name.startswith(ENCRYPTION) and self.operation not in (
                    "PutObject", "CreateMultipartUpload"):
                raise invalid(name, self.headers[name], name + " header is not "
                              "supported for this operation.")

    def part_number(self):
        given = self.query.get("partNumber", "")
        if not given.isdecimal() or not 1 <= int(given) <= 10000:
            raise invalid("partNumber", given, "Part number must be an integer "
                          "between 1 and 10000, inclusive")
        return int(given)

    def authenticate(self):
        """The signature, for the region that the bucket is in."""
        placed = PLACED.match(self.bucket)
        region = placed and placed[2]
        found = re.search(r"Credential=[^/,\s]+/[^/]*/([^/]*)/",
                          self.headers.get("Authorization", ""))
        self.row["region"] = found and found[1]
        here = self.region or (placed and placed[1] and self.row["region"])
        headers = {"x-amz-bucket-region": region}
        if region and here and here != region:
            raise S3Error("PermanentRedirect", headers=headers,
                          Endpoint="%s.s3.%s.amazonaws.com"
                          % (self.bucket, region), Bucket=self.bucket)
        try:
            self.signed = s3_auth.authenticate(
                self.exchange.command, self.exchange.target, self.headers,
                region or self.region)
        except S3Error as error:
            if region and error.code == "AuthorizationHeaderMalformed":
                error.headers = headers
            raise
        self.home = self.signed.region
        self.row["access_key"] = self.signed.access_key

    def permit(self):
        """Whether who signed may do this, and the bucket is there."""
        owner = self.headers.get("x-amz-expected-bucket-owner", ACCOUNT)
        if (self.bucket == "denied" or self.key.startswith("denied/")
                or self.signed.access_key == "AKIDDENIED"):
            raise self.denied()
        if owner != ACCOUNT:
            raise S3Error("AccessDenied")
        if self.bucket == "no-such-bucket":
            raise S3Error("NoSuchBucket", BucketName=self.bucket)

    def denied(self, action=None):
        resource = "/".join(filter(None, (self.bucket, self.key)))
        action = action or {
            "HeadObject": "GetObject", "UploadPart": "PutObject",
            "CreateMultipartUpload": "PutObject",
            "CompleteMultipartUpload": "PutObject",
            "ListObjectsV2": "ListBucket", "HeadBucket": "ListBucket",
            "ListBuckets": "ListAllMyBuckets"}.get(self.operation,
                                                   self.operation)
        return S3Error(
            "AccessDenied", "User: %s is not authorized to perform: s3:%s on "
            'resource: "arn:aws:s3:::%s" because no identity-based policy '
            "allows the s3:%s action" % (KEYS[self.signed.access_key].arn,
                                         action, resource, action))

    def receive(self):
        """The body: an object's content or a part's into a file."""
        names = s3_body.wanted_hashes(self.headers)
        size = s3_body.length_of(self.headers) if self.operation in (
            "PutObject", "UploadPart", "CompleteMultipartUpload") else 0
        if self.operation == "UploadPart":
            self.upload = s3_multipart.upload_of(self)
            self.sink = FileSink(self.upload.file, STORE.reserve(
                self.upload, size), names)
        else:
            if self.operation != "PutObject" and size > DOCUMENT_LIMIT:
                raise S3Error("EntityTooLarge", ProposedSize=size,
                              MaxSizeAllowed=DOCUMENT_LIMIT)
            self.sink = FileSink(names=names)
        stop = self.fault and self.fault.body_limit(self.exchange.command)
        # Of an upload that is completed they are the object's, not the body's.
        checked = () if self.exchange.command == "POST" else s3_body.CHECKED
        try:
            self.checksums = s3_body.receive(self.exchange, self.signed,
                                             self.sink, checked, stop)
        finally:
            self.parameters["bytes"] = self.sink.size

    def perform(self):
        """The answer; a fault in its place is None."""
        self.locate()
        self.authenticate()
        self.permit()
        self.fault = FAULTS.take({"operation": self.operation,
                                  **self.parameters})
        if self.fault is None:
            self.receive()
            return WORK[self.operation](self)
        self.row["fault"] = self.fault.action
        if not self.fault.early:
            try:
                self.receive()
            except s3_body.Stopped:
                return None
        if self.fault.action == "changed":
            STORE.change(self.bucket, self.key)
        if self.fault.instead(self.operation == "GetObject"):
            if self.fault.done:
                WORK[self.operation](self)
            return None
        return WORK[self.operation](self)


def host_of(headers):
    """The host asked for, without the port."""
    return re.sub(r":\d+\Z", "", headers.get("Host", ""))


def is_meant(exchange):
    """Whether a request is S3's: by its signature, or unsigned by its host."""
    if "Authorization" in exchange.headers:
        return s3_auth.is_signed_for_s3(exchange.headers)
    host = host_of(exchange.headers)
    return HOST.fullmatch(host) is not None or host.endswith(LOCAL)


def kept_headers(exchange):
    return {name.lower(): value for name, value in exchange.headers.items()
            if name.lower() not in SECRET_HEADERS
            and not name.lower().startswith("x-test-")}


def serve(exchange):
    """Answer one request and record it."""
    exchange.request_id = os.urandom(8).hex().upper()
    exchange.host_id = base64.b64encode(os.urandom(36)).decode()
    exchange.common_headers = {"x-amz-request-id": exchange.request_id,
                               "x-amz-id-2": exchange.host_id,
                               "Server": "AmazonS3"}
    exchange.body = s3_body.wire(exchange)
    row = {"service": "s3", "operation": None, "parameters": {},
           "access_key": None, "region": None, "status": None, "fault": None,
           "headers": kept_headers(exchange), "connection": exchange.number}
    request = Request(exchange, row)
    try:
        answer = request.perform()
    except S3Error as error:
        answer = s3_send.Answer(
            error.status, {"Content-Type": "application/xml", **error.headers},
            DECLARATION + error.document(exchange))
    except OSError:
        services.RECORD.add(row)
        raise
    fault = request.fault
    if not (fault and (fault.early or fault.action in ("reset", "hang"))):
        s3_body.discard(exchange)
    if answer is None:
        row["status"] = s3_send.status_of(fault)
        services.RECORD.add(row)
        return s3_send.send_fault(exchange, fault, request)
    row["status"] = answer.status
    if answer.content is not None:
        row["parameters"]["bytes"] = answer.content.size
    services.RECORD.add(row)
    s3_send.send(exchange, answer, fault)
    if fault and fault.action == "close":
        exchange.close_connection = True
