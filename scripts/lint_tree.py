"""How the rules of scripts/lint read the tree: files, C, what is where."""

import os
import re
import subprocess

# Data of others, and output that psql pads.
VERBATIM = re.compile(
    r"test/unit/aws-sigv4/|test/fuzz/corpus|expected/|.*\.out$|.*\.patch$")


def is_c(path):
    return path.endswith((".c", ".h"))


def is_code(path):
    return is_c(path) or path.endswith((".py", ".pl")) or (
        path.startswith(("scripts/", "bench/", ".ci/"))
        and "." not in os.path.basename(path))


def tree_of(root):
    """The text files of a checkout, or of an unpacked archive."""
    try:
        names = subprocess.run(
            ["git", "-C", root, "ls-files", "-coz", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, files in os.walk(root) for name in files
                 if "/.git" not in folder]
    tree = {}
    for name in sorted(set(names)):
        path = os.path.join(root, name)
        if not os.path.isfile(path) or os.path.islink(path):
            continue
        with open(path, "rb") as file:
            data = file.read()
        if b"\0" not in data:
            tree[name] = data.decode("utf-8", "replace")
    return tree


TOKENS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'
                    r"'(?:\\.|[^'\\\n])+'", re.S)
STRIPPED = {}


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def strip(text, keep_strings=False):
    """C without comments and without what strings hold; lines stay lines."""
    key = (text, keep_strings)
    if key not in STRIPPED:
        def replace(match):
            token = match.group()
            if token.startswith("/"):
                return blank(token)
            if keep_strings:
                return token
            return token[0] + blank(token[1:-1]) + token[-1]
        STRIPPED[key] = TOKENS.sub(replace, text)
    return STRIPPED[key]


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def matches(tree, pattern, wanted, reader=strip):
    for path, text in tree.items():
        if wanted(path):
            code = reader(text)
            for match in pattern.finditer(code):
                yield path, line_at(code, match.start()), match


def includes(text):
    code = strip(text, keep_strings=True)
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"])',
                             code, re.M):
        yield line_at(code, match.start()), match.group(1)


def arguments(code, start):
    """The arguments of a call whose parenthesis opens before start."""
    depth, begin, found = 1, start, []
    for at in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0 or (depth == 1 and code[at] == ","):
            found.append(code[begin:at].strip())
            begin = at + 1
        if depth == 0:
            break
    return found


def folder_of(path):
    """The folder of src that a file is in, "" for src itself, or None."""
    match = re.match(r"src/(?:(\w+)/)?\w+\.[ch]$", path)
    return match and (match.group(1) or "")
