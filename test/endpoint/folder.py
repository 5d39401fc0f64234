"""A folder of one's own handlers, each a function that can be invoked.

IDENTIFICATION
  test/endpoint/folder.py
"""

import os
import re
import shutil
import sys
import threading

import environment
from invoke_api import TIMEOUT_MS, Outcome, json_bytes

HERE = os.path.dirname(os.path.abspath(__file__))
# Where the handler of function NAME may be, the first that is there.
PLACES = ("NAME.py", "NAME/lambda_function.py", "NAME/app.py", "NAME/index.py",
          "NAME.mjs", "NAME.js", "NAME.cjs", "NAME/index.mjs", "NAME/index.js",
          "NAME/index.cjs", "NAME/app.mjs", "NAME/app.js", "NAME/app.cjs")
# Where in a layer packages and libraries are looked for.
LAYER_PATHS = {"PYTHONPATH": "python", "NODE_PATH": "nodejs/node_modules",
               "LD_LIBRARY_PATH": "lib"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# What a handler may be made of, and folders with the work of others.
SOURCES = (".py", ".js", ".mjs", ".cjs", ".json")
FOREIGN = {"node_modules", "site-packages", "__pycache__"}


class Folder:
    """The functions of a folder, as the server of invoke_api.py asks for them.

    `reload`: what has been edited is loaded again before the next call.
    `layers`: folders with what layers have in /opt, where a later one's files
    lie over an earlier one's.
    """

    def __init__(self, path, region, node="node", reload=False,
                 timeout_ms=TIMEOUT_MS, layers=()):
        self.path = os.path.abspath(path)
        self.region = region
        self.node = node
        self.reload = reload
        self.timeout_ms = timeout_ms
        self.layers = [os.path.abspath(layer) for layer in layers][::-1]
        self.lock = threading.Lock()
        self.functions = {}             # by the path of the handler

    @staticmethod
    def version(qualifier):
        """Every version and alias is there, as $LATEST or by its number."""
        return qualifier if (qualifier or "").isdecimal() else "$LATEST"

    def find(self, name):
        if not NAME.fullmatch(name):
            return None
        for place in PLACES:
            path = os.path.join(self.path, place.replace("NAME", name))
            if os.path.isfile(path):
                with self.lock:
                    if path not in self.functions:
                        self.functions[path] = Function(self, name, path)
                    return self.functions[path]
        return None

    def names(self):
        """Every function with its handler's file, relative to the folder."""
        names = {os.path.splitext(entry.name)[0] if entry.is_file()
                 else entry.name for entry in os.scandir(self.path)}
        found = {name: self.find(name) for name in sorted(names)}
        return {name: os.path.relpath(function.path, self.path)
                for name, function in found.items() if function}

    def search_paths(self):
        """The variables by which handlers find what is in layers."""
        paths = {}
        for name, place in LAYER_PATHS.items():
            folders = [os.path.join(layer, place) for layer in self.layers]
            if os.environ.get(name):
                folders.insert(0, os.environ[name])
            if folders:
                paths[name] = os.pathsep.join(folders)
        return paths

    @staticmethod
    def tags(name):
        """Every function may be imported by IMPORT FOREIGN SCHEMA "*"."""
        return {"lambda_fdw": "local"}

    @staticmethod
    def versions():
        return ["$LATEST"]

    def stamp(self):
        """Another value whenever a file has been edited, if that counts."""
        if not self.reload:
            return None
        states = []
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if name not in FOREIGN
                          and not name.startswith(".")]
            for name in files:
                if name.endswith(SOURCES):
                    path = os.path.join(folder, name)
                    try:
                        state = os.stat(path)
                    except FileNotFoundError:
                        continue
                    states.append((path, state.st_mtime_ns, state.st_size))
        return sorted(states)

    def end(self):
        with self.lock:
            for function in self.functions.values():
                function.pool.end()


class Function:
    """One handler, run in processes of its own."""

    def __init__(self, folder, name, path):
        self.folder = folder
        self.name = name
        self.path = path
        self.own_folder = os.path.dirname(path) != folder.path
        self.pool = environment.Pool(self.start)

    def program(self):
        if self.path.endswith(".py"):
            return [sys.executable, os.path.join(HERE, "python_environment.py")]
        return [self.folder.node, os.path.join(HERE, "node_environment.mjs")]

    def variables(self):
        """The environment's variables: this process's, and Lambda's own."""
        return dict(os.environ, **self.folder.search_paths(),
                    AWS_REGION=self.folder.region,
                    AWS_DEFAULT_REGION=self.folder.region,
                    AWS_LAMBDA_FUNCTION_NAME=self.name,
                    AWS_LAMBDA_FUNCTION_VERSION="$LATEST",
                    AWS_LAMBDA_FUNCTION_MEMORY_SIZE="128",
                    AWS_LAMBDA_LOG_GROUP_NAME="/aws/lambda/" + self.name,
                    AWS_LAMBDA_LOG_STREAM_NAME="local",
                    LAMBDA_TASK_ROOT=os.path.dirname(self.path))

    def start(self, stamp):
        return environment.Environment(
            self.name, self.program(),
            [self.path, "own" if self.own_folder else "shared"], stamp,
            cwd=os.path.dirname(self.path), env=self.variables())

    def run(self, call):
        call.timeout_ms = self.folder.timeout_ms
        program = self.program()[0]
        if shutil.which(program) is None:
            message = ("%s needs Node.js, and there is no program %s: install "
                       "it, or name it with --node"
                       % (os.path.basename(self.path), program))
            environment.CONSOLE.say(self.name, "[ERROR] " + message)
            return Outcome(json_bytes({
                "errorType": "Runtime.InvalidEntrypoint",
                "errorMessage": message}), "Unhandled", "", True)
        return environment.run_in(self.pool, call, self.folder.stamp(),
                                  self.folder.timeout_ms / 1000)
