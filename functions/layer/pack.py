#!/usr/bin/env python3
"""What build.sh does to files that are built: checks, names, packs them.

    pack.py glibc CEILING FILE...    fail if a binary needs a newer glibc
    pack.py needed FILE...           the libraries they need, glibc's left out
    pack.py dist_info FOLDER VERSION TAG
                                     psycopg2's metadata beside its package
    pack.py kits FUNCTIONS LAYER     the kits, where each language looks for them
    pack.py zip FOLDER ARCHIVE       the same bytes for the same files

The first two need objdump, of binutils, which gcc comes with.

IDENTIFICATION
  functions/layer/pack.py
"""

import base64
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

# Those that belong to glibc, or to the compiler's part of every runtime.
GLIBC = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|util))\.so\.\d+$")
# A version that is no number: relative relocations, which came with 2.36.
NAMED = {"ABI_DT_RELR": "2.36"}


def objdump(option, path):
    return subprocess.run(["objdump", option, path], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


def number(version):
    """A version as it compares; a private one is newer than any."""
    version = NAMED.get(version, version)
    if not re.fullmatch(r"[\d.]+", version):
        return (sys.maxsize,)
    return tuple(int(part) for part in version.split("."))


def glibc_versions(path):
    """The versions of glibc's symbols that a binary refers to."""
    references = objdump("-p", path).partition("Version References:")[2]
    return set(re.findall(r"^\s+0x\S+ 0x\S+ \d+ GLIBC_(\S+)", references, re.M))


def symbol_of(path, version):
    """A symbol that needs this version, for the message."""
    match = re.search(r"\*UND\*.*GLIBC_%s\)?\s+(\S+)" % re.escape(version),
                      objdump("-T", path))
    return " (%s)" % match[1] if match else ""


def check_glibc(ceiling, *paths):
    """Prints the newest version needed, or says what needs too new a one."""
    newest, bad = "0", []
    for path in paths:
        for version in glibc_versions(path):
            newest = max(newest, version, key=number)
            if number(version) > number(ceiling):
                bad.append("%s needs GLIBC_%s%s" % (
                    os.path.basename(path), version, symbol_of(path, version)))
    if bad:
        sys.exit("\n".join(sorted(bad)))
    print(newest)


def print_needed(*paths):
    names = set()
    for path in paths:
        names.update(re.findall(r"^\s+NEEDED\s+(\S+)", objdump("-p", path), re.M))
    for name in sorted(names):
        if not GLIBC.match(name):
            print(name)


METADATA = """Metadata-Version: 2.1
Name: psycopg2
Version: %s
Summary: psycopg2 - Python-PostgreSQL Database Adapter
Home-page: https://psycopg.org/
License: LGPL with exceptions
Requires-Python: ==%s.*
"""
WHEEL = """Wheel-Version: 1.0
Generator: lambda_fdw functions/layer
Root-Is-Purelib: false
Tag: %s
"""


def files_below(folder):
    """Relative paths, in the order in which they are packed."""
    return sorted(os.path.relpath(os.path.join(place, name), folder)
                  for place, _, names in os.walk(folder) for name in names)


def record_line(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read()
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "%s,sha256=%s,%d\n" % (name, digest.decode().rstrip("="), len(data))


def write_dist_info(folder, version, tag):
    """What pip and importlib.metadata read; RECORD last, of all the others."""
    info = "psycopg2-%s.dist-info" % version
    python = re.sub(r"cp(\d)(\d+)-.*", r"\1.\2", tag)
    os.makedirs(os.path.join(folder, info), exist_ok=True)

    def write(name, text):
        with open(os.path.join(folder, info, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    write("METADATA", METADATA % (version, python))
    write("WHEEL", WHEEL % tag)
    write("top_level.txt", "psycopg2\n")
    write("RECORD", "".join(record_line(folder, name)
                            for name in files_below(folder)) +
          info + "/RECORD,,\n")


def copy_files(source, names, target):
    """These files of a folder, by their paths in it, into another."""
    for name in names:
        path = os.path.join(target, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(os.path.join(source, name), path)


def published(folder):
    """The files of a package of npm, by its package.json, as npm packs them."""
    with open(os.path.join(folder, "package.json"), encoding="utf-8") as file:
        patterns = json.load(file)["files"]
    names = {"package.json"}
    for pattern in [*patterns, "README*", "LICENSE*"]:
        found = glob.glob(os.path.join(folder, pattern), recursive=True)
        if not found and pattern in patterns:
            sys.exit("%s/package.json: there is no %s" % (folder, pattern))
        for path in found:
            names.update(os.path.relpath(os.path.join(path, name), folder)
                         for name in files_below(path))
            if os.path.isfile(path):
                names.add(os.path.relpath(path, folder))
    return sorted(names)


def copy_kits(functions, layer):
    """Python looks in python, Node.js in nodejs/node_modules."""
    python = os.path.join(functions, "python", "lambda_fdw")
    copy_files(python, [name for name in files_below(python)
                        if name.endswith((".py", "py.typed"))],
               os.path.join(layer, "python", "lambda_fdw"))
    node = os.path.join(functions, "node")
    copy_files(node, published(node),
               os.path.join(layer, "nodejs", "node_modules", "lambda-fdw"))


def write_zip(folder, archive):
    """Sorted names, the earliest date that zip knows, modes by kind."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED,
                         compresslevel=9) as packed:
        for name in files_below(folder):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3      # Unix: the modes count
            mode = 0o755 if re.search(r"\.so(\.\d+)*$", name) else 0o644
            info.external_attr = (0o100000 | mode) << 16
            with open(os.path.join(folder, name), "rb") as file:
                packed.writestr(info, file.read(), compresslevel=9)


COMMANDS = {"glibc": check_glibc, "needed": print_needed,
            "dist_info": write_dist_info, "kits": copy_kits, "zip": write_zip}


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__.split("\n\n", 1)[1].rpartition("\n\nIDENT")[0])
    COMMANDS[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
