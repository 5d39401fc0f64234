"""How S3's answers go out, whole or with a fault.

IDENTIFICATION
  test/endpoint/s3_send.py
"""

import fcntl
import struct
import termios
import time

from s3_errors import DECLARATION, S3Error
from s3_store import BLOCK

XML = {"Content-Type": "application/xml"}


class Answer:
    """A status, headers and a body: text, an object's Content, or nothing."""

    def __init__(self, status, headers=None, text=None, content=None):
        self.status = status
        self.headers = headers or {}
        self.text = text
        self.content = content


def xml(text, headers=None):
    return Answer(200, {**XML, **(headers or {})}, DECLARATION + text)


def send(exchange, answer, fault):
    """Send an answer; XML goes out in chunks, as S3 sends it."""
    if exchange.command == "HEAD":
        headers = dict(answer.headers)
        if answer.content is not None:
            headers["Content-Length"] = answer.content.size
        exchange.send_head(answer.status, headers)
    elif answer.content is not None:
        send_content(exchange, answer, fault)
    elif answer.text is None:
        headers = ({} if answer.status in (204, 304)
                   else {"Content-Length": 0})
        exchange.send_head(answer.status, {**headers, **answer.headers})
    else:
        send_text(exchange, answer, fault)


def send_text(exchange, answer, fault):
    head = exchange.head(answer.status, {**answer.headers,
                                         "Transfer-Encoding": "chunked"})
    text = answer.text
    if fault and fault.action == "spaces":
        exchange.connection.sendall(head)
        exchange.send_chunk(DECLARATION.encode())
        for _ in range(fault.after or 3):
            time.sleep(fault.delay_ms / 1000)
            exchange.send_chunk(b" ")
        head, text = b"", text[len(DECLARATION):]
    body = text.encode()
    exchange.connection.sendall(b"%s%x\r\n%s\r\n0\r\n\r\n"
                                % (head, len(body), body))


def send_content(exchange, answer, fault):
    """An object: by sendfile, or as the fault has it."""
    content = answer.content
    chunked = fault and (fault.chunked or fault.action == "chunked")
    headers = dict(answer.headers)
    if chunked:
        headers["Transfer-Encoding"] = "chunked"
    else:
        headers["Content-Length"] = content.size
    breaks = fault and fault.action in ("truncate", "reset", "stall")
    if breaks:
        content = content.part(0, min(fault.after or 0, content.size))
    if breaks and fault.action == "truncate":
        exchange.close_connection = True
    exchange.send_head(answer.status, headers)
    if chunked or (fault and fault.action == "drip"):
        send_blocks(exchange, content, fault, chunked)
    else:
        for file, offset, size in content.spans:
            exchange.connection.sendfile(file, offset, size)
    if breaks:
        end_early(exchange, fault)
    elif chunked:
        exchange.connection.sendall(b"0\r\n\r\n")


def send_blocks(exchange, content, fault, chunked):
    slowly = fault.action == "drip"
    for block in content.blocks(fault.block if slowly else BLOCK):
        if chunked:
            exchange.send_chunk(block)
        else:
            exchange.connection.sendall(block)
        if slowly:
            time.sleep(fault.delay_ms / 1000)


def end_early(exchange, fault):
    """End a body before its end: closed, reset, or never."""
    if fault.action == "reset":
        wait_until_sent(exchange.connection)
        exchange.reset()
    elif fault.action == "stall":
        exchange.wait_until_gone()


def wait_until_sent(connection):
    """Block until the client's system has what was written: a reset would drop
    the rest, and `after` would be no more than an upper bound."""
    waiting = struct.pack("i", 1)
    while struct.unpack("i", waiting)[0]:
        waiting = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, waiting)
        time.sleep(0.001)


def status_of(fault):
    """The status that a fault in place of an answer has; None: none at all."""
    if fault.action in ("reset", "hang"):
        return None
    return fault.status or 200


def send_fault(exchange, fault, request):
    """What goes out in place of an answer."""
    if fault.action == "reset":
        return exchange.reset()
    if fault.action == "hang":
        return exchange.wait_until_gone()
    if fault.early:
        exchange.close_connection = True
    headers = {**XML, **(fault.headers or {})}
    if fault.action == "answer":
        return exchange.send_body(status_of(fault), fault.body.encode(),
                                  headers)
    error = S3Error(fault.code or "InternalError", fault.message,
                    status_of(fault))
    return send(exchange, Answer(error.status, headers, DECLARATION +
                                 error.document(exchange)), None)
