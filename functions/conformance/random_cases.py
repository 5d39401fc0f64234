#!/usr/bin/env python3
"""Random cases of every type that the kits know, answered by PostgreSQL, for both.

    random_cases.py [--seed N] [--rounds N]

Asks the server that psql finds.  The last line is "N passed, N failed"; of a round
that failed the folder of its cases stays, and is named.

IDENTIFICATION
  functions/conformance/random_cases.py
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
EQUAL = ["=", "<>"]
ORDERED = EQUAL + ["<", "<=", ">", ">="]
# Letters of one, two, three and four bytes; those that UTF-16 orders otherwise;
# what LIKE takes for its own.
LETTERS = "aAbBzZ _%\\0\u00e9e\u0301\uffe0\U0001f600\u65e5\n\t'\"."
FLOATS = ["0", "-0", "NaN", "Infinity", "-Infinity", "16777217", "33554433", "0.1",
          "9007199254740993", "0.30000000000000004"]
ZONES = ["Z", "+00:00", "+02:00", "-05:30", "+14:00", "-12", "+0530", "+01:02:03"]
ROWS, PROBES = 30, 8


class Values:
    """Random values, as texts that a source may have."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.choice = self.random.choice

    def digits(self, most):
        return "".join(self.choice("0123456789")
                       for _ in range(self.random.randint(1, most)))

    def number(self, whole, fraction, exponents=True):
        text = self.choice(("", "", "-")) + str(int(self.digits(whole)))
        if self.random.random() < 0.7:
            return text + "." + self.digits(fraction)
        if exponents and self.random.random() < 0.3:
            return text + self.choice(("e1", "e-3", "E2", "e0"))
        return text

    def numeric(self):
        return self.number(20, 12)

    def scaled(self):
        return self.number(7, 6, False)

    def integer(self):
        return self.choice(("", "-")) + str(int(self.digits(18)))

    def double(self):
        return self.choice((
            lambda: repr(self.random.uniform(-1, 1) *
                         10 ** self.random.randint(-40, 38)),
            lambda: repr(float(self.random.randint(-20000000, 20000000))),
            lambda: self.number(9, 12), lambda: self.digits(17) + "e%d" %
            self.random.randint(-30, 20), lambda: self.choice(FLOATS)))()

    def real(self):
        """A double that is one of single precision, rounded."""
        while True:
            text = self.double()
            size = abs(float(text))
            if not 0 < size < 1e-36 and not 3e38 < size < float("inf"):
                return text

    def words(self, most=5):
        return "".join(self.choice(LETTERS)
                       for _ in range(self.random.randint(0, most)))

    def padded(self):
        return self.words(3) + self.choice(("", "", " ", "   "))

    def pattern(self):
        """Of LIKE; none that ends in a backslash of its own."""
        while True:
            text = self.words()
            if (len(text) - len(text.rstrip("\\"))) % 2 == 0:
                return text

    def uuid(self):
        hexes = "%032x" % self.random.getrandbits(128)
        return "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20],
                         hexes[20:]))

    def date(self):
        return "%04d-%02d-%02d" % (
            self.choice((1, 44, 999, 1970, 1999, 2000, 2024, 2024, 9999)),
            self.random.randint(1, 12), self.random.randint(1, 28))

    def time(self):
        text = "%02d:%02d" % (self.random.randint(0, 23), self.random.randint(0, 59))
        if self.random.random() < 0.8:
            text += ":%02d" % self.random.randint(0, 59)
            if self.random.random() < 0.6:
                text += "." + self.digits(9)
        return text

    def timestamp(self):
        return self.date() + self.choice("T ") + self.time()

    def timestamptz(self):
        return self.timestamp() + self.choice(ZONES)


# A file of cases each: type (and collation), method of Values, operators.
TYPES = {
    "bigint": ("bigint", "integer", ORDERED), "numeric": ("numeric", "numeric", ORDERED),
    "numeric_scale": ("numeric(10,2)", "scaled", ORDERED),
    "numeric_whole": ("numeric(9)", "scaled", ORDERED),
    "real": ("real", "real", ORDERED), "double": ("double precision", "double", ORDERED),
    "text": ("text", "words", EQUAL), "text_c": ("text C", "words", ORDERED),
    "varchar": ("varchar(4) C", "padded", ORDERED),
    "char": ("char(4) C", "padded", ORDERED), "like": ("text", "words", ["like"]),
    "uuid": ("uuid", "uuid", ORDERED), "date": ("date", "date", ORDERED),
    "time": ("time", "time", ORDERED), "time_precision": ("time(1)", "time", ORDERED),
    "timestamp": ("timestamp", "timestamp", ORDERED),
    "timestamp_precision": ("timestamp(2)", "timestamp", ORDERED),
    "timestamptz": ("timestamptz", "timestamptz", ORDERED),
    "timestamptz_precision": ("timestamptz(3)", "timestamptz", ORDERED),
}


def case_of(values, sql_type, kind, operators):
    make = getattr(values, kind)
    rows = [make() for _ in range(ROWS)] + [None]
    if operators == ["like"]:
        probes = [values.pattern() for _ in range(PROBES)]
    else:
        probes = values.random.sample(rows[:ROWS], PROBES // 2) + [
            make() for _ in range(PROBES // 2)]
    requests = [{"filters": [["a", operator, probe]], "ids": None}
                for operator in operators for probe in probes]
    if operators != ["like"]:
        requests += [{"filters": [["a", operator, values.random.sample(probes, 3)]],
                      "ids": None} for operator in ("in", "not in")]
    if "<" in operators:
        requests += [{"order_by": [["a", descending, nulls]], "ids": None}
                     for descending in (False, True) for nulls in ("first", "last")]
    sql_type, collated, _ = sql_type.partition(" C")
    column = {"type": sql_type, "collation": "C"} if collated else sql_type
    return {"about": "random values of %s" % sql_type,
            "tables": [{"name": "t", "columns": {"id": "integer", "a": column},
                        "rows": [{"id": number, "a": value}
                                 for number, value in enumerate(rows, 1)]}],
            "requests": requests}


def write_cases(folder, seed):
    os.makedirs(os.path.join(folder, "types"))
    os.makedirs(os.path.join(folder, "cases"))
    values = Values(seed)
    for name, described in TYPES.items():
        with open(os.path.join(folder, "types", name + ".json"), "w",
                  encoding="utf-8") as file:
            json.dump(case_of(values, *described), file)


def run(command, folder):
    """What a runner says of the cases; None where it is content."""
    done = subprocess.run(command, env=dict(os.environ, LAMBDA_FDW_CASES=folder),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding="utf-8", errors="replace", check=False)
    return None if done.returncode == 0 else done.stdout


def check_round(seed, runners):
    """(passed, failed) of a seed's cases."""
    folder = tempfile.mkdtemp(prefix="cases.%d." % seed)
    write_cases(folder, seed)
    said = {"PostgreSQL": run([sys.executable, os.path.join(HERE, "postgresql.py"),
                               "--write"], folder)}
    if said["PostgreSQL"] is None:
        said.update({name: run(command, folder) for name, command in runners.items()})
    wrong = {name: text for name, text in said.items() if text}
    for name, text in wrong.items():
        print(text)
        print("not ok - %s: the cases of seed %d, in %s" % (name, seed, folder))
    if not wrong:
        shutil.rmtree(folder)
    return len(said) - len(wrong), len(wrong)


def main():
    parser = argparse.ArgumentParser(description="Random cases for both kits")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    runners = {"Python": [sys.executable, os.path.join(HERE, "test_conformance.py")]}
    if shutil.which("node"):
        runners["Node.js"] = ["node", "--test", "--test-reporter=tap",
                              os.path.join(HERE, "conformance.test.mjs")]
    results = [check_round(seed, runners) for seed in
               range(arguments.seed, arguments.seed + arguments.rounds)]
    passed, failed = map(sum, zip(*results))
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
