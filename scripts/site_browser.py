"""Opens every page of the site in a browser, and says what is wrong.

    python3 scripts/site_browser.py BROWSER FOLDER

The folder is served on loopback; the browser, Chromium, is told what to do through
its pipe of the DevTools protocol.  A line of TAP for each page, for its links, and for
the search.
"""

import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse


# Seconds for all of it.
PATIENCE = 300

# What a page leads to and holds; links as the browser has resolved them.
LOOK = """JSON.stringify({
  links: [...document.querySelectorAll('a[href]')].map(a => a.href),
  ids: [...document.querySelectorAll('[id],a[name]')].map(e => e.id || e.name),
  broken: [...document.images].filter(i => !i.naturalWidth).map(i => i.src),
  foreign: [...document.querySelectorAll('script[src],link[href],img[src]')]
    .map(e => e.src || e.href).filter(u => new URL(u).origin != location.origin)
})"""

FOUND = """new Promise(resolve => {
  const until = Date.now() + 30000;
  (function look() {
    const found = [...document.querySelectorAll('#mkdocs-search-results a')].map(a => a.href);
    if (found.length || Date.now() > until) resolve(JSON.stringify(found));
    else setTimeout(look, 50);
  })();
})"""


class Browser:
    """A browser with one page, told through its pipe."""

    def __init__(self, program, profile):
        to_read, self.write = os.pipe()
        self.read, to_write = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "browser",
             program, "--headless", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={profile}",
             "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.number = 0
        self.events = []
        self.session = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")

    def receive(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.read, 1 << 16)
            if not piece:
                raise OSError("the browser has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise OSError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def open(self, url):
        """Opens a page; returns what its console and its requests complain of."""
        self.events = []
        self.ask("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired"
                      for event in self.events):
            self.events.append(self.receive())

    def complaints(self):
        for event in self.events:
            what = event["params"]
            if event["method"] == "Runtime.exceptionThrown":
                yield what["exceptionDetails"]["text"]
            elif event["method"] == "Log.entryAdded" and what["entry"]["level"] == "error":
                yield what["entry"]["text"]
            elif event["method"] == "Runtime.consoleAPICalled" and what["type"] == "error":
                yield str(what["args"])
            elif event["method"] == "Network.responseReceived" and what["response"]["status"] >= 400:
                yield f"{what['response']['status']} for {what['response']['url']}"

    def evaluate(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression,
                          awaitPromise=True, returnByValue=True)
        return json.loads(result["result"]["value"])

    def end(self):
        os.close(self.write)
        self.process.kill()
        self.process.wait()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


def report(name, problems):
    print(f"{'not ok' if problems else 'ok'} - {name}")
    for problem in problems[:20]:
        print(f"#   {problem}")
    sys.stdout.flush()


def link_problems(origin, folder, seen):
    """For each page, the links that lead nowhere."""
    for page, look in seen.items():
        problems = []
        for link in sorted(set(look["links"])):
            address = urllib.parse.urldefrag(link)
            if not address.url.startswith(origin + "/"):
                continue
            name = urllib.parse.unquote(address.url[len(origin) + 1:].split("?")[0]) or "index.html"
            anchor = urllib.parse.unquote(address.fragment)
            if not os.path.isfile(os.path.join(folder, name)):
                problems.append(f"{link}: there is no {name}")
            elif anchor and name in seen and anchor not in seen[name]["ids"]:
                problems.append(f"{link}: {name} has no {anchor}")
        yield page, problems


def check(browser, origin, folder):
    pages = sorted(os.path.relpath(os.path.join(place, name), folder)
                   for place, _, names in os.walk(folder) for name in names
                   if name.endswith(".html"))
    seen = {}
    for page in pages:
        browser.open(f"{origin}/{page}")
        seen[page] = browser.evaluate(LOOK)
        problems = list(browser.complaints())
        problems += [f"no image: {url}" for url in seen[page]["broken"]]
        problems += [f"from elsewhere: {url}" for url in seen[page]["foreign"]]
        if page == "404.html":
            del seen[page]
        report(f"{page} is shown", problems)
    for page, problems in link_problems(origin, folder, seen):
        report(f"every link of {page} leads somewhere", problems)
    browser.open(f"{origin}/search.html?q=max_batch_keys")
    found = browser.evaluate(FOUND)
    report("the search finds max_batch_keys among the options",
           [] if any("/docs/options.html" in url for url in found) else [f"found: {found}"])
    browser.open(f"{origin}/search.html?q=nosuchwordanywhere")
    report("and nothing for a word that is nowhere",
           browser.evaluate("JSON.stringify([...document.querySelectorAll('#mkdocs-search-results a')].map(a => a.href))"))


def main():
    program, folder = sys.argv[1], os.path.abspath(sys.argv[2])
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        watch = threading.Timer(PATIENCE, browser.process.kill)
        watch.daemon = True
        watch.start()
        try:
            check(browser, f"http://127.0.0.1:{server.server_port}", folder)
        finally:
            watch.cancel()
            browser.end()


main()
