"""The rules of scripts/lint about a release: META.json, versions, the workflow.

What META.json may have is of the PGXN Meta Spec, version 1.0.0: https://pgxn.org/spec/.
"""

import json
import re

LICENSES = """agpl_3 apache_1_1 apache_2_0 artistic_1 artistic_2 bsd freebsd gfdl_1_2
    gfdl_1_3 gpl_1 gpl_2 gpl_3 lgpl_2_1 lgpl_3_0 mit mozilla_1_0 mozilla_1_1 openssl
    perl_5 postgresql qpl_1_0 ssleay sun zlib open_source restricted unrestricted
    unknown""".split()
# Semantic versions, and ranges of them as prerequisites have them; 0 is any.
VERSION = r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
RANGE = rf"(0|(==|!=|<=?|>=?)?\s*{VERSION})"


# A check takes a value, and the path that leads to it, and yields (path, what is wrong).

def text(pattern=r"(?s).+", what="a string that is not empty"):
    """Strings that a pattern matches wholly."""
    def check(value, path):
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield path, f"must be {what}"
    return check


def one_of(words):
    return text("|".join(words), "one of " + ", ".join(words))


def list_of(check):
    """A list of these, or one of them alone."""
    def check_list(value, path):
        if not isinstance(value, list):
            yield from check(value, path)
        elif not value:
            yield path, "must not be an empty list"
        else:
            for number, element in enumerate(value):
                yield from check(element, f"{path}[{number}]")
    return check_list


def map_of(keys, needed=(), other=None):
    """An object with these members.  Other keys begin with x_, or are what the pair
    "other" has a check for: one of the key, and one of the value."""
    def check(value, path):
        if not isinstance(value, dict):
            yield path, "must be an object"
            return
        for key in needed:
            if key not in value:
                yield path, f'has no "{key}"'
        for key, member in value.items():
            inside = f"{path}.{key}".lstrip(".")
            if key in keys:
                yield from keys[key](member, inside)
            elif other:
                yield from other[0](key, inside)
                yield from other[1](member, inside)
            elif not re.fullmatch(r"[xX]_[\w-]+", key):
                yield inside, "is no key that the specification has"
    return check


def license_of(value, path):
    """Known names, or an object of names and URLs."""
    check = (map_of({}, other=(text(), URL)) if isinstance(value, dict)
             else list_of(one_of(LICENSES)))
    yield from check(value, path)


TEXT = text()
TERM = text(r"[^\s\x00-\x1f\x7f/\\]{2,}",
            "two characters or more, without blanks, slashes and backslashes")
TAG = text(r"[^\x00-\x1f\x7f/\\]{1,256}", "up to 256 characters without slashes")
URL = text(r"[a-z][\w+.-]*://[^\s/?#]+[^\s]*", "a URL")
SEMVER = text(VERSION, "a semantic version, as 1.0.0")
RANGES = text(rf"{RANGE}(\s*,\s*{RANGE})*", "a semantic version, or a list of ranges")

META = map_of({
    "name": TERM,
    "version": SEMVER,
    "abstract": TEXT,
    "description": TEXT,
    "maintainer": list_of(TEXT),
    "license": license_of,
    "generated_by": TEXT,
    "release_status": one_of(("stable", "testing", "unstable")),
    "tags": list_of(TAG),
    "meta-spec": map_of({"version": text(r"1\.0\.0", "1.0.0"), "url": URL},
                        ("version",)),
    "provides": map_of({}, other=(TERM, map_of(
        {"file": TEXT, "version": SEMVER, "abstract": TEXT, "docfile": TEXT},
        ("file", "version")))),
    "prereqs": map_of({}, other=(
        one_of(("configure", "build", "test", "runtime", "develop")),
        map_of({}, other=(
            one_of(("requires", "recommends", "suggests", "conflicts")),
            map_of({}, other=(TERM, RANGES)))))),
    "no_index": map_of({"file": list_of(TEXT), "directory": list_of(TEXT)}),
    "resources": map_of({
        "homepage": URL,
        "license": list_of(URL),
        "bugtracker": map_of({"web": URL, "mailto": text(r"\S+@\S+", "an address")}),
        "repository": map_of({"web": URL, "url": URL,
                              "type": text(r"[^A-Z]+", "in lower case")}),
    }),
}, ("name", "version", "abstract", "maintainer", "license", "provides", "meta-spec"))


def read_meta(tree):
    """META.json as an object, or None."""
    try:
        return json.loads(tree["META.json"])
    except (KeyError, ValueError):
        return None


def rule_meta(tree):
    """META.json is as PGXN's specification has it, and names what there is."""
    page, meta = "META.json", read_meta(tree)
    if meta is None:
        yield page, 1, "missing, or no JSON"
        return
    wrong = list(META(meta, ""))
    for path, what in wrong:
        yield page, 1, f"{path or 'it'} {what}"
    if wrong:
        return
    controls = {re.sub(r".*/|\.control$", "", path): path
                for path in tree if path.endswith(".control")}
    for name in sorted(controls.keys() ^ meta["provides"].keys()):
        yield page, 1, f'"{name}" is in provides and no extension, or the reverse'
    for name in sorted(controls.keys() & meta["provides"].keys()):
        extension = meta["provides"][name]
        default = re.search(r"^default_version *= *'([^']*)'",
                            tree[controls[name]], re.M)
        if not default or extension["version"] != default[1] + ".0":
            yield page, 1, f"{name} has another version than {controls[name]}"
        for key in ("file", "docfile"):
            if extension.get(key, page) not in tree:
                yield page, 1, f"{name}: there is no {extension[key]}"


# Where the version of the release is, too; the first match counts.
VERSIONS = (("CHANGELOG.md", r"^## \[([^\]]+)\] - "),
            ("debian/changelog", r"\Alambda-fdw \((\S+)-[\w.~]+\) "),
            ("packaging/lambda_fdw.spec", r"^Version: *(\S+)$"),
            ("packaging/lambda_fdw.spec", r"^%changelog\n\*.* - (\S+)-\d+$"))
# And its date, where CHANGELOG.md has one.
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DATES = (("debian/changelog", r"^ -- .*>  \w+, (?P<day>\d+) (?P<month>\w+) (?P<year>\d+) "),
         ("packaging/lambda_fdw.spec",
          r"^%changelog\n\* \w+ (?P<month>\w+) (?P<day>\d+) (?P<year>\d+) "))


def rule_release(tree):
    """One version and one date of the release, in all files that tell them."""
    meta = read_meta(tree)
    version = meta and meta.get("version")
    for path, pattern in VERSIONS if meta else ():
        match = re.search(pattern, tree.get(path, ""), re.M)
        if not match or match[1] != version:
            yield path, 1, f"its version is not that of META.json, {version}"
    date = re.search(r"^## \[[^\]]+\] - (\d+)-(\d+)-(\d+)$",
                     tree.get("CHANGELOG.md", ""), re.M)
    for path, pattern in DATES if date else ():
        match = re.search(pattern, tree.get(path, ""), re.M)
        if not match or match["month"] not in MONTHS or date.groups() != (
                match["year"], f"{MONTHS.index(match['month']) + 1:02}",
                f"{int(match['day']):02}"):
            yield path, 1, "its date is not that of CHANGELOG.md"


def rule_control(tree):
    """debian/control is debian/control.in for one release of the server."""
    made, template = "debian/control", tree.get("debian/control.in", "")
    pattern = re.escape(template).replace("PGVERSION", r"(\d+)", 1).replace(
        "PGVERSION", r"\1")
    if not template or not re.fullmatch(pattern, tree.get(made, "")):
        yield made, 1, "is not what pg_buildext updatecontrol makes of control.in"
