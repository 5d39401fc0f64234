"""stages.py FILE: what a Containerfile does, a line of three fields each.

    FROM <tab> - <tab> IMAGE            a stage begins
    RUN  <tab> - <tab> COMMAND          a shell command as root
    COPY <tab> STAGE or - <tab> SOURCE TARGET
                                        folders, from that stage, counted from 1, or
                                        from the folder of the build

It knows what ours has, and refuses all else: that would be passed over untested.
"""

import re
import sys


def instructions(text):
    """Each instruction with its argument; lines that end in a backslash go on."""
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M)
    for line in re.sub(r"\\\n\s*", "", text).split("\n"):
        if line.strip():
            yield line.split(None, 1)


def main():
    names, default = {}, {}
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    for word, argument in instructions(text):
        if word == "ARG" and "=" in argument and not names:
            name, value = argument.split("=", 1)
            default[name] = value
        elif word == "FROM":
            match = re.fullmatch(r"(postgres:\S+)(?: AS (\w+))?", argument)
            if not match:
                sys.exit("error: FROM %s is not an image of PostgreSQL" % argument)
            image = re.sub(r"\$\{(\w+)\}", lambda name: default[name[1]], match[1])
            names[match[2] or ""] = len(names) + 1
            print("FROM", "-", image, sep="\t")
        elif word == "RUN" and names:
            print("RUN", "-", argument, sep="\t")
        elif word == "COPY" and names:
            match = re.fullmatch(r"(?:--from=(\w+) )?([\w./]+) ([\w./]+)", argument)
            if not match or match[1] and match[1] not in names:
                sys.exit("error: COPY %s is not understood" % argument)
            print("COPY", names.get(match[1], "-"), match[2] + " " + match[3], sep="\t")
        else:
            sys.exit("error: %s %s is not understood here" % (word, argument))


main()
