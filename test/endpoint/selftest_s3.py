"""Self-test of S3.

IDENTIFICATION
  test/endpoint/selftest_s3.py
"""

import base64
import hashlib
import re
import time
import zlib

import s3_auth
from selftest_lib import TAP, TOKEN, Client, Started
from selftest_s3lib import (S3, all_of, encode, one_of, sha, signed_chunks,
                            unsigned_chunks)
from verifier import Key

PART = 5 << 20
KEYS = ("plain.txt", "a b/c+d.txt", "é/☃ %41.csv", "a//b/../c", "/first",
        "~!$&'()*,;=:@\"<>[]{}|^`#?", "x" * 1024)


def md5(data):
    return '"%s"' % hashlib.md5(data).hexdigest()


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def rows(client):
    return client.call("service_calls", {"service": "s3"})[2]["rows"]


def fault(client, action, **details):
    client.call("reset_calls", {})
    status, _, answer = client.call("s3_fault", {"action": action, **details})
    TAP.equal((status, len(answer)), (200, 1), "fault: %s" % action)


def test_objects(client, s3):
    data = b"id,name\n1,one\n"
    reply = s3.ask("PUT", "/bucket/t.csv", data, headers={
        "Content-Type": "text/csv", "Content-Encoding": "gzip",
        "x-amz-meta-Colour": "red", "x-amz-storage-class": "STANDARD_IA"})
    TAP.equal((reply.status, reply.headers["ETag"], reply.headers[
        "x-amz-server-side-encryption"], reply.body),
        (200, md5(data), "AES256", b""), "an object is put")
    TAP.ok(re.fullmatch("[0-9A-F]{16}", reply.headers["x-amz-request-id"])
           and reply.headers["x-amz-id-2"]
           and "x-amzn-RequestId" not in reply.headers,
           "its ids", reply.headers.items())
    for method, body in (("GET", data), ("HEAD", b"")):
        reply = s3.ask(method, "/bucket/t.csv")
        kept = {name: reply.headers[name] for name in (
            "ETag", "Content-Length", "Content-Type", "Content-Encoding",
            "x-amz-meta-colour", "x-amz-storage-class", "Accept-Ranges")}
        TAP.equal((reply.status, reply.body, list(kept.values())),
                  (200, body, [md5(data), str(len(data)), "text/csv", "gzip",
                               "red", "STANDARD_IA", "bytes"]), method)
        TAP.ok(reply.headers["Last-Modified"], "since when", reply.headers)
    s3.ask("PUT", "/bucket/t.csv", b"")
    reply = s3.ask("GET", "/bucket/t.csv")
    TAP.equal((reply.body, reply.headers["Content-Type"],
               reply.headers["x-amz-meta-colour"]),
              (b"", "binary/octet-stream", None), "an empty one over it")
    TAP.equal([s3.says("DELETE", "/bucket/t.csv") for _ in range(2)],
              ["204"] * 2, "is deleted, and once more")
    TAP.equal([s3.says("GET", "/bucket/t.csv"),
               s3.says("HEAD", "/bucket/t.csv")], ["404 NoSuchKey", "404"],
              "no such key")
    TAP.equal([s3.says("GET", "/no-such-bucket/a"), s3.says("GET", "/denied/a"),
               s3.says("PUT", "/bucket/denied/a", b""),
               s3.says("GET", "/no-list/a"), s3.says("GET", "/Bad_Name/a"),
               s3.says("PUT", "/bucket/" + "x" * 1025, b""),
               s3.says("GET", "/bucket/a", key="AKIDDENIED")],
              ["404 NoSuchBucket", "403 AccessDenied", "403 AccessDenied",
               "403 AccessDenied", "400 InvalidBucketName",
               "400 KeyTooLongError", "403 AccessDenied"], "what may not be")
    reply = s3.ask("GET", "/bucket/none")
    TAP.equal((one_of(reply, "root"), one_of(reply, "Key"),
               one_of(reply, "RequestId"), reply.headers["Transfer-Encoding"],
               bool(one_of(reply, "HostId")),
               one_of(reply, "Message")),
              ("Error", "none", reply.headers["x-amz-request-id"], "chunked",
               True, "The specified key does not exist."), "an error's XML")


def test_keys(client, s3):
    client.call("s3_objects", {"clear": True})
    for key in KEYS:
        s3.ask("PUT", "/keys/" + key, key.encode())
        TAP.equal(s3.ask("GET", "/keys/" + key).body, key.encode(),
                  "key %.20r" % key)
    found = client.call("s3_objects", {"bucket": "keys"})[2]
    TAP.equal([row["key"] for row in found],
              sorted(KEYS, key=lambda key: key.encode()), "all keys")
    for host in ("keys.s3.eu-west-1.amazonaws.com", "keys.localhost:1234",
                 "keys.s3-fips.eu-west-1.amazonaws.com:443",
                 "keys.s3.amazonaws.com", "keys.s3.dualstack.eu-west-1."
                 "amazonaws.com"):
        TAP.equal(s3.ask("GET", "/plain.txt", host=host).body, b"plain.txt",
                  "virtual-hosted: " + host)
    TAP.equal(s3.ask("GET", "/keys/plain.txt", host="s3.eu-west-1.amazonaws."
                     "com").body, b"plain.txt", "path style by name")
    TAP.equal(s3.ask("GET", "/keys/a b/c+d.txt",
                     sent_path="/keys/a%20b/c%2bd.txt").status, 200,
              "a path encoded in another manner")
    TAP.equal(s3.says("GET", "/keys/%C3", sent_path="/keys/%C3"),
              "400 InvalidURI", "a key that is no UTF-8")


def test_ranges(client, s3):
    data = bytes(range(256))
    s3.ask("PUT", "/bucket/r", data)
    s3.ask("PUT", "/bucket/empty", b"")
    for given, first, last in (("0-9", 0, 9), ("250-", 250, 255),
                               ("-6", 250, 255), ("5-999", 5, 255),
                               ("-999", 0, 255), ("255-255", 255, 255)):
        reply = s3.ask("GET", "/bucket/r", headers={"Range": "bytes=" + given})
        TAP.equal((reply.status, reply.body, reply.headers["Content-Range"],
                   reply.headers["Content-Length"]),
                  (206, data[first:last + 1], "bytes %d-%d/256" % (first, last),
                   str(last + 1 - first)), "range " + given)
    for given in ("bytes=9-5", "bytes=-", "lines=1-2", "bytes=0-1,4-5"):
        reply = s3.ask("GET", "/bucket/r", headers={"Range": given})
        TAP.equal((reply.status, len(reply.body)), (200, 256), given)
    for path, given in (("r", "256-"), ("r", "-0"), ("empty", "0-")):
        reply = s3.ask("GET", "/bucket/" + path,
                       headers={"Range": "bytes=" + given})
        TAP.equal((reply.status, one_of(reply, "Code"),
                   reply.headers["Content-Range"]),
                  (416, "InvalidRange", "bytes */%d" % (
                      256 if path == "r" else 0)), "beyond it: " + given)
    tag = md5(data)
    for method, headers, expected in (
            ("GET", {"If-Match": tag}, "200"),
            ("GET", {"If-Match": '"x"'}, "412 PreconditionFailed"),
            ("HEAD", {"If-Match": '"x"'}, "412"),
            ("GET", {"If-None-Match": tag}, "304"),
            ("GET", {"If-None-Match": '"x"'}, "200"),
            ("GET", {"If-Range": '"x"', "Range": "bytes=0-9"}, "200"),
            ("GET", {"If-Range": tag, "Range": "bytes=0-9"}, "206"),
            ("GET", {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
             "412 PreconditionFailed"),
            ("GET", {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
             "304"),
            ("PUT", {"If-None-Match": "*"}, "412 PreconditionFailed"),
            ("PUT", {"If-Match": '"x"'}, "412 PreconditionFailed"),
            ("PUT", {"If-Match": tag}, "200")):
        TAP.equal(s3.says(method, "/bucket/r", data if method == "PUT" else b"",
                          headers=headers), expected,
                  "%s with %s" % (method, " ".join(headers)))


def test_regions(client, s3):
    TAP.equal([s3.says("PUT", "/eu-central-1-x/a", b"1", region=region)
               for region in ("eu-central-1", "eu-west-1", "moon-1")],
              ["200", "400 AuthorizationHeaderMalformed",
               "400 AuthorizationHeaderMalformed"], "a bucket's region")
    reply = s3.ask("GET", "/eu-central-1-x/a")
    TAP.equal((one_of(reply, "Region"), reply.headers["x-amz-bucket-region"],
               one_of(reply, "Message")),
              ("eu-central-1", "eu-central-1", "The authorization header is "
               "malformed; the region 'eu-west-1' is wrong; expecting "
               "'eu-central-1'"), "which it should be")
    reply = s3.ask("HEAD", "/eu-central-1-x/a")
    TAP.equal((reply.status, reply.headers["x-amz-bucket-region"], reply.body),
              (400, "eu-central-1", b""), "and for HEAD")
    for bucket, how in (("moved-eu-central-1-x", {}), ("eu-central-1-x", {
            "host": "s3.eu-west-1.amazonaws.com"})):
        reply = s3.ask("PUT", "/%s/a" % bucket, b"x" * 100000, **how)
        TAP.equal((reply.status, one_of(reply, "Code"),
                   reply.headers["x-amz-bucket-region"],
                   one_of(reply, "Endpoint")),
                  (301, "PermanentRedirect", "eu-central-1",
                   bucket + ".s3.eu-central-1.amazonaws.com"),
                  "moved: " + bucket)
    TAP.equal(s3.says("PUT", "/moved-eu-central-1-x/a", b"",
                      region="eu-central-1"), "200", "where it has moved to")
    TAP.equal([s3.ask("HEAD", "/bucket", region=region).headers[
        "x-amz-bucket-region"] for region in ("eu-west-1", "us-east-1")],
        ["eu-west-1", "us-east-1"], "another's region")
    TAP.equal([one_of(s3.ask("GET", "/bucket", query="location",
                             region=region), "LocationConstraint")
               for region in ("eu-west-1", "us-east-1")], ["eu-west-1", ""],
              "its location")


def test_signature(client, s3):
    session = {"x-amz-security-token": TOKEN}
    for how, expected in (
            ({"secret": "x"}, "403 SignatureDoesNotMatch"),
            ({"key": "AKIDNOBODY"}, "403 InvalidAccessKeyId"),
            ({"key": "ASIAEXAMPLE"}, "400 InvalidToken"),
            ({"key": "ASIAEXAMPLE", "headers": session}, "200"),
            ({"headers": session}, "400 InvalidToken"),
            ({"headers": {"x-amz-security-token": "expired"}},
             "400 ExpiredToken"),
            ({"skew": -800}, "200"),
            ({"skew": -1000}, "403 RequestTimeTooSkewed"),
            ({"skew": 1000}, "403 RequestTimeTooSkewed"),
            ({"hashed": "0" * 64}, "400 XAmzContentSHA256Mismatch"),
            ({"hashed": "short"}, "400 InvalidArgument"),
            ({"hashed": "UNSIGNED-PAYLOAD"}, "200"),
            ({"headers": {"x-amz-content-sha256": None}},
             "400 InvalidRequest"),
            ({"unsigned": {"x-amz-meta-late": "1"}}, "403 AccessDenied"),
            ({"unsigned": {"content-type": "late"}}, "200"),
            ({"headers": {"content-type": "a"},
              "unsigned": {"content-type": "b"}}, "403 SignatureDoesNotMatch"),
            ({"unsigned": {"host": "127.0.0.1"}}, "403 SignatureDoesNotMatch"),
            ({"headers": {"x-amz-tagging": "a=b"}}, "501 NotImplemented"),
            ({"headers": {"x-amz-expected-bucket-owner": "1"}},
             "403 AccessDenied"),
            ({"headers": {"x-amz-server-side-encryption": "aws:kms"}},
             "200")):
        TAP.equal(s3.says("PUT", "/bucket/s", b"data", **how), expected,
                  "signature: %.60s" % how)
    TAP.equal([s3.says("GET", "/s", host="bucket.localhost",
                       unsigned={"authorization": None}),
               s3.says("GET", "/bucket/s", sent_path="/bucket/t"),
               s3.says("GET", "/bucket/s", query="acl"),
               s3.says("POST", "/bucket/s"), s3.says("DELETE", "/bucket"),
               s3.says("GET", "/bucket/s", headers={
                   "x-amz-server-side-encryption": "aws:kms"})],
              ["403 AccessDenied", "403 SignatureDoesNotMatch",
               "501 NotImplemented", "501 NotImplemented",
               "501 NotImplemented", "400 InvalidArgument"],
              "no signature, no operation, and a header that has no place")


def test_examples():
    """AWS's own examples of signatures in chunks, without and with a trailer,
    for 65 kB of the letter a."""
    s3_auth.KEYS["AKIAIOSFODNN7EXAMPLE"] = Key(
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None, None, None)
    crc = b"x-amz-checksum-crc32c:sOO8/Q==\n"
    for name, seed, *signatures in (
            ("chunks", "4f232c4386841ef735655705268965c4"
             "4a0e4690baa4adea153f7db9fa80a0a9",
             "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
             "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
             "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
             ),
            ("a trailer", "106e2a8a18243abcf37539882f36619c"
             "00e2dfc72633413f02d3b74544bfeb8e",
             "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
             "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
             "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
             "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
             )):
        signed = s3_auth.Signed("AKIAIOSFODNN7EXAMPLE", "us-east-1", (
            "20130524", "us-east-1", "s3", "aws4_request"),
            "20130524T000000Z", seed)
        seen = None
        try:
            for data, signature in zip((b"a" * 65536, b"a" * 1024, b""),
                                       signatures):
                signed.check_chunk(signature, "PAYLOAD", sha(b""), sha(data))
            if signatures[3:]:
                signed.check_chunk(signatures[3], "TRAILER", sha(crc))
        except s3_auth.S3Error as error:
            seen = error.elements
        TAP.equal(seen, None, "AWS's example of " + name)


def test_digests(client, s3):
    data = b"digested"
    right = base64.b64encode(hashlib.md5(data).digest()).decode()
    for headers, expected in (
            ({"Content-MD5": right}, "200"),
            ({"Content-MD5": right[::-1]}, "400 InvalidDigest"),
            ({"Content-MD5": "A" * 22 + "=="}, "400 BadDigest"),
            ({"x-amz-checksum-crc32": crc32(data)}, "200"),
            ({"x-amz-checksum-crc32": crc32(b"x")}, "400 BadDigest"),
            ({"x-amz-checksum-sha256": sha256(data)}, "200"),
            ({"x-amz-checksum-sha256": sha256(b"x")}, "400 BadDigest")):
        TAP.equal(s3.says("PUT", "/bucket/d", data, headers=headers), expected,
                  "digest: %s" % headers)
    reply = s3.ask("GET", "/bucket/d", headers={
        "x-amz-checksum-mode": "ENABLED"})
    TAP.equal(reply.headers["x-amz-checksum-sha256"], sha256(data),
              "the checksum of an object")


def test_chunked_bodies(client, s3):
    parts = (b"a" * 70000, b"b" * 10, b"the end")
    data = b"".join(parts)
    headers = {"Content-Encoding": "aws-chunked",
               "x-amz-decoded-content-length": str(len(data))}
    named = {**headers, "x-amz-trailer": "x-amz-checksum-crc32"}
    trailer = ("x-amz-checksum-crc32", crc32(data))
    wrong = ("x-amz-checksum-crc32", crc32(b""))
    plain = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    for name, how, expected in (
            ("signed", {"hashed": plain, "headers": headers,
                        "chunks": signed_chunks(parts)}, "200"),
            ("spoiled", {"hashed": plain, "headers": headers, "chunks":
                         signed_chunks(parts, spoil=True)},
             "403 SignatureDoesNotMatch"),
            ("with a trailer", {"hashed": plain + "-TRAILER", "headers": named,
                                "chunks": signed_chunks(parts, trailer)},
             "200"),
            ("with a wrong one", {"hashed": plain + "-TRAILER",
                                  "headers": named, "chunks":
                                  signed_chunks(parts, wrong)},
             "400 BadDigest"),
            ("short", {"hashed": plain, "headers": {
                **headers, "x-amz-decoded-content-length": "80000"},
                "chunks": signed_chunks(parts)}, "400 IncompleteBody"),
            ("long", {"hashed": plain, "headers": {
                **headers, "x-amz-decoded-content-length": "100"},
                "chunks": signed_chunks(parts)}, "400 IncompleteBody"),
            ("unsigned", {"hashed": unsigned, "headers": named, "chunks":
                          lambda *_: unsigned_chunks(parts, trailer)}, "200"),
            ("unsigned, wrong", {"hashed": unsigned, "headers": named, "chunks":
                                 lambda *_: unsigned_chunks(parts, wrong)},
             "400 BadDigest"),
            ("in HTTP's chunks", {
                "hashed": unsigned, "headers": named, "unsigned": {
                    "transfer-encoding": "chunked"}, "chunks": lambda *_:
                iter([unsigned_chunks(parts, trailer)])}, "200"),
            ("HTTP's chunks alone", {
                "hashed": "UNSIGNED-PAYLOAD", "unsigned": {
                    "transfer-encoding": "chunked"}, "chunks": lambda *_:
                iter([data])}, "501 NotImplemented")):
        s3.ask("DELETE", "/bucket/c")
        TAP.equal(s3.says("PUT", "/bucket/c", **how), expected,
                  "aws-chunked: " + name)
        reply = s3.ask("GET", "/bucket/c")
        TAP.equal((reply.body == data, reply.headers["Content-Encoding"]),
                  (expected == "200", None), "its content")


def complete(s3, path, upload, parts, **how):
    body = "<CompleteMultipartUpload>%s</CompleteMultipartUpload>" % "".join(
        "<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>" % part
        for part in parts)
    return s3.ask("POST", path, body.encode(),
                  query="uploadId=" + encode(upload), **how)


def put_part(s3, path, upload, number, data, **how):
    reply = s3.ask("PUT", path, data, query="partNumber=%d&uploadId=%s"
                   % (number, encode(upload)), **how)
    return reply.headers["ETag"] or one_of(reply, "Code")


def test_multipart(client, s3):
    path = "/bucket/m ä.bin"
    reply = s3.ask("POST", path, query="uploads", headers={
        "Content-Type": "text/csv", "x-amz-meta-a": "b",
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:k"})
    upload = one_of(reply, "UploadId")
    TAP.equal((reply.status, one_of(reply, "root"), one_of(reply, "Key"),
               one_of(reply, "Bucket"), reply.headers["x-amz-server-side-"
                                                      "encryption"]),
              (200, "InitiateMultipartUploadResult", path[8:], "bucket",
               "aws:kms"), "an upload begins")
    data = {1: b"1" * PART, 3: b"3" * (PART + 1), 7: b"7" * 10}
    tags = {n: put_part(s3, path, upload, n, data[n]) for n in (7, 1, 3)}
    TAP.ok(tags[1] != md5(data[1]) and re.fullmatch('"[0-9a-f]{32}"', tags[1]),
           "a part's ETag with a key of KMS", tags)
    TAP.equal(s3.says("GET", path), "404 NoSuchKey", "nothing is there yet")
    listed = client.call("s3_uploads", {"bucket": "bucket"})[2]
    TAP.equal([(row["key"], row["upload_id"], [(p["number"], p["size"]) for p
                                               in row["parts"]])
               for row in listed],
              [(path[8:], upload, [(1, PART), (3, PART + 1), (7, 10)])],
              "s3_uploads")
    reply = s3.ask("GET", path, query="uploadId=" + encode(upload))
    TAP.equal((all_of(reply, "PartNumber"), all_of(reply, "Size")),
              (["1", "3", "7"], [str(PART), str(PART + 1), "10"]), "ListParts")
    reply = s3.ask("GET", "/bucket", query="uploads")
    TAP.equal((all_of(reply, "Key"), all_of(reply, "UploadId")),
              ([path[8:]], [upload]), "ListMultipartUploads")
    for parts, expected in (
            ([(3, tags[3]), (1, tags[1])], "InvalidPartOrder"),
            ([(1, tags[1]), (1, tags[1])], "InvalidPartOrder"),
            ([(1, tags[3])], "InvalidPart"), ([(2, tags[1])], "InvalidPart"),
            ([], "MalformedXML")):
        reply = complete(s3, path, upload, parts)
        TAP.equal((reply.status, one_of(reply, "Code")), (400, expected),
                  "completed with %s" % parts)
    reply = complete(s3, path, upload, [(n, tags[n]) for n in (1, 3, 7)])
    digests = b"".join(bytes.fromhex(tags[n].strip('"')) for n in (1, 3, 7))
    TAP.equal((reply.status, one_of(reply, "root"), one_of(reply, "ETag")),
              (200, "CompleteMultipartUploadResult",
               '"%s-3"' % hashlib.md5(digests).hexdigest()), "completed")
    reply = s3.ask("GET", path)
    TAP.equal((sha(reply.body), reply.headers["Content-Type"],
               reply.headers["x-amz-server-side-encryption-aws-kms-key-id"]),
              (sha(data[1] + data[3] + data[7]), "text/csv", "arn:aws:kms:k"),
              "its content")
    reply = s3.ask("GET", path, headers={
        "Range": "bytes=%d-%d" % (PART - 2, 2 * PART + 3)})
    TAP.equal(reply.body, b"11" + data[3] + b"777", "a range across parts")
    TAP.equal(one_of(complete(s3, path, upload, [(1, tags[1])]), "Code"),
              "NoSuchUpload", "completed once more")


def test_multipart_ends(client, s3):
    path = "/bucket/small"
    uploads = [one_of(s3.ask("POST", path, query="uploads"), "UploadId")
               for _ in range(2)]
    TAP.ok(uploads[0] != uploads[1], "two uploads of one key", uploads)
    tags = [put_part(s3, path, uploads[0], n, b"x" * 100) for n in (1, 2)]
    TAP.equal(tags, [md5(b"x" * 100)] * 2, "a part's ETag is its MD5")
    reply = complete(s3, path, uploads[0], [(1, tags[0]), (2, tags[1])])
    TAP.equal((one_of(reply, "Code"), one_of(reply, "ProposedSize"),
               one_of(reply, "MinSizeAllowed")),
              ("EntityTooSmall", "100", str(PART)), "parts too small")
    again = put_part(s3, path, uploads[0], 2, b"again")
    reply = complete(s3, path, uploads[0], [(2, again)])
    TAP.equal((reply.status, s3.ask("GET", path).body), (200, b"again"),
              "a part put twice, alone")
    name = "uploadId=" + encode(uploads[1])
    TAP.equal([s3.says("PUT", path, b"x", query="partNumber=%s&%s" % (n, name))
               for n in ("0", "10001", "x", "1")],
              ["400 InvalidArgument"] * 3 + ["200"], "part numbers")
    TAP.equal([s3.says("DELETE", path, query=name),
               s3.says("DELETE", path, query=name),
               s3.says("GET", path, query=name),
               s3.says("PUT", path, b"x", query="partNumber=1&" + name)],
              ["204"] + ["404 NoSuchUpload"] * 3, "aborted")
    TAP.equal(client.call("s3_uploads", {})[2], [], "no upload is left")
    for headers, expected in (
            ({"x-amz-server-side-encryption": "rot13"}, "400 InvalidArgument"),
            ({"x-amz-server-side-encryption-aws-kms-key-id": "k"},
             "400 InvalidArgument"),
            ({"x-amz-server-side-encryption": "aws:kms",
              "x-amz-server-side-encryption-aws-kms-key-id": "no-such-key"},
             "400 KMS.NotFoundException"),
            ({"x-amz-meta-large": "x" * 2048}, "400 MetadataTooLarge")):
        TAP.equal(s3.says("POST", path, query="uploads", headers=headers),
                  expected, "an upload with %.50s" % headers)


def test_listing(client, s3):
    client.call("s3_objects", {"clear": True})
    for key in ("a", "b/1", "b/2", "c d/é", "z"):
        s3.ask("PUT", "/list/" + key, b"x")
    reply = s3.ask("GET", "/list", query="list-type=2&encoding-type=url")
    TAP.equal((all_of(reply, "Key"), one_of(reply, "KeyCount"),
               one_of(reply, "IsTruncated")),
              (["a", "b/1", "b/2", "c+d/%C3%A9", "z"], "5", "false"), "a list")
    reply = s3.ask("GET", "/list/", query="delimiter=%2F&list-type=2")
    TAP.equal((all_of(reply, "Key"), all_of(reply, "Prefix")),
              (["a", "z"], ["", "b/", "c d/"]), "with a delimiter")
    found, token = [], ""
    while token is not None:
        reply = s3.ask("GET", "/list", query="&".join(sorted(
            ["list-type=2", "max-keys=2"] + ["continuation-token=" + encode(
                token)] * bool(token))))
        found.append(all_of(reply, "Key"))
        token = one_of(reply, "NextContinuationToken")
    TAP.equal(found, [["a", "b/1"], ["b/2", "c d/é"], ["z"]], "in pages")
    TAP.equal((all_of(s3.ask("GET", "/list", query="list-type=2&prefix=b%2F"),
                      "Key"), all_of(s3.ask("GET", "/list", query="list-type=2"
                                            "&start-after=b%2F2"), "Key")),
              (["b/1", "b/2"], ["c d/é", "z"]), "a prefix, and a start")
    TAP.equal((all_of(s3.ask("GET", "/"), "Name"),
               s3.says("PUT", "/list", b"")),
              (["list"], "409 BucketAlreadyOwnedByYou"), "buckets")


def test_faults_instead(client, s3):
    """Faults in place of an answer."""
    there = lambda: s3.says("HEAD", "/bucket/f")     # noqa: E731
    s3.ask("DELETE", "/bucket/f")
    fault(client, "reset", operation="PutObject", key="f")
    TAP.equal((s3.breaks("PUT", "/bucket/f", b"1")[1], there()),
              ("ConnectionResetError", "404"), "reset: nothing is done")
    TAP.equal(s3.says("PUT", "/bucket/other", b"1"), "200", "once")
    fault(client, "reset_after", operation="PutObject")
    TAP.equal((s3.breaks("PUT", "/bucket/f", b"1")[1], there()),
              ("ConnectionResetError", "200"), "reset_after: all is done")
    fault(client, "reset", operation="PutObject", after=100000)
    TAP.equal(s3.breaks("PUT", "/bucket/f", b"1" * 9000000)[1] in (
        "ConnectionResetError", "BrokenPipeError"), True, "reset in the body")
    sent = rows(client)[0]["parameters"]["bytes"]
    TAP.ok(100000 <= sent < 9000000, "which was not read", sent)
    for action, expected in (
            ("500", "500 InternalError"), ("503", "503 SlowDown"),
            ("503 ServiceUnavailable", "503 ServiceUnavailable"),
            ("400 RequestTimeout", "400 RequestTimeout"),
            ("403", "403 AccessDenied")):
        fault(client, action, operation="GetObject", times=2, skip=1)
        TAP.equal([s3.says("GET", "/bucket/f") for _ in range(4)],
                  ["200", expected, expected, "200"], action)
    fault(client, "301", headers={"x-amz-bucket-region": "eu-central-1"})
    reply = s3.ask("HEAD", "/bucket/f")
    TAP.equal((reply.status, reply.headers["x-amz-bucket-region"]),
              (301, "eu-central-1"), "an error's headers")
    fault(client, "hang", operation="GetObject")
    TAP.equal(s3.breaks("GET", "/bucket/f", timeout=0.3)[1], "TimeoutError",
              "hang")
    row = rows(client)[-1]
    TAP.equal((row["status"], row["fault"]), (None, "hang"), "on record")
    fault(client, "hang", operation="PutObject", after=1000)
    TAP.equal(s3.breaks("PUT", "/bucket/f", b"1" * 9000000, timeout=0.3)[1],
              "TimeoutError", "hang in the body")
    fault(client, "answer", operation=["UploadPart", "PutObject"],
          headers={"x-own": "1"}, body="<not", done=True, key=["f", "g"])
    reply = s3.ask("PUT", "/bucket/g", b"done")
    TAP.equal((reply.status, reply.headers["x-own"], reply.body,
               s3.ask("GET", "/bucket/g").body), (200, "1", b"<not", b"done"),
              "answer")
    fault(client, "503", early=True)
    TAP.ok(s3.breaks("PUT", "/bucket/f", b"1" * 9000000)[1] in (
        None, "ConnectionResetError", "BrokenPipeError"), "an early error")
    TAP.equal([client.call("s3_fault", event)[1]["X-Amz-Function-Error"]
               for event in ({"action": "none"}, {"action": "hang", "x": 1})],
              ["Unhandled"] * 2, "no such fault")


def test_faults_multipart(client, s3):
    path = "/bucket/f"
    upload = one_of(s3.ask("POST", path, query="uploads"), "UploadId")
    fault(client, "500", operation="UploadPart", number=2, times=None)
    tags = [put_part(s3, path, upload, n, b"x") for n in (1, 2, 2)]
    TAP.equal(tags, [md5(b"x"), "InternalError", "InternalError"],
              "the second part, always")
    fault(client, "error_in_200", operation="CompleteMultipartUpload")
    reply = complete(s3, path, upload, [(1, tags[0])])
    TAP.equal((reply.status, one_of(reply, "root"), one_of(reply, "Code")),
              (200, "Error", "InternalError"), "an error in 200")
    fault(client, "spaces", operation="CompleteMultipartUpload", after=5,
          delay_ms=20)
    started = time.monotonic()
    reply = complete(s3, path, upload, [(1, tags[0])])
    TAP.ok(time.monotonic() - started >= 0.1 and b"?>\n     <C" in reply.body
           and one_of(reply, "Key") == "f", "spaces", reply)


def test_faults_get(client, s3):
    """Faults of an object's transfer."""
    data = bytes(range(250)) * 400
    s3.ask("PUT", "/bucket/g", data)
    for action, expected in (("truncate", "IncompleteRead"),
                             ("reset", "ConnectionResetError"),
                             ("stall", "TimeoutError")):
        for chunked in (False, True):
            fault(client, action, operation="GetObject", after=4321,
                  chunked=chunked)
            got, why = s3.breaks("GET", "/bucket/g", timeout=(
                0.5 if action == "stall" else 20))
            TAP.equal(got, data[:4321], action)
            TAP.ok(why == expected or (chunked and why == "IncompleteRead"),
                   "how it ends", why)
        TAP.equal(s3.ask("GET", "/bucket/g").body, data, "and then not")
    fault(client, "close")
    reply = s3.ask("GET", "/bucket/g")
    TAP.equal((reply.body, reply.headers["Connection"],
               s3.connection.sock.recv(1)), (data, None, b""), "close")
    s3.connection.close()
    fault(client, "drip", block=40000, delay_ms=40)
    started = time.monotonic()
    TAP.equal(s3.ask("GET", "/bucket/g").body, data, "drip")
    TAP.ok(time.monotonic() - started >= 0.08, "slowly")
    fault(client, "chunked", times=2)
    reply = s3.ask("GET", "/bucket/g", headers={"Range": "bytes=5-9"})
    TAP.equal((reply.status, reply.headers["Transfer-Encoding"], reply.body,
               reply.headers["Content-Length"]),
              (206, "chunked", data[5:10], None), "chunked")
    TAP.equal(s3.ask("GET", "/bucket/g").body, data, "chunked, all of it")
    fault(client, "wrong_range")
    reply = s3.ask("GET", "/bucket/g", headers={"Range": "bytes=5-9"})
    TAP.equal((reply.status, reply.headers["Content-Range"], reply.body),
              (206, "bytes 6-10/100000", data[5:10]), "wrong_range")
    fault(client, "ignore_range")
    reply = s3.ask("GET", "/bucket/g", headers={"Range": "bytes=5-9"})
    TAP.equal((reply.status, len(reply.body)), (200, 100000), "ignore_range")
    fault(client, "changed")
    TAP.equal([s3.says("GET", "/bucket/g", headers={"If-Match": md5(data)})
               for _ in range(2)], ["412 PreconditionFailed"] * 2, "changed")
    TAP.equal(client.call("s3_fault", {})[2],
              [{"action": "changed", "times": 1, "met": 1}], "faults listed")


def test_handlers(client, s3):
    client.call("s3_objects", {"clear": True})
    for put, expected in (
            ({"text": "é\n"}, "é\n".encode()),
            ({"base64": "AP8="}, b"\0\xff"),
            ({"rows": 2001, "columns": 2, "width": 9, "header": True},
             "id,c2\n1,c2-1xxxxx\n2,c2-2xxxxx\n")):
        client.call("s3_objects", {"put": {"bucket": "hand", "key": "k",
                                           **put}})
        body = s3.ask("GET", "/hand/k").body
        if "rows" in put:
            TAP.equal((body[:len(expected)].decode(), body.count(b"\n"),
                       body.rpartition(b"\n2001,")[2]),
                      (expected, 2002, b"c2-2001xx\n"), "rows put")
        else:
            TAP.equal(body, expected, "put: %s" % put)
    client.call("s3_objects", {"put": {
        "bucket": "hand", "key": "z", "gzip": ["one\n", "two\n"],
        "headers": {"Content-Encoding": "gzip"}}})
    reply = s3.ask("GET", "/hand/z")
    TAP.equal((zlib.decompress(reply.body, 31), reply.body.count(b"\x1f\x8b"),
               reply.headers["Content-Encoding"]), (b"one\n", 2, "gzip"),
              "two members of gzip")
    status, _, found = client.call("s3_objects", {
        "prefix": "z", "content": True, "digest": True})
    TAP.equal([(row["bucket"], row["key"], row["text"], row["size"],
                row["sha256"], '"%s"' % row["etag"]) for row in found],
              [("hand", "z", "one\ntwo\n", len(reply.body), sha(reply.body),
                md5(reply.body))], "what s3_objects tells")
    client.call("s3_objects", {"put": {"bucket": "hand", "key": "p",
                                       "rows": 999, "compress": True}})
    TAP.equal(zlib.decompress(s3.ask("GET", "/hand/p").body, 31).count(b"\n"),
              999, "packed rows")
    client.call("s3_objects", {"delete": {"bucket": "hand", "key": "z"}})
    TAP.equal(s3.says("GET", "/hand/z"), "404 NoSuchKey", "delete")
    TAP.equal(client.call("s3_objects", {"clear": True})[2],
              [{"cleared": 2}], "clear")


def test_record(client, s3):
    client.call("reset_calls", {})
    upload = one_of(s3.ask("POST", "/bucket/r", query="uploads"), "UploadId")
    put_part(s3, "/bucket/r", upload, 4, b"1234", key="ASIAEXAMPLE",
             headers={"x-amz-security-token": TOKEN})
    s3.ask("GET", "/bucket/none", headers={"Range": "bytes=0-9"})
    s3.ask("GET", "/bucket/none", secret="x")
    got = rows(client)
    TAP.equal([(r["operation"], r["access_key"], r["region"], r["status"])
               for r in got],
              [("CreateMultipartUpload", "AKIDEXAMPLE", "eu-west-1", 200),
               ("UploadPart", "ASIAEXAMPLE", "eu-west-1", 200),
               ("GetObject", "AKIDEXAMPLE", "eu-west-1", 404),
               ("GetObject", None, "eu-west-1", 403)], "the record")
    common = {"bucket": "bucket", "key": "r", "upload_id": upload}
    TAP.equal([r["parameters"] for r in got[:3]],
              [{**common, "bytes": 0}, {**common, "number": 4, "bytes": 4},
               {"bucket": "bucket", "key": "none", "range": "bytes=0-9",
                "bytes": 0}], "its parameters")
    TAP.equal([word for word in (TOKEN, "Signature") if word in str(got)], [],
              "without secrets")
    s3.ask("DELETE", "/bucket/r", query="uploadId=" + encode(upload))


def peak_kb(server):
    with open("/proc/%d/status" % server.process.pid) as file:
        return int(re.search(r"VmHWM:\s*(\d+)", file.read())[1])


def test_large(client, s3, server):
    before = peak_kb(server)
    client.call("s3_objects", {"put": {"bucket": "large", "key": "in",
                                       "rows": 2000000, "width": 32}})
    response = s3.start("GET", "/large/in")
    size = int(response.headers["Content-Length"])

    def blocks():
        while True:
            block = response.read(1 << 20)
            if not block:
                return
            yield block

    # Read over one connection while it is written over another.
    reply = S3(int(s3.host.partition(":")[2])).ask(
        "PUT", "/large/out", hashed="UNSIGNED-PAYLOAD", chunks=lambda *_:
        blocks(), headers={"Content-Length": str(size)})
    found = client.call("s3_objects", {"bucket": "large", "digest": True})[2]
    TAP.equal((reply.status, size > 100000000, found[0]["sha256"]),
              (200, True, found[1]["sha256"]), "a large object")
    grown = peak_kb(server) - before
    TAP.ok(grown < 20000, "is not in memory", grown)
    client.call("s3_objects", {"clear": True})


def run():
    with Started("endpoint.py") as server:
        client, s3 = Client(server.port), S3(server.port)
        for test in (test_objects, test_keys, test_ranges, test_regions,
                     test_signature, test_digests, test_chunked_bodies,
                     test_multipart, test_multipart_ends, test_listing,
                     test_faults_instead, test_faults_multipart,
                     test_faults_get, test_handlers, test_record):
            test(client, s3)
        test_large(client, s3, server)
    test_examples()
