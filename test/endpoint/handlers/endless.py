"""A JSON array without end; stops when the client goes away."""

from endpoint import RawResponse


def rows():
    block = b",\n".join([b'{"id":1,"name":"never the last"}'] * 2000)
    yield b"[" + block
    while True:
        yield b",\n" + block


def lambda_handler(event, context):
    return RawResponse(rows())
