"""Self-tests of scripts/endpoint, which serves a folder of one's own handlers.

IDENTIFICATION
  test/endpoint/selftest_local.py
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import selftest_control
from selftest_lib import HERE, SECRET, TAP, Client, Started
from selftest_stream import STREAMS, events, stream

SCRIPT = os.path.join(HERE, "../../scripts/endpoint")
KIND = "X-Amz-Invocation-Type"

ORDERS = '''
import os
import sys
import time
from decimal import Decimal

started = []

def lambda_handler(event, context):
    started.append(1)
    print("printed", event.get("print"))
    if "raise" in event:
        raise KeyError(event["raise"])
    if "exit" in event:
        sys.exit(event["exit"])
    if "set" in event:
        return {"answer": {1, 2}}
    time.sleep(event.get("sleep", 0))
    if "file" in event:
        open(event["file"], "w").close()
    return {"event": event, "number": len(started), "price": Decimal("1.10"),
            "pid": os.getpid(), "region": os.environ["AWS_REGION"],
            "here": sorted(os.listdir("."))[:1],
            "context": [context.function_name, context.function_version,
                        context.invoked_function_arn, context.tenant_id,
                        context.client_context and context.client_context.custom,
                        context.get_remaining_time_in_millis() > 1000]}
'''

STREAM = '''
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const wait = (ms) => new Promise((go) => setTimeout(go, ms));

async function run(event, stream) {
  if (event.head) stream = awslambda.HttpResponseStream.from(stream, event.head);
  if (event.type) stream.setContentType(event.type);
  if (event.pipe) return pipeline(Readable.from(event.pipe), stream);
  for (const each of event.write ?? []) {
    stream.write(each);
    await wait(event.wait ?? 0);
  }
  if (event.raise) throw new RangeError(event.raise);
  if (event.exit) process.exit(event.exit);
  if (event.size) stream.write("x".repeat(event.size));
  if (!event.open) stream.end(event.last);
}

export const handler = awslambda.streamifyResponse(
  (event, stream) => event.sync ? 1 : run(event, stream));
'''

FILES = {
    "orders.py": ORDERS,
    "helped/app.py": "import helper\n\n"
                     "def handler(event, context):\n    return helper.WORD\n",
    "helped/helper.py": "WORD = 'one'\n",
    "wrong.py": "def lambda_handler(event, context:\n",
    "lost.py": "import no_such_module\n",
    "empty.py": "WORD = 1\n",
    "_shared.py": "WORD = 1\n",
    "json.py": "import json\n\n"
               "def handler(event, context):\n    return json.dumps([1])\n",
    "node.mjs": "export const handler = async (event, context) => {\n"
                "  console.log('printed', event.print);\n"
                "  if (event.raise) throw new TypeError(event.raise);\n"
                "  if (event.never) await new Promise(() => {});\n"
                "  if (event.exit) process.exit(event.exit);\n"
                "  if (event.lose) {\n"
                "    Promise.reject(new Error('lost'));\n"
                "    await new Promise((go) => setTimeout(go, 2000));\n"
                "  }\n"
                "  return { event, context: [context.functionName,\n"
                "    context.tenantId, context.clientContext?.custom,\n"
                "    context.getRemainingTimeInMillis() > 1000] };\n};\n",
    "old.js": "exports.handler = (event, context, callback) => {\n"
              "  if (event.none) return;\n"
              "  let late = 0;\n"
              "  setTimeout(() => { late = 1; }, 100);\n"
              "  callback(event.error, { get late() { return late; } });\n};\n",
    "built/index.mjs": "import { word } from './word.cjs';\n"
                       "export const handler = async () => word;\n",
    "built/word.cjs": "exports.word = 'one';\n",
    "stream.mjs": STREAM,
    "broken.mjs": "export const handler = async () => {\n",
}


class Edited:
    """A folder of handlers, edited in ways that time tells apart."""

    def __init__(self, folder):
        self.folder = folder
        self.seconds = time.time() - 1000
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self.seconds += 1
        os.utime(path, (self.seconds, self.seconds))


def answers(client, name, event=None, **how):
    return client.call(name, event or {}, **how)[2]


def failure(client, name, event=None):
    """How the function failed: the header, type, message, what is left."""
    status, headers, body = client.call(name, event or {})
    trace = body.get("stackTrace", body.get("trace"))
    return (status, headers.get("X-Amz-Function-Error"), body["errorType"],
            body["errorMessage"], trace)


def test_python(client):
    extra = {"X-Amz-Tenant-Id": "t-1", "X-Amz-Client-Context":
             base64.b64encode(b'{"custom": {"a": 1}}').decode()}
    told = answers(client, "orders", {"a": 1.50}, query="Qualifier=7",
                   extra=extra)
    TAP.equal((told["event"], told["region"], told["here"], told["context"]),
              ({"a": 1.5}, "eu-west-1", ["_shared.py"],
               ["orders", "7", "arn:aws:lambda:eu-west-1:123456789012:function"
                ":orders:7", "t-1", {"a": 1}, True]), "event and context")
    again = answers(client, "orders")
    TAP.equal((again["pid"], again["number"]), (told["pid"], 2),
              "the process is kept")
    TAP.ok(b'"price":1.10' in client.start("orders", {}).read(),
           "a decimal keeps its digits")
    status, error, kind, message, trace = failure(client, "orders",
                                                  {"raise": "k"})
    TAP.equal((status, error, kind, message), (200, "Unhandled", "KeyError",
                                               "'k'"), "an exception")
    TAP.ok(trace[0].startswith('  File "') and "orders.py" in trace[0] and
           len(trace) == 1, "its stack begins with the handler", trace)
    TAP.equal(failure(client, "orders", {"set": 1})[2:4],
              ("Runtime.MarshalError", "Unable to marshal response: Object of "
               "type set is not JSON serializable"), "an answer that is no JSON")
    for status, words in ((3, "exited with error: exit status 3"),
                          (0, "exited without providing a reason")):
        found = failure(client, "orders", {"exit": status})
        TAP.ok(found[2] == "Runtime.ExitError" and found[3].endswith(
            "Error: Runtime " + words), "exit status %d" % status, found)
    TAP.equal(answers(client, "orders")["number"], 1, "and a new process")
    found = failure(client, "orders", {"sleep": 20})
    TAP.ok(found[2] == "Sandbox.Timedout" and found[3].endswith(
        "Error: Task timed out after 4.00 seconds"), "a timeout", found)
    TAP.equal(answers(client, "json"), "[1]", "a name that a library has")


def test_files(client):
    for name, kind, message, where in (
            ("wrong", "Runtime.UserCodeSyntaxError", "Syntax error in module "
             "'wrong': '(' was never closed (wrong.py, line 1)", "wrong.py"),
            ("lost", "Runtime.ImportModuleError", "Unable to import module "
             "'lost': No module named 'no_such_module'", "lost.py"),
            ("empty", "Runtime.HandlerNotFound", "Handler 'lambda_handler' "
             "missing on module 'empty'", "empty.py")):
        found = failure(client, name)
        TAP.equal((found[1:3], found[3].replace("invalid syntax", "'(' was "
                                                "never closed")),
                  (("Unhandled", kind), message), kind)
        TAP.ok(where in found[4][0], "which names the file", found)
    for name in ("nobody", "_shared", "helper"):
        TAP.equal(client.error(name, {}), "404 ResourceNotFoundException",
                  "no function " + name)
    names = sorted({name.split(".")[0].split("/")[0] for name in FILES
                    if not name.startswith("_")})
    selftest_control.test_lists(client, names)
    TAP.equal(selftest_control.get(client, selftest_control.tags_path(
        selftest_control.ARN + "orders"))[2], {"Tags": {"lambda_fdw": "local"}},
        "its functions are tagged")


def test_reload(client, folder):
    TAP.equal(answers(client, "helped"), "one", "a folder's function")
    folder.write("helped/helper.py", "WORD = 'two'\n")
    TAP.equal(answers(client, "helped"), "two", "its helper edited")
    TAP.equal(client.error("late", {}), "404 ResourceNotFoundException",
              "no such function yet")
    folder.write("late.py", "def handler(event, context):\n    return 1\n")
    TAP.equal(answers(client, "late"), 1, "and now there is")
    folder.write("late.py", "def handler(event, context):\n    return 2\n")
    TAP.equal(answers(client, "late"), 2, "edited")


def test_node(client, folder):
    extra = {"X-Amz-Tenant-Id": "t-1", "X-Amz-Client-Context":
             base64.b64encode(b'{"custom": {"a": 1}}').decode()}
    TAP.equal(answers(client, "node", {"a": "\u2615"}, extra=extra),
              {"event": {"a": "\u2615"},
               "context": ["node", "t-1", {"a": 1}, True]}, "node")
    found = failure(client, "node", {"raise": "bad"})
    TAP.equal(found[:4], (200, "Unhandled", "TypeError", "bad"), "it throws")
    TAP.ok(found[4][0] == "TypeError: bad" and "node.mjs" in found[4][1],
           "with its stack", found)
    for event, kind in (({"never": 1}, "Runtime.NodeJsExit"),
                        ({"exit": 1}, "Runtime.ExitError"),
                        ({"lose": 1}, "Runtime.UnhandledPromiseRejection")):
        TAP.equal(failure(client, "node", event)[2], kind, kind)
    TAP.equal(answers(client, "node", {"a": 1})["event"], {"a": 1},
              "and it goes on")
    TAP.equal(answers(client, "old"), {"late": 1},
              "a callback waits for the event loop")
    TAP.equal(answers(client, "old", {"none": 1}), None, "nothing is null")
    TAP.equal(failure(client, "old", {"error": "no"})[2:4], ("string", "no"),
              "a callback's error")
    found = failure(client, "broken")
    TAP.ok(found[2] == "Runtime.UserCodeSyntaxError" and
           "broken.mjs" in "".join(found[4]), "a file that is no JavaScript",
           found)
    TAP.equal(answers(client, "built"), "one", "a folder's")
    folder.write("built/word.cjs", "exports.word = 'two';\n")
    TAP.equal(answers(client, "built"), "two", "edited")


def streamed(client, event, **how):
    """Content type, chunks and what the end says, of an answer that streams."""
    status, kind, found = stream(client, "stream", event, **how)
    TAP.equal((status, events(found)[-1:]), (200, ["InvokeComplete"]),
              "it is streamed")
    return (kind, [payload.decode() for _, payload in found[:-1]],
            json.loads(found[-1][1]))


def test_streams(client):
    """Handlers of awslambda.streamifyResponse, asked for in both ways."""
    octets = "application/octet-stream"
    for event, kind, chunks in (
            ({"write": ["a", {"b": 1}], "last": "c"}, octets,
             ["a", '{"b":1}', "c"]),
            ({"pipe": ["a", "\u2615"]}, octets, ["a", "\u2615"]),
            ({"write": ["a"], "type": "text/csv"}, "text/csv", ["a"]),
            ({"head": {"statusCode": 404}, "last": "a"}, "application/"
             "vnd.awslambda.http-integration-response",
             ['{"statusCode":404}', "\0" * 8, "a"])):
        TAP.equal(streamed(client, event), (kind, chunks, {}),
                  "it writes %s" % chunks)
    TAP.equal(streamed(client, {})[1:], ([""], {}), "nothing is written")
    for event, chunks, code, message in (
            ({"write": ["a"], "raise": "bad"}, ["a"], "RangeError", "bad"),
            ({"write": ["a"], "open": 1}, ["a"], "Error",
             "Response stream is not finished."),
            ({"sync": 1}, [], "Error",
             "Streaming does not support non-async handlers."),
            ({"write": ["a"], "exit": 3}, ["a"], "Runtime.ExitError",
             "exited with error: exit status 3"),
            ({"write": ["a", "b"], "wait": 3000}, ["a", "b"],
             "Sandbox.Timedout", "Task timed out after 4.00 seconds")):
        _, found, end = streamed(client, event)
        TAP.ok(found == chunks and end["ErrorCode"] == code and
               json.loads(end["ErrorDetails"])["errorMessage"].endswith(
                   message), "an error behind %s: %s" % (chunks, code), end)
    TAP.equal(answers(client, "stream", {"write": ["[1", ",2"], "last": "]"}),
              [1, 2], "in one piece, where that is asked for")
    for event, kind in (({"write": ["a"], "raise": "bad"}, "RangeError"),
                        ({"write": ["a"], "size": 6291556},
                         "Function.ResponseSizeTooLarge")):
        TAP.equal(failure(client, "stream", event)[1:3], ("Unhandled", kind),
                  "and there " + kind)


def test_streams_left(port, client):
    """Who leaves meanwhile, and who does not wait, takes no process away."""
    for _ in range(20):
        leaving = Client(port)
        response = leaving.start("stream", {"write": ["a"] * 3, "wait": 20},
                                 path=STREAMS % "stream")
        response.read(1)
        leaving.connection.close()
        client.call("stream", {"write": ["a"]}, extra={KIND: "Event"})
    started = time.monotonic()
    TAP.equal(streamed(client, {"write": ["a"]})[1:], (["a"], {}),
              "it goes on")
    TAP.ok(time.monotonic() - started < 3, "at once")


# A layer of both languages; the Node package is for `import` and `require`.
LAYERED = {
    "python/greeter.py": "WORD = 'one'\n",
    "nodejs/node_modules/greeter/package.json": json.dumps({
        "name": "greeter", "exports": {"import": "./module.mjs",
                                       "require": "./common.cjs"}}),
    "nodejs/node_modules/greeter/module.mjs": "export const word = 'module';\n",
    "nodejs/node_modules/greeter/common.cjs": "exports.word = 'common';\n",
}
USES_LAYER = {
    "greets.py": "import greeter\n\n"
                 "def handler(event, context):\n    return greeter.WORD\n",
    "imports.mjs": "import { word } from 'greeter';\n"
                   "export const handler = async () => word;\n",
    "requires.cjs": "exports.handler = async () => require('greeter').word;\n",
    "misses.mjs": "import 'no-such-package';\nexport const handler = 1;\n",
    "lost.mjs": "import './no_such_file.mjs';\nexport const handler = 1;\n",
}


def make_layer(folder, files):
    """Its folder and its archive."""
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return folder, shutil.make_archive(folder, "zip", folder)


def test_layers(node):
    """What handlers find in layers, folders and archives, the last one first."""
    with tempfile.TemporaryDirectory() as place:
        functions = make_layer(place + "/functions", USES_LAYER)[0]
        below, archive = make_layer(place + "/below", LAYERED)
        above = make_layer(place + "/above", {
            "python/greeter.py": "WORD = 'above'\n"})[0]
        with Started(SCRIPT, "--functions", functions, "--layer", archive,
                     "--layer", above) as server:
            client = Client(server.port)
            TAP.equal(answers(client, "greets"), "above",
                      "the last layer lies over the others")
            if node:
                test_node_layer(client)
            server.process.terminate()
            server.process.wait(10)
        with Started(SCRIPT, "--functions", functions, "--layer",
                     below) as server:
            TAP.equal(answers(Client(server.port), "greets"), "one",
                      "a layer's folder")
        with Started(SCRIPT, "--functions", functions) as server:
            TAP.equal(failure(Client(server.port), "greets")[2],
                      "Runtime.ImportModuleError", "without a layer")
        run = subprocess.run([sys.executable, os.path.join(HERE, SCRIPT),
                              "--functions", functions, "--layer",
                              functions + "/greets.py"], check=False,
                             stderr=subprocess.PIPE, text=True)
        TAP.ok(run.returncode == 2 and run.stderr.endswith(
            "greets.py: neither a folder nor a zip archive\n"),
            "what is no layer", run.stderr)


def test_node_layer(client):
    TAP.equal((answers(client, "imports"), answers(client, "requires")),
              ("module", "common"), "a package of an archive")
    for name, words in (("misses", "Cannot find package 'no-such-package'"),
                        ("lost", "Cannot find module '")):
        found = failure(client, name)
        TAP.ok(found[1:3] == ("Unhandled", "Error") and words in found[3] and
               "functions" in found[3], "what is nowhere: " + words, found)


def test_ways(client, folder):
    """Kinds of invocation, and what is refused."""
    made = os.path.join(folder, "made")
    answer = client.call("orders", {"file": made}, extra={KIND: "DryRun"})
    TAP.equal((answer[0], answer[2]), (204, b""), "DryRun")
    started = time.monotonic()
    answer = client.call("orders", {"file": made, "sleep": 0.5},
                         extra={KIND: "Event"})
    TAP.ok(answer[0] == 202 and time.monotonic() - started < 0.4 and
           not os.path.exists(made), "Event", answer)
    while not os.path.exists(made) and time.monotonic() - started < 20:
        time.sleep(0.02)
    TAP.ok(os.path.exists(made), "it runs in the background")
    headers = client.call("orders", {"print": "in the log"},
                          extra={"X-Amz-Log-Type": "Tail"})[1]
    log = base64.b64decode(headers["X-Amz-Log-Result"])
    TAP.ok(b"\nprinted in the log\nEND RequestId" in log, "the log", log)
    TAP.equal(client.error("orders", {}, region="eu-west-2"),
              "403 InvalidSignatureException", "another region")
    TAP.equal(client.error("orders", {}, secret="wrong"),
              "403 InvalidSignatureException", "a wrong secret")


def test_side_by_side(port):
    told = []

    def call():
        client = Client(port)
        told.append(answers(client, "orders", {"sleep": 1})["pid"])
        client.connection.close()

    threads = [threading.Thread(target=call) for _ in range(3)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    TAP.equal(len(set(told)), 3, "calls side by side have a process each")
    TAP.ok(time.monotonic() - started < 2.9, "and do not wait for each other")


def test_end(server, client):
    """An interrupt ends the endpoint and what runs in it; returns what was
    printed."""
    pid = answers(client, "orders", {"print": "the last \u2615"})["pid"]
    client.call("orders", {"sleep": 60}, extra={KIND: "Event"})
    client.connection.close()
    server.process.send_signal(signal.SIGINT)
    TAP.equal(server.process.wait(10), 0, "an interrupt ends it cleanly")
    for _ in range(100):
        if not os.path.exists("/proc/%d" % pid):
            break
        time.sleep(0.02)
    TAP.ok(not os.path.exists("/proc/%d" % pid), "and its processes")
    return server.process.stdout.read().decode()


def test_console(server, text):
    for line, name in (
            ("  helped  helped/app.py\n", "the functions are listed"),
            ("  OPTIONS (region 'eu-west-1', endpoint 'http://127.0.0.1:%d');"
             % server.port, "the server's SQL"),
            ("  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', "
             "aws_secret_access_key '%s');" % SECRET, "and its keys'"),
            ("orders | printed the last \u2615", "what a handler prints"),
            ("orders | [ERROR] KeyError: 'k'", "its exceptions"),
            ("wrong | [ERROR] Runtime.UserCodeSyntaxError: ", "a broken file"),
            ("endpoint | 404: Function not found: ", "what is refused")):
        TAP.ok(line in text, name, text)
    TAP.ok("_shared" not in text.split("in psql")[0], "helpers are not listed")


def run():
    node = shutil.which("node")
    with tempfile.TemporaryDirectory() as path:
        folder = Edited(path)
        with Started(SCRIPT, "--functions", path, "--reload", "--timeout",
                     "4") as server:
            client = Client(server.port)
            test_python(client)
            test_files(client)
            test_reload(client, folder)
            test_ways(client, path)
            test_side_by_side(server.port)
            if node:
                test_node(client, folder)
                test_streams(client)
                test_streams_left(server.port, client)
            else:
                TAP.skip("there is no node")
            test_console(server, test_end(server, client))
        test_layers(node)
        with Started(SCRIPT, "--functions", path, "--node", path + "/none",
                     "--region", "us-east-1", "--access-key", "AKIAOWN",
                     "--secret-key", "own", "--verbose") as server:
            client = Client(server.port)
            signed = {"key": "AKIAOWN", "secret": "own", "region": "us-east-1"}
            status, _, body = client.call("node", {"a": 1}, **signed)
            TAP.equal((status, body), (200, {
                "errorType": "Runtime.InvalidEntrypoint", "errorMessage":
                "node.mjs needs Node.js, and there is no program %s/none: "
                "install it, or name it with --node" % path}), "without node")
            TAP.equal(client.error("orders", {}),
                      "403 UnrecognizedClientException", "other keys")
            for word in ("three", "four"):
                folder.write("helped/helper.py", "WORD = '%s'\n" % word)
                TAP.equal(client.call("helped", {}, **signed)[2], "three",
                          "without --reload, the first is kept: " + word)
            server.process.terminate()
            server.process.wait(10)
            text = server.process.stdout.read().decode()
            TAP.ok('node | RequestResponse {"a": 1}' in text,
                   "--verbose shows events", text)
