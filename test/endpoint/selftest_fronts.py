"""Self-test of https, of h2front.py and of proxy.py.

IDENTIFICATION
  test/endpoint/selftest_fronts.py
"""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from selftest_lib import FUNCTIONS, TAP, Client, Started, sign
from selftest_s3lib import S3

DEBIAN = "/usr/bin/python3"


def make_certificate(folder):
    """Paths of a certificate for 127.0.0.1 and its key."""
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


def python_with_h2():
    """A Python that h2front.py can run in, or None."""
    for python in (sys.executable, DEBIAN):
        if os.path.exists(python) and subprocess.run(
                [python, "-c", "import h2"], capture_output=True
                ).returncode == 0:
            return python
    return None


def test_tls(paths):
    with Started("endpoint.py", "--tls", *paths) as server:
        client = Client(server.port)
        context = ssl.create_default_context(cafile=paths[0])
        session = None
        for _ in range(2):
            client.connection.sock = context.wrap_socket(
                socket.create_connection(("127.0.0.1", server.port)),
                server_hostname="127.0.0.1", session=session)
            client.call("echo", {})
            session = client.connection.sock.session
            answer = client.call("calls", {})
            client.connection.close()
        TAP.equal([row["tls_resumed"] for row in answer[2]["rows"]],
                  [False, True], "a TLS session resumed")
        s3 = S3(server.port)
        s3.connection = http.client.HTTPSConnection(
            "127.0.0.1", server.port, timeout=20, context=context)
        data = os.urandom(1000000)
        TAP.equal((s3.says("PUT", "/bucket/a", data),
                   s3.ask("GET", "/bucket/a").body == data), ("200", True),
                  "S3 over TLS")
        client.connection.sock = context.wrap_socket(socket.create_connection(
            ("127.0.0.1", server.port)), server_hostname="127.0.0.1")
        client.call("s3_fault", {"action": "reset", "after": 500000})
        response = s3.start("GET", "/bucket/a")
        try:
            response.read()
            TAP.ok(False, "a reset over TLS", "an end")
        except (OSError, http.client.IncompleteRead) as error:
            TAP.ok(True, "a reset over TLS", error)


class Curl:
    """Signed invocations by curl, over TLS."""

    def __init__(self, port, certificate, folder):
        self.port = port
        self.certificate = certificate
        self.folder = folder

    def arguments(self, name, event):
        """curl's arguments for one invocation, in a file what it sends."""
        path = FUNCTIONS + name + "/invocations"
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"Host": "127.0.0.1:%d" % self.port, "X-Amz-Date":
                   time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())}
        headers["Authorization"] = sign(path, "", headers, body)
        del headers["Host"]
        number, file = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(number, "wb") as stream:
            stream.write(body)
        return ["--cacert", self.certificate, "--data-binary", "@" + file,
                *(part for name, value in headers.items()
                  for part in ("-H", "%s: %s" % (name, value))),
                "https://127.0.0.1:%d%s" % (self.port, path)]

    def run(self, *arguments):
        done = subprocess.run(["curl", "-sS", "--max-time", "20", *arguments],
                              capture_output=True)
        return done.returncode, done.stdout

    def pausing(self, name, event, seconds, enough):
        """Whether enough bytes arrive, the client reading none for a while."""
        with subprocess.Popen(["curl", "-sS", "--max-time", "10",
                               *self.arguments(name, event)],
                              stdout=subprocess.PIPE) as client:
            client.stdout.read(1)
            time.sleep(seconds)
            got = len(client.stdout.read(enough))
            client.kill()
            return got == enough

    def call(self, name, event, *more):
        """(curl's exit status, answer)."""
        return self.run(*more, *self.arguments(name, event))


def test_h2(curl, client):
    client.call("reset_calls", {})
    TAP.equal(curl.call("echo", {"a": 1}, "-w", "%{http_version}"),
              (0, b'{"a":1}2'), "an invocation over h2")
    TAP.equal(curl.call("echo", {"a": 1}, "--http1.1", "-w", "%{http_version}"),
              (0, b'{"a":1}1.1'), "and over http/1.1")
    rows = client.call("calls", {})[2]["rows"]
    TAP.equal([(r["http_version"], r["front_connection"]) for r in rows],
              [("2", 1), ("1.1", None)], "as the record says")
    TAP.ok("x-test-http-version" not in rows[0]["headers"], "no such header",
           rows[0])
    status, body = curl.call("bench_rows", {})
    TAP.equal((status, len(json.loads(body))), (0, 36000), "a long answer")
    TAP.ok(curl.pausing("endless", {}, 1, 20000000),
           "an answer to a client that pauses")
    TAP.equal(curl.call("sum_json", b'{"values":[1,2]}'.ljust(5000000)),
              (0, b'{"count":2,"sum":3}'), "a long request")
    status, body = curl.call("drip", {"n": 3, "delay_ms": 10})
    TAP.equal(len(json.loads(body)), 3, "a chunked answer")
    TAP.equal(curl.call("status", {"code": 502}, "-w", "%{http_code}"),
              (0, b'{"message": "An error occurred."}502'), "an error")
    for name in ("reset_before", "reset_mid", "truncated", "wrong_length"):
        TAP.equal(curl.call(name, {})[0], 92, name + " ends the stream")
    TAP.equal(curl.call("reset_before", {}, "--http1.1")[0], 56,
              "a reset passes through")
    TAP.equal(curl.call("hang", {}, "--max-time", "0.5")[0], 28, "hang")
    status, body = curl.call("endless", {}, "--max-time", "0.5")
    TAP.ok(status == 28 and len(body) > 1000000, "endless", (status, len(body)))


def test_h2_streams(curl, client):
    client.call("reset_calls", {})
    started = time.monotonic()
    status, body = curl.run(
        "-Z", *curl.arguments("slow", {"delay_ms": 800, "n": 1}), "--next",
        "-sS", *curl.arguments("slow", {"delay_ms": 800, "n": 2}), "--next",
        "-sS", *curl.arguments("slow", {"delay_ms": 800, "n": 3}))
    took = time.monotonic() - started
    TAP.ok(body.replace(b" ", b"") == b'[{"id":1}]' * 3 and took < 2,
           "streams side by side", (status, body, took))
    rows = client.call("calls", {})[2]["rows"]
    TAP.equal(len({r["front_connection"] for r in rows}), 1,
              "on one connection")
    TAP.equal(len({r["connection"] for r in rows}), 3, "three for the backend")


def test_proxy(client, folder):
    log = os.path.join(folder, "proxy.log")
    host = "127.0.0.1:%d" % client.port
    url = "http://%s%secho/invocations" % (host, FUNCTIONS)
    with Started("proxy.py", "--log", log) as proxy:
        through = Client(client.port)
        through.connection = http.client.HTTPConnection("127.0.0.1",
                                                        proxy.port, timeout=20)
        through.connection.set_tunnel("127.0.0.1", client.port)
        TAP.equal([through.call("echo", {"a": 1})[2] for _ in range(2)],
                  [{"a": 1}] * 2, "a tunnel")
        TAP.equal(through.breaks("reset_before", {}), "ConnectionResetError",
                  "a reset in it")
        through.connection = http.client.HTTPConnection("127.0.0.1",
                                                        proxy.port, timeout=20)
        through.prefix = "http://" + host
        for name, event in (("echo", {"a": 1}), ("drip", {"n": 2})):
            TAP.equal(through.call(name, event)[0], 200, name + " by its URL")
        TAP.equal(through.call("reset_before", {})[0], 502, "no answer")
        TAP.equal(through.breaks("truncated", {}), "ConnectionResetError",
                  "half an answer")
        through.connection.request("GET", "/")
        TAP.equal(through.connection.getresponse().status, 400, "no URL")
    with open(log) as file:
        lines = file.read().split("\n")
    TAP.equal((lines[:3], lines[-2:]),
              (["CONNECT " + host, "POST " + url,
                "POST " + url.replace("echo", "drip")], ["GET /", ""]),
              "the proxy's log")
    test_refusing_proxy(client, log)
    test_connect_modes(client)


def test_connect_modes(client):
    """What CONNECT is answered with."""
    modes = ("503", "garbage", "close", "ok", "lying", "slow")
    with Started("proxy.py", "--connect", ",".join(modes)) as proxy:
        seen = []
        for _ in modes:
            through = Client(client.port)
            through.connection = http.client.HTTPConnection(
                "127.0.0.1", proxy.port, timeout=20)
            through.connection.set_tunnel("127.0.0.1", client.port)
            try:
                seen.append(through.call("echo", {"a": 1})[2])
            except (OSError, http.client.HTTPException) as error:
                seen.append(type(error).__name__)
            through.connection.close()
    TAP.equal(seen[0], "OSError", "CONNECT is answered with a status")
    TAP.equal(seen[1:3], ["BadStatusLine", "RemoteDisconnected"],
              "with no HTTP, or not at all")
    TAP.equal(seen[3:], [{"a": 1}] * 3, "with tunnels")


def test_refusing_proxy(client, log):
    with Started("proxy.py", "--log", log, "--refuse") as proxy:
        through = Client(client.port)
        through.connection = http.client.HTTPConnection("127.0.0.1",
                                                        proxy.port, timeout=20)
        through.prefix = "http://127.0.0.1:%d" % client.port
        status, headers, _ = through.call("echo", {})
        TAP.equal((status, headers["Proxy-Authenticate"]),
                  (407, 'Basic realm="proxy"'), "the proxy refuses")
        through.connection.close()
        through.connection.set_tunnel("127.0.0.1", client.port)
        TAP.equal(through.breaks("echo", {}), "OSError", "and no tunnel")


def run():
    with tempfile.TemporaryDirectory() as folder, \
            Started("endpoint.py") as server:
        client = Client(server.port)
        test_proxy(client, folder)
        if not shutil.which("openssl"):
            return TAP.skip("https: no openssl here")
        paths = make_certificate(folder)
        test_tls(paths)
        python = python_with_h2()
        if not python or not shutil.which("curl"):
            return TAP.skip("h2: no python3-h2 or no curl here")
        with Started("h2front.py", "--backend", "http://127.0.0.1:%d" %
                     server.port, "--tls", *paths, python=python) as front:
            curl = Curl(front.port, paths[0], folder)
            test_h2(curl, client)
            test_h2_streams(curl, client)
