"""The rules of scripts/lint about documents, and what they say of the tree."""

import os
import re
from itertools import zip_longest

import manual_tables
from lint_tree import VERBATIM, folder_of, line_at, matches, strip

# Lines of Markdown that are no prose, and those that begin an item of a list.
NO_PROSE = re.compile(r"\s*($|#|\||<|>|\[[^\]]+\]:\s|-{3,}\s*$|={3,}\s*$)")
LIST_ITEM = re.compile(r"\s*([*+-]|\d+[.)])\s")
FENCE = re.compile(r"\s*(```|~~~)")


def rule_prose(tree):
    """A paragraph of Markdown is one line, and so is an item of a list."""
    for path, text in tree.items():
        if not path.endswith(".md") or VERBATIM.match(path):
            continue
        before, indent, fenced = "", 0, False
        for number, line in enumerate(text.split("\n"), 1):
            kind = "prose"
            if fenced or FENCE.match(line):
                fenced ^= bool(FENCE.match(line))
                kind = ""
            elif NO_PROSE.match(line):
                kind = ""
            elif LIST_ITEM.match(line):
                kind = "item"
            elif re.match(r" {4}|\t", line) and not before:
                kind = ""               # code, by its indentation
            own = len(line) - len(line.lstrip())
            if kind == "prose" and before:
                yield path, number, "a paragraph over several lines"
            elif kind == "item" and before == "prose" and own >= indent:
                yield path, number, "a list with no blank line before it"
            before, indent = kind, own


# What documents call ours: functions and types, and files in backquotes.
OUR_NAME = re.compile(r"\b(lfdw_\w+|Lfdw[A-Z]\w*|lambda[A-Z]\w+)\b")
OUR_FILE = re.compile(r"`(?:[\w/]+/)?(\w+\.(?:c|h|py))`")


def rule_names(tree):
    """Functions, types and files that two documents name are there."""
    names = set()
    files = {os.path.basename(path) for path in tree}
    for path, text in tree.items():
        if path.startswith("src/"):
            names.update(OUR_NAME.findall(text))
    for page in ("docs/internals.md", "CONTRIBUTING.md"):
        for number, line in enumerate(tree.get(page, "").split("\n"), 1):
            for name in set(OUR_NAME.findall(line)) - names:
                yield page, number, f"there is no {name}"
            for name in set(OUR_FILE.findall(line)) - files:
                yield page, number, f"there is no file {name}"


# A test in Perl, by its file's name; one that a script writes has a path.
TAP_NAME = re.compile(r"(?<![\w/.$-])(?:test/tap/)?(\d{3}_[a-z]\w*)")


def rule_tap_numbers(tree):
    """Each file of test/tap has a number of its own, and is named as it is."""
    numbers, names = {}, set()
    for path in sorted(tree):
        if re.match(r"test/tap/[^/]+\.pl$", path):
            name = os.path.basename(path)[:-len(".pl")]
            names.add(name)
            if not re.fullmatch(r"\d{3}_[a-z]\w*", name):
                yield path, 1, "not named by a number of three digits"
            elif name[:3] in numbers:
                yield path, 1, f"{numbers[name[:3]]} has that number too"
            numbers.setdefault(name[:3], path)
    def wanted(path):
        return (path != "scripts/lint_samples.py"
                and not VERBATIM.match(path))
    for path, line, match in matches(tree, TAP_NAME, wanted,
                                     lambda text: text):
        if match.group(1) not in names:
            yield path, line, f"there is no test/tap/{match.group(1)}.pl"


# What may hold a line of the threat model: a file of tests, by its name.
TEST_FOLDERS = ((r"\d{3}_[a-z]\w*", "test/tap/{}.pl"),
                (r"[a-z]\w*\.sql", "test/sql/{}"),
                (r"test_\w+\.c", "test/unit/{}"),
                (r"fuzz_\w+\.c", "test/fuzz/{}"))


def test_path(name):
    """Where a test of this name is; the name itself where it is none."""
    for pattern, place in TEST_FOLDERS:
        if re.fullmatch(pattern, name):
            return place.format(name)
    return name


def rule_threats(tree):
    """Each line of SECURITY.md's tables names the tests that hold it."""
    page, inside = "SECURITY.md", False
    if page not in tree:
        yield page, 1, "missing: there is no threat model"
    for number, line in enumerate(tree.get(page, "").split("\n"), 1):
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not cells:
            inside = False
        elif cells[-1] == "held by":
            inside = True
        elif inside and not re.fullmatch(r"-+", cells[-1]):
            names = re.findall(r"`([^`]+)`", cells[-1])
            if not names:
                yield page, number, "no test holds this line"
            for name in names:
                # rule_tap_numbers looks for those of test/tap
                if test_path(name) not in tree and not TAP_NAME.match(name):
                    yield page, number, f"there is no test {name}"


def documented_options(text):
    """The names in the tables whose first column is headed "option", and where."""
    names, inside = {}, False
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\|\s*options?\s*\|", line, re.I):
            inside = True
        elif not line.startswith("|"):
            inside = False
        match = re.match(r"\|\s*`(\w+)`\s*\|", line)
        if inside and match:
            names.setdefault(match.group(1), number)
    return names


def rule_documented_options(tree):
    """docs/options.md has the options of the option table, all and no others, as
    scripts/manual writes them."""
    source, page = manual_tables.SOURCE, manual_tables.PAGE
    for path in (source, page):
        if path not in tree:
            yield path, 1, "missing: the options cannot be compared"
            return
    try:
        rows = {name: line for _, name, _, _, line
                in manual_tables.options(tree[source])}
    except ValueError as error:
        yield source, error.args[0], "a row that scripts/manual cannot read"
        return
    names = documented_options(tree[page])
    for name in sorted(rows.keys() - names.keys()):
        yield source, rows[name], f'option "{name}" is not in {page}: run scripts/manual'
    for name in sorted(names.keys() - rows.keys()):
        yield page, names[name], f'option "{name}" is not in {source}: run scripts/manual'
    if rows.keys() == names.keys():
        yield from check_written(page, tree[page], tree[source])


def check_written(page, text, source):
    """The page says what scripts/manual would write."""
    try:
        written = manual_tables.written(text, source)
    except ValueError:
        yield page, 1, "without the marks between which scripts/manual writes"
        return
    for number, (is_there, wanted) in enumerate(zip_longest(
            text.split("\n"), written.split("\n")), 1):
        if is_there != wanted:
            yield page, number, f"{manual_tables.SOURCE} says another thing: run scripts/manual"
            return


# A row of docs/errors.md, and what src calls the same; the names of the latter are
# conditions' of PL/pgSQL in capitals.  Those that are no errors are only compared with.
ERROR_ROW = re.compile(r"\| `([0-9A-Z]{5})` \| (\w+) \|")
ERROR_CODE = re.compile(r"\bERRCODE_(?!(?:TO_CATEGORY|WARNING|NO_DATA|"
                        r"SUCCESSFUL_COMPLETION)\b)([A-Z]\w*)")


def rule_documented_errors(tree):
    """docs/errors.md has the SQLSTATEs that src raises, all and no others."""
    page, raised, told = "docs/errors.md", {}, {}
    for path, line, match in matches(tree, ERROR_CODE,
                                     lambda path: path.startswith("src/")):
        raised.setdefault(match.group(1).lower(), (path, line))
    for number, line in enumerate(tree.get(page, "").split("\n"), 1):
        match = ERROR_ROW.match(line)
        if match and match.group(2) in told:
            yield page, number, f"{match.group(2)} is there twice"
        elif match:
            told[match.group(2)] = number
    for name in sorted(raised.keys() - told.keys()):
        yield *raised[name], f"{name} is not in {page}"
    for name in sorted(told.keys() - raised.keys()):
        yield page, told[name], f"nothing in src raises {name}"


# What a reader runs, and the table of test/manual.md that says which test does.
RUN_BLOCK = re.compile(r"^ *```(sql|sh|bash|console)\b", re.M)
TESTED_PAGE = re.compile(r"\| `[^`]+\.md` \| `[^`]+`(?:, `[^`]+`)* \|")


def rule_tested_pages(tree):
    """Each page with blocks of SQL or for the shell has tests that run it, which
    name it; test/manual.md says which."""
    page, told = "test/manual.md", {}
    for number, line in enumerate(tree.get(page, "").split("\n"), 1):
        if TESTED_PAGE.match(line):
            path, *tests = re.findall(r"`([^`]+)`", line)
            told[path] = number
            if path not in tree or not RUN_BLOCK.search(tree[path]):
                yield page, number, f"there is no {path} with blocks that are run"
            for test in tests:
                where = f"test/tap/{test}.pl" if TAP_NAME.match(test) else test
                # rule_tap_numbers looks for those of test/tap
                text = tree.get(where, path if TAP_NAME.match(test) else "")
                if os.path.basename(path) not in text:
                    yield page, number, f"{test} does not name {os.path.basename(path)}"
    for path, text in tree.items():
        match = RUN_BLOCK.search(text)
        if (path.endswith(".md") and not path.startswith("test/")
                and match and path not in told):
            yield path, line_at(text, match.start()), f"no test runs this, by {page}"


def map_of(text):
    """The folders of the map, in order, and where it names each module."""
    folders, named = [], {}
    for number, line in enumerate(text.split("\n"), 1):
        folder = re.match(r"\| \*\*`src/(?:(\w+)/)?`\*\* \|", line)
        module = re.match(r"\| `(\w+)` \|", line)
        if folder:
            folders.append(folder.group(1) or "")
        elif module and folders:
            named[folders[-1], module.group(1)] = number
        elif folders and not line.startswith("|"):
            break
    return folders, named


def check_map(tree, order):
    """docs/internals.md names every module of src below its folder, and the
    folders in this order."""
    page = "docs/internals.md"
    modules = {(folder_of(path),
                os.path.basename(path)[:-2].removesuffix("_internal")): path
               for path in tree if folder_of(path) in ("", *order)}
    folders, named = map_of(tree.get(page, ""))
    if not named:
        yield page, 1, "no map of the sources found"
        return
    if folders != [name for name in ("", *order) if name in folders]:
        yield page, 1, "the map's folders are not in the order of scripts/lint"
    for module in sorted(modules.keys() - named.keys()):
        yield modules[module], 1, f"not in the map of {page}"
    for module in sorted(named.keys() - modules.keys()):
        yield page, named[module], f'there is no module "{"/".join(module)}"'
