"""The package: its version, its wheel, and what the README shows."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile
from unittest import mock

import lambda_fdw

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
BUILD = """
import sys
from setuptools import build_meta
print(build_meta.build_wheel(sys.argv[1]))
"""
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
import lambda_fdw
assert lambda_fdw.__file__.startswith(sys.argv[1]), lambda_fdw.__file__
one = lambda_fdw.table("t", columns={"id": "integer"})([{"id": "7"}])
print(lambda_fdw.__version__, lambda_fdw.serve(one)({"id": 7}, None))
"""


def read(*names):
    with open(os.path.join(*names), encoding="utf-8") as file:
        return file.read()


def builder():
    """A Python with setuptools that reads pyproject.toml; None where there is none."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            found = subprocess.run(
                [python, "-c", "import setuptools; print(setuptools.__version__)\n"
                 "if int(setuptools.__version__.split('.')[0]) < 70: import wheel"],
                capture_output=True, text=True)
        except OSError:
            continue
        if found.returncode == 0 and int(found.stdout.split(".")[0]) >= 61:
            return python
    return None


class Package(unittest.TestCase):
    def test_the_version_is_the_extensions(self):
        version = json.loads(read(ROOT, "META.json"))["version"]
        self.assertEqual(lambda_fdw.__version__, version)
        self.assertIn(f'\nversion = "{version}"\n', read(FOLDER, "pyproject.toml"))

    def test_the_license_is_the_extensions(self):
        self.assertEqual(read(FOLDER, "LICENSE"), read(ROOT, "LICENSE"))

    def test_the_wheel_runs(self):
        python = builder()
        if python is None:
            self.skipTest("there is no setuptools 61 (Debian's python3-setuptools"
                          " and python3-wheel)")
        with tempfile.TemporaryDirectory() as work:
            source, target = os.path.join(work, "source"), os.path.join(work, "target")
            shutil.copytree(FOLDER, source,
                            ignore=shutil.ignore_patterns("__pycache__", "tests"))
            built = subprocess.run([python, "-c", BUILD, work], cwd=source,
                                   capture_output=True, text=True)
            self.assertEqual(built.returncode, 0, built.stderr)
            name = built.stdout.split()[-1]
            version = lambda_fdw.__version__
            self.assertEqual(name, f"lambda_fdw-{version}-py3-none-any.whl")
            with zipfile.ZipFile(os.path.join(work, name)) as wheel:
                files = set(wheel.namelist())
                wheel.extractall(target)
            modules = {f"lambda_fdw/{file}" for file
                       in os.listdir(os.path.join(FOLDER, "lambda_fdw"))
                       if file.endswith((".py", ".typed"))}
            self.assertEqual({file for file in files if ".dist-info/" not in file},
                             modules)
            about = read(target, f"lambda_fdw-{version}.dist-info", "METADATA")
            self.assertIn("\nRequires-Python: >=3.9\n", about)
            self.assertNotIn("Requires-Dist", about)
            self.assertTrue(any(file.endswith("LICENSE") for file in files))
            ran = subprocess.run([sys.executable, "-c", RUN, target], cwd=work,
                                 capture_output=True, text=True)
            self.assertEqual(ran.stdout, f"{version} [{{'id': 7}}]\n", ran.stderr)


class Items:
    """A table of DynamoDB, as far as the README uses one."""

    def __init__(self, key):
        self.key, self.items = key, {}

    def scan(self):
        return {"Items": list(self.items.values())}

    def query(self, KeyConditionExpression):
        return {"Items": [item for item in self.items.values()
                          if item[self.key] == KeyConditionExpression]}

    def put_item(self, Item):
        self.items[Item[self.key]] = Item

    def get_item(self, Key):
        item = self.items.get(Key[self.key])
        return {"Item": item} if item else {}


class Readme(unittest.TestCase):
    """Each block runs as it stands there, with a DynamoDB of dicts."""

    def setUp(self):
        self.stores = {"readings": Items("device"), "orders": Items("id"),
                       "batches": Items("batch_id")}
        boto3 = types.ModuleType("boto3")
        boto3.resource = lambda service: types.SimpleNamespace(
            Table=self.stores.__getitem__)
        boto3.dynamodb = types.SimpleNamespace(conditions=types.SimpleNamespace(
            Key=lambda name: types.SimpleNamespace(eq=lambda value: value)))
        patch = mock.patch.dict(sys.modules, {"boto3": boto3})
        patch.start()
        self.addCleanup(patch.stop)
        self.blocks = re.findall(r"```python\n(.*?)```", read(FOLDER, "README.md"),
                                 re.DOTALL)

    def run_block(self, number):
        names = {}
        exec(self.blocks[number], names)  # pylint: disable=exec-used
        return names

    def test_first(self):
        self.assertLessEqual(len(self.blocks[0].strip().splitlines()), 10)
        names = self.run_block(0)
        exec(self.blocks[-1], names)  # pylint: disable=exec-used

    def test_reading_less(self):
        self.stores["readings"].items = {
            "a": {"device": "a", "at": 0, "celsius": "20.5"},
            "b": {"device": "b", "at": 1000, "celsius": "21"}}
        handler = self.run_block(1)["lambda_handler"]
        row = {"device": "a", "at": "1970-01-01T00:00:00+00:00", "celsius": "20.5"}
        self.assertEqual(handler({"device": "a"}, None), [row])
        self.assertEqual(len(handler({}, None)), 2)

    def test_key_tuples(self):
        handler = self.run_block(2)["lambda_handler"]
        answer = handler({"keys": [{"base": "EUR", "quote": "SEK"}], "lambda_fdw": {
            "version": 2, "operation": "scan", "table": "rates", "columns": ["rate"],
            "filters": [{"columns": ["base", "quote"], "operator": "in",
                         "argument": "/keys"}]}}, None)
        self.assertEqual(answer, {"rows": [{"rate": "11.20"}]})

    def test_writing(self):
        handler = self.run_block(3)["lambda_handler"]

        def insert(batch_id, *cities):
            return handler({"lambda_fdw": {
                "version": 2, "operation": "insert", "table": "orders",
                "batch_id": batch_id,
                "rows": [{"key": {"id": number}, "values": {"id": number, "city": city}}
                         for number, city in enumerate(cities)]}}, None)

        self.assertEqual(insert("a-1", "Oslo", "Bergen"), {"affected": 2})
        self.assertEqual(insert("a-1", "Oslo", "Bergen"), {"affected": 2})
        self.assertIn("another batch", insert("a-1", "Paris")["lambda_fdw_error"]["message"])
        self.assertEqual([row["city"] for row in handler({}, None)], ["Oslo", "Bergen"])
        self.assertEqual(insert("a-2", "Oslo", "Atlantis"), {"failed": [
            {"index": 1, "message": "nothing is delivered there"}]})
