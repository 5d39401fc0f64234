"""An execution environment of a Python handler: a process that runs it for one
invocation after the other, as Lambda's does.

    python_environment.py REQUESTS ANSWERS FILE own|shared

The first two are the numbers of the pipes' descriptors, over which
environment.py sends and gets a line of JSON for each invocation; FILE is the
handler's, in a folder that it has of its own or shares with other functions.

IDENTIFICATION
  test/endpoint/python_environment.py
"""

import json
import logging
import os
import sys
import time

sys.dont_write_bytecode = True
import runtime  # noqa: E402

# The handler's own modules come from its folder, and none from ours.
del sys.path[0], sys.modules["runtime"]

LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(request_id)s\t" \
    "%(message)s"


class Log(logging.StreamHandler):
    """The handler of the root logger, with the line that Lambda's writes."""

    def __init__(self):
        super().__init__(sys.stdout)
        self.request_id = ""
        formatter = logging.Formatter(LOG_FORMAT, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def format(self, record):
        record.request_id = self.request_id
        return super().format(record)


class Environment:
    """The handler, loaded when it is first invoked."""

    def __init__(self, path, own_folder):
        self.path = path
        self.handler = None
        folder, file = os.path.split(path)
        name = os.path.splitext(file)[0]
        if own_folder:
            sys.path.insert(0, folder)
        else:
            # Beside other functions, whose names may be those of libraries.
            sys.path.append(folder)
        self.name = "function_" + name if name in sys.modules else name

    def load(self):
        if self.handler is None:
            self.handler = runtime.handler_of(runtime.load(self.path,
                                                           self.name))

    def answer(self, call):
        """The answer as bytes, and the kind of function error or None."""
        try:
            self.load()
            return runtime.marshal(self.handler(
                json.loads(call["event"] or "{}"),
                runtime.Context(call))), None
        except Exception as error:
            document = runtime.error_document(error, self.path,
                                              call["request_id"])
            print("[ERROR] %(errorType)s: %(errorMessage)s" % document)
            if document["stackTrace"]:
                print("Traceback (most recent call last):")
                print("".join(document["stackTrace"]).rstrip("\n"))
            return json.dumps(document).encode(), "Unhandled"


def main():
    requests, answers, path, folder = sys.argv[1:]
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace",
                           line_buffering=True)
    sys.argv = [path]
    log = Log()
    logging.getLogger().addHandler(log)
    environment = Environment(path, folder == "own")
    with open(int(requests), "rb") as source, \
            open(int(answers), "wb") as sink:
        for line in source:
            call = json.loads(line)
            log.request_id = call["request_id"]
            answer, error = environment.answer(call)
            sys.stdout.flush()
            sys.stderr.flush()
            text = answer.decode("utf-8", "surrogateescape")
            sink.write(json.dumps({"answer": text,
                                   "error": error}).encode() + b"\n")
            sink.flush()


if __name__ == "__main__":
    main()
