"""What is in S3: objects, and multipart uploads under way.

Content is in nameless temporary files, which the system removes with the
process, however that ends.  The parts of an upload share a file, each at a
place of its own, so that completing the upload copies nothing.

IDENTIFICATION
  test/endpoint/s3_store.py
"""

import hashlib
import itertools
import os
import tempfile
import threading
import uuid
import zlib

from verifier import CLOCK

BLOCK = 1 << 18


class Content:
    """Bytes: spans of files, each (file, offset, size)."""

    def __init__(self, spans):
        self.spans = [span for span in spans if span[2]]
        self.size = sum(span[2] for span in self.spans)

    def part(self, first, size):
        """`size` bytes from `first` on."""
        found = []
        for file, offset, length in self.spans:
            taken = min(length - first, size)
            if taken > 0:
                found.append((file, offset + first, taken))
                size -= taken
            first = max(0, first - length)
        return Content(found)

    def blocks(self, size=BLOCK):
        """The bytes, block by block."""
        for file, offset, length in self.spans:
            end = offset + length
            while offset < end:
                block = os.pread(file.fileno(), min(size, end - offset), offset)
                yield block
                offset += len(block)


class FileSink:
    """Takes bytes into a file from an offset on, and hashes them.

    Without a file it makes one, once there is a byte.
    """

    def __init__(self, file=None, offset=0, names=()):
        self.file = file
        self.start = offset
        self.size = 0
        self.md5 = hashlib.md5()
        self.hashes = {name: hashlib.new(name) for name in names
                       if name != "crc32"}
        self.crc = 0 if "crc32" in names else None

    def write(self, block):
        view = memoryview(block)
        self.md5.update(view)
        for running in self.hashes.values():
            running.update(view)
        if self.crc is not None:
            self.crc = zlib.crc32(view, self.crc)
        if self.file is None:
            self.file = new_file()
        while view:
            done = os.pwrite(self.file.fileno(), view, self.start + self.size)
            self.size += done
            view = view[done:]

    def digest(self, name):
        """A checksum's bytes: crc32 or a name of hashlib."""
        if name == "crc32":
            return self.crc.to_bytes(4, "big")
        return self.hashes[name].digest()

    def content(self):
        return Content([(self.file, self.start, self.size)])


def new_file():
    return tempfile.TemporaryFile(buffering=0, prefix="lambda_fdw_s3.")


class Stored:
    """An object, or a part of one; `headers` are those kept with it."""

    def __init__(self, content, etag, headers, checksums=None):
        self.content = content
        self.etag = etag                # without quotes
        self.headers = headers
        self.checksums = checksums or {}
        self.modified = CLOCK.now()


class Upload:
    """A multipart upload under way."""

    def __init__(self, bucket, key, headers):
        self.id = uuid.uuid4().hex + ".~-_"
        self.bucket = bucket
        self.key = key
        self.headers = headers
        self.started = CLOCK.now()
        self.file = new_file()
        self.end = 0
        self.parts = {}                 # number -> Stored


def etag_of(md5, headers):
    """An object's ETag: its MD5, but not with a key of KMS."""
    if headers.get("x-amz-server-side-encryption") == "aws:kms":
        md5 = hashlib.md5(b"encrypted " + md5).digest()
    return md5.hex()


class Store:
    """All buckets: objects by (bucket, key), uploads by id."""

    def __init__(self):
        self.lock = threading.Lock()
        self.objects = {}
        self.uploads = {}
        self.changes = itertools.count(1)

    def get(self, bucket, key):
        with self.lock:
            return self.objects.get((bucket, key))

    def put(self, bucket, key, stored):
        with self.lock:
            self.objects[bucket, key] = stored

    def delete(self, bucket, key):
        """Whether there was such an object."""
        with self.lock:
            return self.objects.pop((bucket, key), None) is not None

    def change(self, bucket, key):
        """Replace an object by one of other content: here, of another ETag."""
        with self.lock:
            old = self.objects.get((bucket, key))
            if old is not None:
                text = "%s %d" % (old.etag, next(self.changes))
                self.objects[bucket, key] = Stored(
                    old.content, hashlib.md5(text.encode()).hexdigest(),
                    old.headers)

    def clear(self):
        """Forget all objects and uploads; how many there were."""
        with self.lock:
            cleared = len(self.objects) + len(self.uploads)
            self.objects = {}
            self.uploads = {}
            return cleared

    def listed(self, bucket=None):
        """(bucket, key, Stored) in the order of the keys' UTF-8."""
        with self.lock:
            found = list(self.objects.items())
        return sorted(((name, key, stored) for (name, key), stored in found
                       if bucket in (None, name)),
                      key=lambda row: (row[0], row[1].encode()))

    def begin(self, bucket, key, headers):
        upload = Upload(bucket, key, headers)
        with self.lock:
            self.uploads[upload.id] = upload
        return upload

    def upload(self, bucket, key, name):
        """The upload under way, or None."""
        with self.lock:
            upload = self.uploads.get(name)
        return (upload if upload and (upload.bucket, upload.key) ==
                (bucket, key) else None)

    def reserve(self, upload, size):
        """A place of this size in the upload's file."""
        with self.lock:
            offset = upload.end
            upload.end += size
            return offset

    def add_part(self, upload, number, stored):
        """Whether the upload is still under way; takes the part then."""
        with self.lock:
            if upload.id not in self.uploads:
                return False
            upload.parts[number] = stored
            return True

    def end(self, upload, stored=None):
        """End an upload, as an object or as nothing; whether it was on."""
        with self.lock:
            if self.uploads.pop(upload.id, None) is None:
                return False
            if stored is not None:
                self.objects[upload.bucket, upload.key] = stored
            return True

    def uploads_of(self, bucket=None):
        with self.lock:
            found = list(self.uploads.values())
        return sorted((upload for upload in found
                       if bucket in (None, upload.bucket)),
                      key=lambda u: (u.bucket, u.key.encode(), u.started))


STORE = Store()
