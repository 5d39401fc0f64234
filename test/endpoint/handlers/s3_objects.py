"""Lists the objects in S3, puts and deletes some.

bucket, prefix   only these
content          true: "text" too, or "base64" where it is not UTF-8, of gzip
                 what is in it
digest           true: "lines" (line feeds) and "sha256" too
put              {"bucket", "key", "headers": {...}, and its content:
                 "text", "base64", "gzip": [text, ...] with a member for each,
                 or "rows": n with "columns" (3), "width" (12) and "header"
                 (false): CSV, the first column counts from 1, column k is
                 'ck-' || the first, padded to `width` with x;
                 "compress": true packs the rows}
delete           {"bucket", "key"}
clear            true: forget all objects and uploads
"""

import base64
import gzip
import hashlib
import json
import zlib

import s3_generated
from endpoint import RawResponse
from s3 import BUCKET
from s3_headers import kept
from s3_store import STORE, FileSink, Stored, etag_of


def blocks_of(put):
    """The content of what is put."""
    if "text" in put:
        return [put["text"].encode()]
    if "base64" in put:
        return [base64.b64decode(put["base64"], validate=True)]
    if "gzip" in put:
        return [gzip.compress(text.encode(), mtime=0) for text in put["gzip"]]
    blocks = s3_generated.csv(put["rows"], put.get("columns", 3),
                              put.get("width", 12), put.get("header", False))
    return packed(blocks) if put.get("compress") else blocks


def packed(blocks):
    packer = zlib.compressobj(1, wbits=31)
    for block in blocks:
        yield packer.compress(block)
    yield packer.flush()


def put_object(put):
    if not BUCKET.fullmatch(put["bucket"]):
        raise ValueError("no name for a bucket: " + put["bucket"])
    sink = FileSink()
    for block in blocks_of(put):
        sink.write(block)
    headers = kept({name.lower(): value for name, value
                    in put.get("headers", {}).items()})
    STORE.put(put["bucket"], put["key"], Stored(
        sink.content(), etag_of(sink.md5.digest(), headers), headers))


def row(bucket, key, stored, event):
    found = {"bucket": bucket, "key": key, "size": stored.content.size,
             "etag": stored.etag, "headers": stored.headers}
    if event.get("digest"):
        hashed, lines = hashlib.sha256(), 0
        for block in stored.content.blocks():
            hashed.update(block)
            lines += block.count(b"\n")
        found.update(lines=lines, sha256=hashed.hexdigest())
    if event.get("content"):
        data = b"".join(stored.content.blocks())
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        try:
            found["text"] = data.decode()
        except UnicodeDecodeError:
            found["base64"] = base64.b64encode(data).decode()
    return found


def lambda_handler(event, context):
    if event.get("clear"):
        return [{"cleared": STORE.clear()}]
    if "put" in event:
        put_object(event["put"])
    if "delete" in event:
        STORE.delete(event["delete"]["bucket"], event["delete"]["key"])
    only = event.get("put") or event.get("delete") or {}
    rows = [row(bucket, key, stored, event) for bucket, key, stored
            in STORE.listed(event.get("bucket", only.get("bucket")))
            if key.startswith(event.get("prefix", ""))
            and key == only.get("key", key)]
    # Not the rows themselves, to which Lambda's limit would apply.
    return RawResponse(json.dumps(rows, ensure_ascii=False).encode())
