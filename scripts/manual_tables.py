"""The tables of docs/options.md, from the option table of src/options."""

import re

from lint_tree import line_at, strip

SOURCE = "src/options/option_table.c"
PAGE = "docs/options.md"

# The table has its rows by the catalog that an option's object is in.
HEADINGS = (("ForeignServer", "Server"), ("UserMapping", "User mapping"),
            ("ForeignTable", "Foreign table"), ("Attribute", "Column"))

# Where the manual says more of an option, below its description.
SEE = {
    "cache_match": "[A promise](cache.md#a-promise)",
    "cache_ttl_ms": "[The result cache](cache.md)",
    "credentials_file": "[Credentials](credentials.md)",
    "cursor_path": "[Pages](contract.md#pages)",
    "deliver_at": "[At commit](writing.md#at-commit)",
    "max_in_flight": "[Limits](operations.md#limits)",
    "pushdown": "[From SQL to the payload](pushdown.md)",
    "response_mode": "[Streaming](contract.md#streaming)",
    "splits": "[Splits](contract.md#splits)",
    "updatable": "[Writing](writing.md)",
}

BEGIN = f"<!-- scripts/manual writes what follows from {SOURCE} -->"
END = "<!-- and ends here -->"

STRING = r'"(?:[^"\\]|\\.)*"'
ROW = re.compile(
    r'^[ \t]*\{"(?P<name>\w+)", (?P<catalog>\w+)RelationId, LFDW_KIND_\w+, '
    rf'[^,]+, [^,]+, (?P<default>{STRING}|NULL), (?P<flags>[\w |]+), '
    rf'\w+\([^)]*\),\s*(?P<description>(?:{STRING}\s*)+)\}}', re.M)
# Each row, also one that ROW does not know how to read.
ANY_ROW = re.compile(r'^[ \t]*\{"\w+", \w+RelationId,', re.M)


def options(source):
    """The rows of the option table, as (catalog, name, default, what it means,
    line); ValueError, of a line and what is wrong there, where ROW cannot read one."""
    code = strip(source, keep_strings=True)
    found = []
    for match in ROW.finditer(code):
        pieces = re.findall(STRING, match["description"])
        text = re.sub(r"\\(.)", r"\1", "".join(piece[1:-1] for piece in pieces))
        if "SUPERUSER" in match["flags"]:
            text += "; only a superuser may set it"
        if match["name"] in SEE:
            text += f"; see {SEE[match['name']]}"
        default = match["default"]
        found.append((match["catalog"], match["name"],
                      "" if default == "NULL" else f"`{default[1:-1]}`",
                      text, line_at(code, match.start())))
    for match in ANY_ROW.finditer(code):
        if line_at(code, match.start()) not in {row[-1] for row in found}:
            line = line_at(code, match.start())
            raise ValueError(line, f"{SOURCE}:{line}: a row that cannot be read")
    return found


def tables(source):
    """The tables in Markdown, between their marks."""
    lines = [BEGIN]
    for catalog, heading in HEADINGS:
        lines += ["", f"## {heading}", "", "| Option | Default | Meaning |", "|---|---|---|"]
        lines += [f"| `{name}` | {default}{' ' if default else ''}| {text} |"
                  for where, name, default, text, _ in options(source)
                  if where == catalog]
    return "\n".join(lines + ["", END])


def written(page, source):
    """The page with its tables written anew; ValueError where it has no marks."""
    begin, end = page.find(BEGIN), page.find(END)
    if not 0 <= begin < end:
        raise ValueError(1, f'{PAGE} lacks "{BEGIN}", or "{END}" after it')
    return page[:begin] + tables(source) + page[end + len(END):]
