"""Self-test of https and of proxy.py.

IDENTIFICATION
  test/endpoint/selftest_fronts.py
"""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile

from selftest_lib import FUNCTIONS, TAP, Client, Started
from selftest_s3lib import S3


def make_certificate(folder):
    """Paths of a certificate for 127.0.0.1 and its key."""
    paths = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]],
        check=True, capture_output=True)
    return paths


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
