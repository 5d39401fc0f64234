"""S3's multipart uploads.

IDENTIFICATION
  test/endpoint/s3_multipart.py
"""

import hashlib
import xml.etree.ElementTree

from s3_body import CHECKSUM
from s3_errors import S3Error, result
from s3_headers import encryption_of, iso, kept, quoted
from s3_object import MOST, OWNER, check_write, encoder, number_of
from s3_send import Answer
from s3_send import xml as xml_answer
from s3_store import STORE, Content, Stored, etag_of

# Every part but the last has this many bytes at least.
SMALLEST = 5 << 20


def upload_of(request):
    """The upload that the request names."""
    upload = STORE.upload(request.bucket, request.key,
                          request.query["uploadId"])
    if upload is None:
        raise S3Error("NoSuchUpload", UploadId=request.query["uploadId"])
    return upload


def create(request):
    headers = kept(request.headers)
    upload = STORE.begin(request.bucket, request.key, headers)
    request.parameters["upload_id"] = upload.id
    return xml_answer(result("InitiateMultipartUploadResult", [
        ("Bucket", request.bucket), ("Key", request.key),
        ("UploadId", upload.id)]), encryption_of(headers))


def upload_part(request):
    upload = request.upload
    part = Stored(request.sink.content(), etag_of(
        request.sink.md5.digest(), upload.headers), {}, request.checksums)
    if not STORE.add_part(upload, request.number, part):
        raise S3Error("NoSuchUpload", UploadId=upload.id)
    return Answer(200, {"ETag": quoted(part.etag),
                        **encryption_of(upload.headers),
                        **{CHECKSUM + name: value for name, value
                           in part.checksums.items()}})


def read_list(request):
    """The parts in the request's body: (number, ETag, checksums by name)."""
    body = b"".join(request.sink.content().blocks())
    try:
        root = xml.etree.ElementTree.fromstring(body)
    except xml.etree.ElementTree.ParseError:
        raise S3Error("MalformedXML") from None

    def local(element):
        return element.tag.rpartition("}")[2]

    parts = []
    for element in root:
        values = {local(child): (child.text or "").strip()
                  for child in element}
        number = values.get("PartNumber", "")
        if (local(root) != "CompleteMultipartUpload"
                or local(element) != "Part" or not number.isdecimal()
                or "ETag" not in values):
            raise S3Error("MalformedXML")
        checksums = {name: values["Checksum" + name.upper()] for name in (
            "crc32", "sha1", "sha256") if "Checksum" + name.upper() in values}
        parts.append((int(number), values["ETag"].strip('"'), checksums))
    if not parts:
        raise S3Error("MalformedXML")
    return parts


def chosen_parts(upload, listed):
    """The parts listed, in order, as they were uploaded."""
    numbers = [number for number, _, _ in listed]
    if numbers != sorted(set(numbers)):
        raise S3Error("InvalidPartOrder", UploadId=upload.id)
    chosen = []
    for number, etag, checksums in listed:
        part = upload.parts.get(number)
        if part is None or part.etag != etag or any(
                part.checksums.get(name, value) != value
                for name, value in checksums.items()):
            raise S3Error("InvalidPart", UploadId=upload.id, PartNumber=number,
                          ETag=etag)
        chosen.append(part)
    for number, part in zip(numbers, chosen[:-1]):
        if part.content.size < SMALLEST:
            raise S3Error("EntityTooSmall", ProposedSize=part.content.size,
                          MinSizeAllowed=SMALLEST, PartNumber=number,
                          ETag=part.etag)
    return chosen


def complete(request):
    upload = upload_of(request)
    parts = chosen_parts(upload, read_list(request))
    check_write(request)
    content = Content([span for part in parts for span in part.content.spans])
    said = request.headers.get("x-amz-mp-object-size")
    if said is not None and said != str(content.size):
        raise S3Error("InvalidRequest", "The provided x-amz-mp-object-size "
                      "header value %s does not match what was computed: %d"
                      % (said, content.size))
    md5 = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts))
    stored = Stored(content, "%s-%d" % (md5.hexdigest(), len(parts)),
                    upload.headers)
    if not STORE.end(upload, stored):
        raise S3Error("NoSuchUpload", UploadId=upload.id)
    host = request.headers.get("Host", "")
    return xml_answer(result("CompleteMultipartUploadResult", [
        ("Location", "http://%s/%s/%s" % (host, request.bucket, request.key)),
        ("Bucket", request.bucket), ("Key", request.key),
        ("ETag", quoted(stored.etag))]), encryption_of(upload.headers))


def abort(request):
    if not STORE.end(upload_of(request)):
        raise S3Error("NoSuchUpload", UploadId=request.query["uploadId"])
    return Answer(204)


def list_parts(request):
    upload = upload_of(request)
    most = min(number_of(request, "max-parts", MOST), MOST)
    marker = number_of(request, "part-number-marker", 0)
    numbers = [n for n in sorted(upload.parts) if n > marker]
    shown = numbers[:most]
    content = [("Bucket", upload.bucket), ("Key", upload.key),
               ("UploadId", upload.id), OWNER, ("StorageClass", "STANDARD"),
               ("PartNumberMarker", marker),
               ("NextPartNumberMarker", shown[-1] if shown else 0),
               ("MaxParts", most),
               ("IsTruncated", str(len(numbers) > len(shown)).lower())]
    for number in shown:
        part = upload.parts[number]
        content.append(("Part", [
            ("PartNumber", number), ("LastModified", iso(part.modified)),
            ("ETag", quoted(part.etag)), ("Size", part.content.size)]))
    return xml_answer(result("ListPartsResult", content))


def list_uploads(request):
    write = encoder(request)
    prefix = request.query.get("prefix", "")
    content = [("Bucket", request.bucket), ("KeyMarker", ""),
               ("UploadIdMarker", ""), ("Prefix", write(prefix)),
               ("MaxUploads", MOST), ("IsTruncated", "false")]
    if "encoding-type" in request.query:
        content.append(("EncodingType", "url"))
    for upload in STORE.uploads_of(request.bucket):
        if upload.key.startswith(prefix):
            content.append(("Upload", [
                ("Key", write(upload.key)), ("UploadId", upload.id), OWNER,
                ("StorageClass", "STANDARD"),
                ("Initiated", iso(upload.started))]))
    return xml_answer(result("ListMultipartUploadsResult", content))


WORK = {"CreateMultipartUpload": create, "UploadPart": upload_part,
        "CompleteMultipartUpload": complete, "AbortMultipartUpload": abort,
        "ListParts": list_parts, "ListMultipartUploads": list_uploads}
