"""The body of a request to S3: read while it is hashed, then checked.

A body is as long as Content-Length says, or in HTTP's chunks; inside it may be
in the chunks of "aws-chunked", signed or not, with checksums in a trailer.

IDENTIFICATION
  test/endpoint/s3_body.py
"""

import base64
import binascii
import hashlib
import re

import s3_auth
from s3_errors import S3Error
from s3_store import BLOCK

LARGEST = 5 << 30
LINE_LIMIT = 8192
# Checksums that are checked, by the header's last word.  crc32c and crc64nvme
# are not: nothing in Python's library computes them.
CHECKED = ("crc32", "sha1", "sha256")
CHECKSUM = "x-amz-checksum-"


class Stopped(Exception):
    """As many bytes as wanted have been read, and no more."""


class Source:
    """Bytes that come in blocks, read as lines or by number."""

    def __init__(self, blocks):
        self.blocks = blocks
        self.left = b""

    def some(self, most):
        """At least a byte and at most `most`."""
        block = self.left or next(self.blocks, b"")
        if not block:
            raise S3Error("IncompleteBody")
        self.left = block[most:]
        return block[:most]

    def line(self):
        """A line without its CR and LF."""
        got = b""
        while b"\n" not in got:
            if len(got) > LINE_LIMIT:
                raise S3Error("IncompleteBody")
            got += self.some(LINE_LIMIT)
        line, _, rest = got.partition(b"\n")
        self.left = rest + self.left
        return line.rstrip(b"\r").decode("latin-1")


def wire(exchange):
    """The body's bytes as they arrive, without HTTP's own chunks."""
    if "Transfer-Encoding" in exchange.headers:
        yield from unchunked(exchange.rfile)
        return
    left = int(exchange.headers.get("Content-Length", "0"))
    while left:
        block = exchange.rfile.read1(min(left, BLOCK))
        if not block:
            raise ConnectionResetError
        left -= len(block)
        yield block


def unchunked(rfile):
    """The content of HTTP's chunks; trailers are dropped."""
    while True:
        line = rfile.readline(LINE_LIMIT).split(b";")[0].strip()
        if not re.fullmatch(b"[0-9a-fA-F]{1,16}", line):
            raise ConnectionResetError
        left = size = int(line, 16)
        while left:
            block = rfile.read1(min(left, BLOCK))
            if not block:
                raise ConnectionResetError
            left -= len(block)
            yield block
        if size:
            rfile.readline(LINE_LIMIT)
            continue
        while rfile.readline(LINE_LIMIT).strip():
            pass
        return


def aws_chunks(blocks, signed, kind, trailer):
    """The content of aws-chunked; `trailer` gets its trailing headers."""
    source = Source(blocks)
    with_signature = kind != s3_auth.UNSIGNED_TRAILER
    size = None
    while size != "0":
        size, _, extension = source.line().partition(";")
        if not re.fullmatch("[0-9a-fA-F]{1,16}", size):
            raise S3Error("IncompleteBody")
        left = int(size, 16)
        hashed = hashlib.sha256()
        while left:
            block = source.some(left)
            left -= len(block)
            if with_signature:
                hashed.update(block)
            yield block
        if with_signature:
            given = extension.partition("chunk-signature=")[2]
            signed.check_chunk(given, "PAYLOAD", s3_auth.EMPTY_HASH,
                               hashed.hexdigest())
        if size != "0" and source.line():
            raise S3Error("IncompleteBody")
    read_trailer(source, signed, kind, trailer)


def read_trailer(source, signed, kind, trailer):
    """Trailing headers, up to an empty line or the body's end."""
    rest = source.left + b"".join(source.blocks)
    signature, text = "", ""
    for line in rest.decode("latin-1").splitlines():
        name, _, value = (word.strip() for word in line.partition(":"))
        if not name:
            break
        if name.lower() == "x-amz-trailer-signature":
            signature = value
        else:
            trailer[name.lower()] = value
            text += "%s:%s\n" % (name.lower(), value)
    if kind == s3_auth.SIGNED_TRAILER:
        signed.check_chunk(signature, "TRAILER",
                           hashlib.sha256(text.encode("latin-1")).hexdigest())


def length_of(headers):
    """How long the object in the body is; raises without a length."""
    encoded = "Transfer-Encoding" in headers
    given = headers.get("X-Amz-Decoded-Content-Length",
                        None if encoded else headers.get("Content-Length"))
    if encoded and given is None:
        raise S3Error("NotImplemented", Header="Transfer-Encoding")
    if given is None or not given.isdecimal():
        raise S3Error("MissingContentLength")
    if int(given) > LARGEST:
        raise S3Error("EntityTooLarge", ProposedSize=given,
                      MaxSizeAllowed=LARGEST)
    return int(given)


def wanted_hashes(headers):
    """The names of the checksums to compute beside MD5."""
    names = {name for name in CHECKED if CHECKSUM + name in headers
             or CHECKSUM + name == headers.get("x-amz-trailer")}
    if headers.get("x-amz-content-sha256") not in s3_auth.CONTENT_WORDS:
        names.add("sha256")
    return names


def receive(exchange, signed, sink, names=CHECKED, stop_after=None):
    """Read the whole body into `sink` and check it; what checksums it has, of
    these names.  Raises Stopped after `stop_after` bytes of content."""
    headers = exchange.headers
    kind = headers.get("x-amz-content-sha256")
    limit = length_of(headers) if kind.startswith("STREAMING-") else LARGEST
    trailer = {}
    blocks = exchange.body
    if kind.startswith("STREAMING-"):
        blocks = aws_chunks(blocks, signed, kind, trailer)
    for block in blocks:
        sink.write(block)
        if sink.size > limit:
            raise S3Error("IncompleteBody")
        if stop_after is not None and sink.size >= stop_after:
            raise Stopped
    return check(headers, trailer, kind, sink, names)


def check(headers, trailer, kind, sink, names):
    """Compare hash, length and checksums with what was said of them."""
    if kind not in s3_auth.CONTENT_WORDS:
        found = sink.digest("sha256").hex()
        if found != kind:
            raise S3Error("XAmzContentSHA256Mismatch",
                          ClientComputedContentSHA256=kind,
                          S3ComputedContentSHA256=found)
    if kind.startswith("STREAMING-") and sink.size != length_of(headers):
        raise S3Error("IncompleteBody")
    given = headers.get("Content-MD5")
    if given is not None and decoded(given, 16) != sink.md5.digest():
        raise S3Error("BadDigest", ExpectedDigest=given,
                      CalculatedDigest=text_of(sink.md5.digest()))
    said = {**{name.lower(): value for name, value in headers.items()},
            **trailer}
    checksums = {}
    for name in names:
        if CHECKSUM + name in said:
            found = text_of(sink.digest(name))
            if said[CHECKSUM + name] != found:
                raise S3Error("BadDigest", "The %s you specified did not match "
                              "the calculated checksum." % name.upper())
            checksums[name] = found
    if "x-amz-trailer" in said and said["x-amz-trailer"] not in said:
        raise S3Error("MalformedTrailerError", "The request contained trailing "
                      "data that was not well-formed or did not conform to our "
                      "published schema.")
    return checksums


def text_of(digest):
    return base64.b64encode(digest).decode()


def decoded(text, size):
    """The bytes of a Content-MD5."""
    try:
        value = base64.b64decode(text, validate=True)
    except binascii.Error:
        value = b""
    if len(value) != size:
        raise S3Error("InvalidDigest")
    return value


def discard(exchange):
    """Read a body that nobody wants, so that the connection stays usable."""
    for _ in exchange.body:
        pass
