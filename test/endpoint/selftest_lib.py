"""What the self-tests share: TAP, a signer, a client.

The signer here is written apart from verifier.py and shares nothing with it.

IDENTIFICATION
  test/endpoint/selftest_lib.py
"""

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "session/token+example=="
FUNCTIONS = "/2015-03-31/functions/"


class Tap:
    """Counts and prints results."""

    def __init__(self):
        self.number = 0
        self.failed = 0

    def ok(self, good, name, seen=None):
        self.number += 1
        self.failed += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, name))
        if not good:
            print("# saw: %.600r" % (seen,))

    def skip(self, why):
        self.number += 1
        print("ok %d # SKIP %s" % (self.number, why))

    def equal(self, seen, expected, name):
        self.ok(seen == expected, name, seen)


TAP = Tap()


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256)


def sign(path, query, headers, body, key="AKIDEXAMPLE", secret=SECRET,
         region="eu-west-1", service="lambda", skip=(), method="POST"):
    """The Authorization header; `path` and `query` as on the wire."""
    lower = {k.lower(): v for k, v in headers.items() if k.lower() not in skip}
    names = ";".join(sorted(lower))
    lines = [name + ":" + lower[name] for name in sorted(lower)]
    request = method + "\n%s\n%s\n%s\n\n%s\n%s" % (
        path.replace("%", "%25").replace(":", "%3A").replace("$", "%24"),
        "&".join(sorted(query.replace("$", "%24").split("&"))),
        "\n".join(lines), names, hashlib.sha256(body).hexdigest())
    return authorization(request, headers["X-Amz-Date"], names, key, secret,
                         region, service)


def derived_key(secret, scope):
    derived = b"AWS4" + secret.encode()
    for part in scope.split("/"):
        derived = mac(derived, part).digest()
    return derived


def authorization(request, stamp, names, key, secret, region, service):
    """The Authorization header for a canonical request."""
    scope = "%s/%s/%s/aws4_request" % (stamp[:8], region, service)
    text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (
        stamp, scope, hashlib.sha256(request.encode()).hexdigest())
    return ("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            % (key, scope, names,
               mac(derived_key(secret, scope), text).hexdigest()))


class Started:
    """A script of this folder, run until the block ends; `port` is its port."""

    def __init__(self, script, *arguments, python=sys.executable):
        self.command = [python, os.path.join(HERE, script), "--with-parent",
                        "--port", "0", *arguments]

    def __enter__(self):
        with tempfile.TemporaryDirectory() as folder:
            port_file = os.path.join(folder, "port")
            self.process = subprocess.Popen(
                self.command + ["--port-file", port_file],
                stdout=subprocess.PIPE)
            self.said = self.process.stdout.readline().decode().strip()
            with open(port_file) as file:
                self.port = int(file.read())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Client:
    """Signed invocations over one connection, which breaks may renew."""

    def __init__(self, port):
        self.port = port
        self.prefix = ""        # before every path, where a proxy needs it
        self.connection = http.client.HTTPConnection("127.0.0.1", port,
                                                     timeout=20)

    def send(self, name, event, query="", extra=None, skew=0, tamper=False,
             late=None, path=None, method="POST", **signing):
        """Send the request."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        path = path or FUNCTIONS + name + "/invocations"
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + skew))
        headers = {"Host": "127.0.0.1:%d" % self.port, "X-Amz-Date": stamp,
                   "Content-Type": "application/json", **(extra or {})}
        headers["Authorization"] = sign(path, query, headers, body,
                                        method=method, **signing)
        headers.update(late or {})
        target = self.prefix + path + ("?" + query if query else "")
        self.connection.request(method, target, body + b" " * tamper, headers)

    def start(self, *arguments, **how):
        """Send the request; returns the open response."""
        self.send(*arguments, **how)
        return self.connection.getresponse()

    def call(self, name, event, query="", **how):
        """(status, headers, body's JSON or bytes) of one invocation."""
        response = self.start(name, event, query, **how)
        body = response.read()
        try:
            return response.status, response.headers, json.loads(body)
        except ValueError:
            return response.status, response.headers, body

    def raw(self, name, event, seconds):
        """What arrives in this time, byte for byte; reconnects."""
        got = b""
        self.connection.close()
        self.send(name, event)
        self.connection.sock.settimeout(seconds)
        try:
            while True:
                got += self.connection.sock.recv(65536) or self.ended()
        except OSError:
            return got
        finally:
            self.connection.close()

    @staticmethod
    def ended():
        raise ConnectionError

    def error(self, *arguments, **how):
        """"status type" of a refusal."""
        status, headers, _ = self.call(*arguments, **how)
        return "%d %s" % (status, headers.get("x-amzn-ErrorType"))

    def breaks(self, name, event):
        """The exception that reading the answer ends in; reconnects."""
        try:
            self.start(name, event).read()
            return None
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            self.connection.close()
