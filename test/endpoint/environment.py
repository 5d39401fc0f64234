"""Execution environments: processes that run a handler, as Lambda has them.

A process has one invocation at a time; another that comes meanwhile gets a
process of its own, up to MOST.  What the handler prints is passed to the
console, and is the log of its invocation.

IDENTIFICATION
  test/endpoint/environment.py
"""

import base64
import json
import os
import select
import signal
import subprocess
import threading
import time

from event_stream import Failure, Stream
from invoke_api import LOG_TAIL, Outcome, json_bytes

MOST = 16               # processes of a function


class Console:
    """Where what all functions print goes, each line with its function's name.

    Lines of several never mix."""

    def __init__(self):
        self.lock = threading.Lock()

    def say(self, name, text):
        with self.lock:
            try:
                for line in text.splitlines():
                    print("%s | %s" % (name, line), flush=True)
            except OSError:
                pass        # whoever has read it is gone; calls go on


CONSOLE = Console()


class Printed:
    """What a process prints: passed on line by line, its end kept."""

    KEPT = 2 * LOG_TAIL

    def __init__(self, name):
        self.name = name
        self.line = b""
        self.tail = b""

    def add(self, block):
        self.tail = (self.tail + block)[-self.KEPT:]
        *lines, self.line = (self.line + block).split(b"\n")
        for line in lines:
            CONSOLE.say(self.name, line.decode(errors="replace"))

    def take(self):
        """The end of what has been printed since the last time."""
        if self.line:
            CONSOLE.say(self.name, self.line.decode(errors="replace"))
        text = self.tail.decode(errors="replace")
        self.line = self.tail = b""
        return text


class Environment:
    """One process of a function: a program, between whose words and arguments
    the numbers of its pipes go; `stamp` says which state of the files it has
    loaded, the rest is subprocess's."""

    def __init__(self, name, program, arguments, stamp, **how):
        self.stamp = stamp
        self.first = True
        self.printed = Printed(name)
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.output, output = os.pipe()
        os.set_blocking(self.answers, False)
        os.set_blocking(self.output, False)
        try:
            # A session of its own: an interrupt at the terminal is the
            # endpoint's to deal with.
            self.process = subprocess.Popen(
                [*program, str(requests), str(answers), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                pass_fds=(requests, answers), start_new_session=True, **how)
        except OSError:
            self.close()
            raise
        finally:
            for number in (requests, answers, output):
                os.close(number)

    def run(self, request, seconds):
        """Send a line; gives the lines that come back, as JSON: the chunks of
        an answer that is streamed, and at last the answer.

        None in its place: the process is gone, or its time is up."""
        until = time.monotonic() + seconds
        parts = []              # of a line whose end has not come
        try:
            write_all(self.requests, request)
        except BrokenPipeError:
            pass
        poll = select.poll()
        poll.register(self.answers, select.POLLIN)
        poll.register(self.output, select.POLLIN)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                yield None
                return
            for number, _ in poll.poll(left * 1000):
                block = read(number)
                if number == self.output:
                    self.printed.add(block)
                    if not block:       # closed by who runs on without it
                        poll.unregister(number)
                elif not block:
                    yield None
                    return
                elif b"\n" not in block:
                    parts.append(block)
                else:
                    *lines, rest = b"".join([*parts, block]).split(b"\n")
                    parts = [rest]
                    for line in map(json.loads, lines):
                        if "chunk" not in line:
                            # What was printed before it is there now.
                            self.printed.add(read(self.output))
                        yield line
                        if "chunk" not in line:
                            return

    def has_ended(self):
        return self.process.poll() is not None

    def kill(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def end(self, patience=0):
        """End the process, which may do so itself meanwhile, and what it has
        started; returns its status as subprocess has it."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        status = self.process.poll()
        self.kill()
        self.process.wait()
        self.printed.add(read(self.output))
        self.close()
        return status

    def close(self):
        for number in (self.requests, self.answers, self.output):
            os.close(number)


def write_all(number, data):
    while data:
        data = data[os.write(number, data):]


def read(number):
    """What can be read now, b"" where nothing can.

    A pipe holds less than is asked for, so that it is empty then."""
    try:
        return os.read(number, 1 << 20)
    except BlockingIOError:
        return b""


# ---------------------------------------------------------------------------
# A function's environments
# ---------------------------------------------------------------------------

class Pool:
    """The environments of one function; `start(stamp)` makes one.

    One that has loaded another state of the files than the present one is not
    used any more."""

    def __init__(self, start):
        self.start = start
        self.changed = threading.Condition()
        self.idle = []
        self.busy = 0
        self.all = set()

    def take(self, stamp):
        with self.changed:
            while True:
                stale = [one for one in self.idle
                         if one.stamp != stamp or one.has_ended()]
                for one in stale:
                    self.idle.remove(one)
                    self.all.discard(one)
                    one.end()
                if self.idle:
                    environment = self.idle.pop()
                    break
                if self.busy < MOST:
                    environment = None
                    break
                self.changed.wait()
            self.busy += 1
        if environment is None:
            try:
                environment = self.start(stamp)
            except OSError:
                self.give_back(None, False)
                raise
            self.all.add(environment)
        return environment

    def give_back(self, environment, usable=True):
        with self.changed:
            self.busy -= 1
            if usable:
                self.idle.append(environment)
            else:
                self.all.discard(environment)
            self.changed.notify()

    def end(self):
        """End all processes, also in the middle of a call."""
        for environment in list(self.all):
            environment.kill()


def report(error_type, request_id, message):
    """What Lambda itself says where the runtime says nothing."""
    return {"errorType": error_type,
            "errorMessage": "RequestId: %s Error: %s" % (request_id, message)}


def ended_document(status, request_id):
    if status is None or status < 0:
        number = signal.SIGKILL if status is None else -status
        how = " with error: signal: " + signal.strsignal(number).lower()
    else:
        how = (" with error: exit status %d" % status if status
               else " without providing a reason")
    return report("Runtime.ExitError", request_id, "Runtime exited" + how)


def run_in(pool, call, stamp, seconds):
    """Run a call in one of the environments; returns its Outcome.

    Its answer is a Stream as soon as a chunk has come."""
    environment = pool.take(stamp)
    first, environment.first = environment.first, False
    line = json.dumps({**call.document(), "event": call.text}) + "\n"
    until = time.monotonic() + seconds
    lines = environment.run(line.encode(), seconds)
    told = next(lines)

    def outcome():
        """Of `told`, behind which the environment is free, or ended."""
        if told is not None:
            printed = environment.printed.take()
            if told.get("last"):
                environment.end(1)
            pool.give_back(environment, not told.get("last"))
            answer = told["answer"].encode("utf-8", "surrogateescape")
            return Outcome(answer, told["error"], printed, first)
        if time.monotonic() >= until:
            environment.end()
            document = report("Sandbox.Timedout", call.request_id,
                              "Task timed out after %.2f seconds" % seconds)
        else:
            document = ended_document(environment.end(1), call.request_id)
        printed = environment.printed.take()
        pool.give_back(environment, False)
        CONSOLE.say(call.target.name,
                    "[ERROR] %(errorType)s: %(errorMessage)s" % document)
        return Outcome(json_bytes(document), "Unhandled", printed, first)

    def chunks():
        """Those of an answer that is streamed.  Who is gone meanwhile leaves
        the function running, as with Lambda: to its end, unheard."""
        nonlocal told
        try:
            yield b""   # taken below: what has begun is closed in any case
            while told is not None and "chunk" in told:
                yield base64.b64decode(told["chunk"])
                told = next(lines)
        finally:
            while told is not None and "chunk" in told:
                told = next(lines)
            ended = outcome()
        if ended.error:
            raise Failure(json.loads(ended.answer))

    if told is None or "chunk" not in told:
        return outcome()
    pieces = chunks()
    next(pieces)
    stream = Stream(pieces)
    stream.content_type = told["type"]
    return Outcome(stream, None, environment.printed.take(), first)
