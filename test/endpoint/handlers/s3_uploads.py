"""Lists the multipart uploads under way in S3: {"bucket": name} its own."""

from s3_store import STORE


def lambda_handler(event, context):
    return [{"bucket": upload.bucket, "key": upload.key,
             "upload_id": upload.id, "headers": upload.headers,
             "parts": [{"number": number, "size": part.content.size,
                        "etag": part.etag}
                       for number, part in sorted(upload.parts.items())]}
            for upload in STORE.uploads_of(event.get("bucket"))]
