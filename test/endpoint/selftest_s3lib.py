"""A client of S3 for the self-tests: a signer, requests, chunked bodies.

IDENTIFICATION
  test/endpoint/selftest_s3lib.py
"""

import hashlib
import http.client
import re
import socket
import time
import xml.etree.ElementTree
from collections import namedtuple

from selftest_lib import SECRET, authorization, derived_key, mac

Reply = namedtuple("Reply", "status headers body")
UNRESERVED = (b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              b"0123456789-._~")


def encode(text, keep=b""):
    """AWS's UriEncode."""
    return "".join(chr(byte) if byte in UNRESERVED + keep else "%%%02X" % byte
                   for byte in text.encode())


def elements(body):
    """The elements of an answer that hold text, in order: (name, text)."""
    root = xml.etree.ElementTree.fromstring(body)
    return [("root", re.sub("{.*}", "", root.tag))] + [
        (re.sub("{.*}", "", element.tag), element.text or "")
        for element in root.iter() if not len(element)]


def all_of(reply, name):
    return [text for tag, text in elements(reply.body) if tag == name]


def one_of(reply, name):
    return dict(elements(reply.body)).get(name)


class S3:
    """Signed requests over one connection, which breaks may renew."""

    def __init__(self, port):
        self.host = "127.0.0.1:%d" % port
        self.connection = http.client.HTTPConnection("127.0.0.1", port,
                                                     timeout=20)

    def start(self, method, path, body=b"", query="", headers=None, host=None,
              key="AKIDEXAMPLE", secret=SECRET, region="eu-west-1", skew=0,
              hashed=None, sent_path=None, unsigned=None, chunks=None):
        """Send a request and return the open response.

        `path` is not encoded yet, `query` is; `hashed` is what is said of the
        body, `unsigned` has headers that are added late, and `chunks` makes the
        body of the signature, the stamp and the scope.
        """
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + skew))
        hashed = hashed or hashlib.sha256(body).hexdigest()
        headers = {"Host": host or self.host, "x-amz-date": stamp,
                   "x-amz-content-sha256": hashed, **(headers or {})}
        lower = {name.lower(): value for name, value in headers.items()
                 if value is not None}
        names = sorted(lower)
        encoded = encode(path, b"/")
        canonical = "&".join(sorted(part if "=" in part else part + "="
                                    for part in query.split("&") if part))
        request = "%s\n%s\n%s\n%s\n\n%s\n%s" % (
            method, encoded, canonical,
            "\n".join(name + ":" + lower[name] for name in names),
            ";".join(names), hashed)
        lower["authorization"] = authorization(
            request, stamp, ";".join(names), key, secret, region, "s3")
        if chunks:
            scope = "%s/%s/s3/aws4_request" % (stamp[:8], region)
            body = chunks(lower["authorization"][-64:], stamp, scope)
        lower.update(unsigned or {})
        target = (sent_path or encoded) + ("?" + query if query else "")
        self.connection.request(method, target, body or None, {
            name: value for name, value in lower.items() if value is not None},
            encode_chunked="transfer-encoding" in lower)
        return self.connection.getresponse()

    def ask(self, method, path, body=b"", query="", **how):
        response = self.start(method, path, body, query, **how)
        return Reply(response.status, response.headers, response.read())

    def says(self, *arguments, **how):
        """"status code" of an error, or the status of what is none."""
        reply = self.ask(*arguments, **how)
        if reply.status < 300:
            return str(reply.status)
        code = one_of(reply, "Code") if reply.body else ""
        return ("%d %s" % (reply.status, code)).strip()

    def breaks(self, *arguments, timeout=20, **how):
        """(what arrived, the exception that it ends in); reconnects."""
        got = b""
        self.connection.close()
        self.connection.timeout = timeout
        try:
            response = self.start(*arguments, **how)
            while True:
                block = response.read1(65536)
                if not block:
                    break
                got += block
            missing = response.length
            return got, "IncompleteRead" if missing else None
        except socket.timeout:
            return got, "TimeoutError"
        except (OSError, http.client.HTTPException) as error:
            return got, type(error).__name__
        finally:
            self.connection.close()
            self.connection.timeout = 20


def chunk_signer(seed, stamp, scope, secret=SECRET):
    """What signs one chunk after the other."""
    key = derived_key(secret, scope)
    previous = [seed]

    def sign(kind, *hashes):
        text = "\n".join(("AWS4-HMAC-SHA256-" + kind, stamp, scope,
                          previous[0]) + hashes)
        previous[0] = mac(key, text).hexdigest()
        return previous[0]

    return sign


def sha(data):
    return hashlib.sha256(data).hexdigest()


def signed_chunks(parts, trailer=None, spoil=False):
    """A body of chunks with signatures, and perhaps a trailer."""
    def build(seed, stamp, scope):
        sign = chunk_signer(seed, stamp, scope)
        body = b""
        for part in (*parts, b""):
            signature = sign("PAYLOAD", sha(b""), sha(part))
            data = part.upper() if spoil else part
            body += b"%x;chunk-signature=%s\r\n" % (len(data),
                                                    signature.encode())
            body += data + b"\r\n" if part or not trailer else b""
        if trailer:
            line = "%s:%s\n" % trailer
            body += line.replace("\n", "\r\n").encode()
            body += b"x-amz-trailer-signature:%s\r\n\r\n" % sign(
                "TRAILER", sha(line.encode())).encode()
        return body
    return build


def unsigned_chunks(parts, trailer):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return body + b"0\r\n%s:%s\r\n\r\n" % tuple(
        word.encode() for word in trailer)
