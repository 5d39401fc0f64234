#!/usr/bin/env python3
"""Reads a list of mutations, finds their lines and puts them into a tree.

    mutate_list.py LIST TREE check                  every fault of the list
    mutate_list.py LIST TREE select [WORD...]       the records, in fields
    mutate_list.py LIST TREE apply NAME             edit the tree

A record is a paragraph: "name:", "was:" (what was wrong), "-" (the line as it
is), "+" (the line that brings the defect back; nothing deletes it), "red:"
(the test that must fail), and where needed "after:" (the line before it, if
the line itself is there more than once), "since:" (the first release of the
server that shows it) and "quick: yes" (run by scripts/test).  White space in
lines does not count.  A record names no file: its line is looked for in all
that is built.

IDENTIFICATION
  scripts/mutate_list.py
"""

import collections
import difflib
import glob
import os
import re
import sys

sys.dont_write_bytecode = True

BUILT = ("src/*.[ch]", "src/*/*.[ch]", "src/exports.txt", "lambda_fdw--*.sql",
         "functions/python/lambda_fdw/*.py", "functions/node/src/*.js",
         "compat/*")
FIELDS = {"name", "was", "after", "-", "+", "red", "since", "quick"}
NEEDED = ("name", "was", "-", "+", "red")
KINDS = ("sql", "tap", "unit", "oracle", "soak", "lint", "build")


class Fault(Exception):
    """What is wrong with a record, and what to do about it."""


class Mutation:
    """A record of the list."""

    def __init__(self, path, number):
        self.where = "%s:%d" % (path, number)
        self.fields = {}

    def __getattr__(self, name):
        return self.fields.get(name, "")

    @property
    def old(self):
        return self.fields["-"]

    @property
    def new(self):
        return self.fields["+"]

    def test(self):
        """The kind of test, its name, and what must be seen of it."""
        words = (self.red.split(None, 2) + ["", "", ""])[:3]
        if words[0] in ("lint", "build"):
            return words[0], "-", self.red.partition(" ")[2].strip()
        return tuple(words)


def read_list(path):
    """The records of a list, in its order."""
    mutations = []
    new = True
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.strip()
            if not line:
                new = True
            elif not line.startswith("#"):
                if new:
                    mutations.append(Mutation(path, number))
                    new = False
                name, value = ((line[0], line[1:]) if line[0] in "-+" else
                               line.partition(":")[::2])
                if name not in FIELDS or name in mutations[-1].fields:
                    raise Fault("%s:%d: unknown or repeated field: %s" %
                                (path, number, line))
                mutations[-1].fields[name] = value.strip()
    return mutations


def squeeze(line):
    """A line without what indentation and alignment do to it."""
    return " ".join(line.split())


class Tree:
    """The lines of all that is built, and where each of them is."""

    def __init__(self, root):
        self.root = root
        self.lines = {}
        self.places = collections.defaultdict(list)
        for pattern in BUILT:
            for path in sorted(glob.glob(os.path.join(root, pattern))):
                with open(path, encoding="utf-8") as file:
                    lines = file.read().split("\n")
                self.lines[os.path.relpath(path, root)] = lines
        for path, lines in self.lines.items():
            for index, line in enumerate(lines):
                self.places[squeeze(line)].append((path, index))

    def find(self, mutation):
        """The path and index of a mutation's line; a Fault if not just one."""
        places = self.places.get(squeeze(mutation.old), [])
        if not places:
            raise Fault("stale, no such line: %s%s" %
                        (mutation.old, self.likely(mutation.old)))
        after = squeeze(mutation.after)
        if after:
            at = places
            places = [(path, index) for path, index in at
                      if self.before(path, index) == after]
            if not places:
                raise Fault("stale, it does not come after: %s%s" % (
                    mutation.after, "".join(
                        "\n  %s:%d comes after: %s" % (
                            path, index + 1, self.before(path, index))
                        for path, index in at)))
        if len(places) > 1:
            raise Fault("ambiguous, an \"after:\" may tell these apart: %s%s" % (
                mutation.old, "".join(
                    "\n  %s:%d comes after: %s" % (
                        path, index + 1, self.before(path, index))
                    for path, index in places)))
        if squeeze(mutation.new) == squeeze(mutation.old):
            raise Fault("changes nothing: %s" % mutation.old)
        return places[0]

    def before(self, path, index):
        """The line before, blank ones aside."""
        lines = map(squeeze, reversed(self.lines[path][:index]))
        return next((line for line in lines if line), "")

    def likely(self, line):
        """The lines that a lost one may be now."""
        words = set(re.findall(r"\w+", line))
        near = sorted(
            (text for text in self.places if len(text) > 3),
            key=lambda text: -len(words & set(re.findall(r"\w+", text))))[:40]
        return "".join("\n  may be: %s:%d: %s" % (path, index + 1, text)
                       for text in difflib.get_close_matches(
                           squeeze(line), near, 3, 0.5)
                       for path, index in self.places[text][:2])

    def apply(self, mutation):
        """Edits the tree; returns the path of the file."""
        path, index = self.find(mutation)
        lines = self.lines[path]
        line = lines[index]
        indent = line[:len(line) - len(line.lstrip())]
        lines[index] = indent + mutation.new if mutation.new else ""
        with open(os.path.join(self.root, path), "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        return path


def find_test(root, mutation):
    """The file of the test that must be red; a Fault if there is none."""
    kind, name, _ = mutation.test()
    if kind not in KINDS:
        raise Fault("red: has none of the kinds %s: %s" %
                    (", ".join(KINDS), mutation.red))
    pattern = {"sql": "test/sql/%s.sql", "unit": "test/unit/test_%s.c",
               "tap": "test/tap/[0-9]*_%s.pl"}.get(kind)
    if pattern is None:
        return "-"
    found = sorted(path for path in glob.glob(os.path.join(root, pattern % name))
                   if re.fullmatch(r"(\d+_|test_)?%s\.\w+" % re.escape(name),
                                   os.path.basename(path)))
    if len(found) != 1:
        known = [re.sub(r"^(\d+_|test_)|\.\w+$", "", os.path.basename(path))
                 for path in glob.glob(os.path.join(root, pattern % "*"))]
        near = difflib.get_close_matches(name, known, 2)
        raise Fault("red: %d tests are %s%s" % (
            len(found), pattern % name,
            ", may be: " + ", ".join(near) if near else ""))
    return os.path.relpath(found[0], root)


def faults(mutations, tree):
    """What is wrong with the list, record by record."""
    names = collections.Counter(mutation.name for mutation in mutations)
    for mutation in mutations:
        try:
            for name in NEEDED:
                if name not in mutation.fields:
                    raise Fault('has no "%s"' % name)
            if names[mutation.name] > 1:
                raise Fault("this name is there %d times" % names[mutation.name])
            re.compile(mutation.test()[2])
            find_test(tree.root, mutation)
            tree.find(mutation)
        except (Fault, re.error) as fault:
            yield "%s: %s: %s" % (mutation.where, mutation.name, fault)


def select(mutations, words):
    """Those that words name: names, "quick", or kinds of tests; all by none."""
    for word in words:
        if word not in KINDS and word != "quick" and not any(
                mutation.name == word for mutation in mutations):
            raise Fault("there is no mutation \"%s\"" % word)
    return [mutation for mutation in mutations
            if not words or mutation.name in words or
            mutation.test()[0] in words or
            ("quick" in words and mutation.quick == "yes")]


def main():
    path, root, action, *words = sys.argv[1:]
    mutations = read_list(path)
    if action == "select":
        for mutation in select(mutations, words):
            kind, name, shown = mutation.test()
            try:
                file = find_test(root, mutation)
            except Fault:
                file = "-"
            print("\t".join((mutation.name, kind, name, file,
                             mutation.since or "0", shown or "-", mutation.was)))
        return 0
    tree = Tree(root)
    if action == "apply":
        print(tree.apply(select(mutations, words)[0]))
        return 0
    found = list(faults(mutations, tree))
    print("\n".join(found + ["%d mutations, %d of them need repair" %
                             (len(mutations), len(found))]))
    return 1 if found else 0


try:
    sys.exit(main())
except Fault as fault:
    sys.exit(str(fault))
