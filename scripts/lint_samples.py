"""What scripts/lint --self-test feeds its rules: a clean tree, and a planted
violation for each thing a rule looks for."""

import manual_tables


def c_file(path, body):
    name = path.rsplit("/", 1)[-1]
    return (f"/*{'-' * 73}\n *\n * {name}\n *\t\tA sample.\n *\n"
            f" * IDENTIFICATION\n *\t  {path}\n *\n *{'-' * 73}\n */\n{body}")


CLEAN = {
    "src/http/http.h": c_file("src/http/http.h", """\
#include "postgres.h"

#include "base/buffer.h"

extern int	lfdw_http_count(const char *text);
"""),
    "src/http/http.c": c_file("src/http/http.c", """\
#include "postgres.h"

#include <curl/curl.h>

#include "http/http.h"

/* Counts; getenv("X") and sprintf() in a comment are no calls. */
int
lfdw_http_count(const char *text)
{
	char	   *copy = malloc(10);

	free(copy);
	object->free(copy);
	ereport(ERROR,
			(errmsg("strcpy() of \\"%s\\" is /* no */ call", text)));
	elog(ERROR, "cannot happen: %d", 1);
	appendStringInfo(&buf, NAME " %d", 1);
	return snprintf(copy, 10, "%d", 1);
}
"""),
    "src/options/option.c": c_file(
        "src/options/option.c",
        "int odd = ERRCODE_FDW_ODD;\nint none = ERRCODE_WARNING;\n"),
    "src/options/option_table.c": c_file("src/options/option_table.c", """\
const LfdwOption lfdw_option_table[] = {
	{"region", ForeignServerRelationId, LFDW_KIND_REGION, 0, 0, NULL, 0, FIELD(a.b), "where \\"x\\""},
	{"path", AttributeRelationId, LFDW_KIND_POINTER, 1, INT_MAX, "5", A | B, FIELD(c),
		"what "
		"is where"},
};
"""),
    "src/options/option_internal.h": c_file(
        "src/options/option_internal.h",
        '#include "catalog/pg_foreign_table.h"\n'),
    "src/options/foreign_object.c": c_file("src/options/foreign_object.c", """\
static bool
read_table(Oid relid)
{
	return GetForeignTable(relid) != NULL;
}
"""),
    "src/base/sigv4.c": c_file("src/base/sigv4.c",
                               "#include <openssl/evp.h>\n"),
    "src/base/control_doc.c": c_file("src/base/control_doc.c",
                                     "#include <json-c/json.h>\n"),
    "src/base/gzip.c": c_file("src/base/gzip.c", "#include <zlib.h>\n"),
    "src/pg/compat.h": c_file(
        "src/pg/compat.h", "#if PG_VERSION_NUM >= 170000\n#endif\n"),
    "src/response/row_internal.h": c_file("src/response/row_internal.h", ""),
    "src/response/row.c": c_file("src/response/row.c",
                                 '#include "response/row_internal.h"\n'
                                 '#include "base/buffer.h"\n'),
}
# Those in which nothing but their place matters.
for place in """src/jit.c src/lambda_fdw.c src/batch/batch.h src/join/join.h
        src/scan/scan.h src/ml/bedrock.h src/s3/object.h
        src/scan/rel_info.c src/modify/modify.h src/sql/sql.h src/pushdown/term.h
        src/lambda/invoke.h src/credentials/credentials.h src/aws/ambient.c
        src/http/multi_handle.c src/http/easy_handle.c src/http/wait.c
        src/http/http_wait.c src/http/callback.c src/http/socket_set.c
        src/base/event_stream.c
        src/http/pool.h src/options/operator.c
        src/value/value.h src/shared/segment.c src/pg/owner.c src/base/buffer.c
        src/base/buffer.h""".split():
    CLEAN[place] = c_file(place, "")

MAP = {folder: set() for folder in """src src/batch src/join src/scan src/sql src/modify
    src/pushdown src/response src/options src/ml src/lambda src/s3
    src/credentials src/aws
    src/http src/value src/shared src/pg src/base""".split()}
for place in CLEAN:
    folder, name = place.rsplit("/", 1)
    MAP[folder].add(name[:-2].removesuffix("_internal"))
CLEAN.update({
    "README.md": "# A sample\n",
    "docs/options.md": "# Options\n\n%s\n\n| error | code |\n|---|---|\n| `oops` | |\n"
                 % manual_tables.tables(CLEAN["src/options/option_table.c"]),
    "docs/internals.md": "| file | what it does |\n|---|---|\n" + "".join(
        f"| **`{folder}/`** | |\n"
        + "".join(f"| `{name}` | |\n" for name in sorted(names))
        for folder, names in MAP.items()),
    "META.json": """{"name": "sample", "version": "1.0.0", "abstract": "A sample.",
        "maintainer": "nobody", "license": "postgresql", "release_status": "stable",
        "meta-spec": {"version": "1.0.0"}, "tags": ["a", "b c"], "x_own": [],
        "prereqs": {"runtime": {"requires": {"PostgreSQL": ">= 15.0.0, < 20.0.0"}}},
        "provides": {"sample": {"file": "README.md", "version": "1.0.0"}}}
""",
    "sample.control": "default_version = '1.0'\n",
    "CHANGELOG.md": "# Changelog\n\n## [1.0.0] - 2026-11-07\n",
    "debian/changelog": "lambda-fdw (1.0.0-1) unstable; urgency=medium\n\n"
                        "  * First.\n\n"
                        " -- N <n@example.org>  Sat, 07 Nov 2026 12:00:00 +0000\n",
    "debian/control.in": "Source: a\n\nPackage: p-PGVERSION-a\n",
    "debian/control": "Source: a\n\nPackage: p-18-a\n",
    "packaging/lambda_fdw.spec": "Version:   1.0.0\n%changelog\n"
                                 "* Sat Nov 07 2026 nobody - 1.0.0-1\n",
    "test/manual.md": "| page | run by |\n|---|---|\n"
                      "| `docs/prose.md` | `001_cancel`, `002_transfer` |\n",
    "docs/errors.md": "| state | name |\n|---|---|\n| `HV024` | fdw_odd |\n",
    "SECURITY.md": "| what | held by |\n|---|---|\n"
                   "| a | `001_cancel`, `test_a.c` |\n\n| what |\n|---|\n| b |\n",
    "test/unit/test_a.c": c_file("test/unit/test_a.c", ""),
    "docs/prose.md": "# Prose\nOne line.\n\n    code of\n    two lines\n\n"
                     "1. An item:\n   - one below,\n\n   its paragraph.\n"
                     "2. Another.\n\n```sh\nmake\nmake\n```\nText.\n",
    "expected/a.out": " a | b \n",
    "scripts/run": "mktemp -d lfdw.XXXXXX\n",
    "test/tap/001_cancel.pl": "# By hand: prove test/tap/001_cancel.pl; runs docs/prose.md\n",
    "test/tap/002_transfer.pl": "# As 001_cancel, of /tmp/test/tap/003_no.pl; prose.md\n",
})

PLANTS = []


def plant(rule, path):
    """Registers a function that plants a violation of a rule in a file."""
    def register(change):
        PLANTS.append((rule, change, path))
        return change
    return register


def append(rule, path, text, name):
    """Plants text at the end of a file of the clean sample."""
    def change(tree):
        tree[path] = tree[path] + text
    change.__doc__ = name
    PLANTS.append((rule, change, path))


@plant("layers", "src/odd/mystery.c")
def mystery(tree):
    """a file in no folder of ours"""
    tree["src/odd/mystery.c"] = c_file("src/odd/mystery.c", "")


append("layers", "src/http/http.c", '#include "sql/sql.h"\n', "upwards")
append("layers", "src/base/buffer.h", '#include "pg/compat.h"\n',
       "base on the server")
append("layers", "src/modify/modify.h", '#include "scan/scan.h"\n', "sideways")
append("layers", "src/scan/scan.h", '#include "response/row_internal.h"\n',
       "another folder's internals")


@plant("layers", "src/join/join.h")
def handler_included(tree):
    """what stands on top, from below"""
    tree["src/lambda_fdw.h"] = c_file("src/lambda_fdw.h", "")
    tree["src/join/join.h"] += '#include "lambda_fdw.h"\n'


@plant("tables", "scripts/lint")
def no_file(tree):
    """a file of the tables that is not there"""
    del tree["src/aws/ambient.c"]
    tree["src/aws/ambient.h"] = c_file("src/aws/ambient.h", "")


@plant("tables", "scripts/lint")
def no_folder(tree):
    """a folder of the list that is not there"""
    del tree["src/sql/sql.h"]
    tree["docs/internals.md"] = tree["docs/internals.md"].replace(
        "| **`src/sql/`** | |\n| `sql` | |\n", "")


@plant("base_names", "src/sql/join.h")
def same_name(tree):
    """a base name twice"""
    tree["src/sql/join.h"] = c_file("src/sql/join.h", "")
    tree["docs/internals.md"] = tree["docs/internals.md"].replace(
        "| `sql` |", "| `join` | |\n| `sql` |")


append("libraries", "src/options/option.c", "#include <curl/curl.h>\n", "curl")
append("libraries", "src/http/http.c", "#include <openssl/ssl.h>\n", "OpenSSL")
append("libraries", "src/http/http.c", "#include <json-c/json.h>\n", "json-c")
append("libraries", "src/http/http.c", "#include <zlib.h>\n", "zlib")
append("libraries", "src/http/http.c", '#include "catalog/pg_user_mapping.h"\n',
       "a foreign catalog")
append("seen", "src/lambda/invoke.h", '#include "http/pool.h"\n',
       "the connection pool")
append("seen", "src/response/row.c", '#include "lambda/invoke.h"\n',
       "an invocation where only its body may be known")


@plant("seen", "src/scan/scan.h")
def seen_through(tree):
    """the connection pool through a header of a folder that may see it"""
    tree["src/aws/client.h"] = c_file("src/aws/client.h",
                                      '#include "http/pool.h"\n')
    tree["docs/internals.md"] = tree["docs/internals.md"].replace(
        "| **`src/aws/`** | |\n", "| **`src/aws/`** | |\n| `client` | |\n")
    tree["src/scan/scan.h"] += '#include "aws/client.h"\n'


@plant("circles", "src/http/http.c")
def includes_in_a_circle(tree):
    """modules that include each other, one by its private header"""
    tree["src/http/http_internal.h"] = c_file("src/http/http_internal.h",
                                              '#include "http/pool.h"\n')
    tree["docs/internals.md"] += "| `src/http/` | `http_internal` | |\n"
    tree["src/http/pool.h"] += '#include "http/http.h"\n'


@plant("circles", "src/http/http.c")
def calls_in_a_circle(tree):
    """modules that call each other without an include"""
    tree["src/http/wait.c"] += "/* Waits. */\nint\nlfdw_wait(void)\n{\n\treturn lfdw_http_count(0);\n}\n"
    tree["src/http/http.c"] += "int a = lfdw_wait();\n"


append("catalog_reads", "src/http/http.c", "void *a = GetUserMapping(1, 2);\n",
       "a user mapping read")
append("catalog_reads", "src/http/http.c",
       "void *a = SearchSysCache1(FOREIGNSERVEROID, b);\n", "a cache lookup")


append("operators", "src/pushdown/term.h", "int a = op == LFDW_OP_LIKE;\n",
       "an operator named")
append("operators", "src/pushdown/term.h", "int a = term->op->number != 3;\n",
       "its number compared")
append("operators", "src/pushdown/term.h", 'int a = strcmp(op->name, "in");\n',
       "its name compared")


@plant("function_length", "src/options/option.c")
def long_function(tree):
    """61 lines"""
    tree["src/options/option.c"] += ("\nstatic void\nlong_one(void)\n{\n"
                             + "\tcall();\n" * 61 + "}\n")


append("file_length", "src/options/option.c", "\n" * 600, "601 lines and more")
append("file_length", "scripts/run", "\n" * 700, "of a script, 701")

for call in ("ereport", "time", "random", "pg_tolower"):
    append("base_calls", "src/base/buffer.c",
           f"int\t\ta = {call}(b);\n", f"{call} in base")

for call in ("curl_easy_perform", "sprintf", "vsprintf", "strcpy", "strcat",
             "gets", "strncpy", "strtok", "system", "popen", "WaitEventSetWait",
             "WaitLatch", "WaitLatchOrSocket", "pg_usleep", "usleep", "sleep",
             "poll", "select",
             "fork", "exit", "_exit", "abort", "getenv", "secure_getenv",
             "malloc", "calloc", "realloc", "free", "strdup"):
    append("banned_calls", "src/options/option.c", f"int a = {call}(b);\n", call)

append("called_from", "src/options/option.c",
       "void *a = lfdw_term_classify(b);\n", "a second place that classifies")

append("elog", "src/http/http.c", 'int a = elog(WARNING, "b");\n', "a warning")
append("formats", "src/http/http.c", "int a = errmsg(text);\n", "a variable")
append("formats", "src/http/http.c", 'int a = errdetail(b ? "c" : "d");\n',
       "a choice")
append("formats", "src/http/http.c", "int a = appendStringInfo(&b, text);\n",
       "a second argument")
append("formats", "src/http/http.c", "int a = elog(ERROR, text);\n", "elog's")

for marker in ("TO" "DO", "FIX" "ME", "X" "XX"):
    append("markers", "README.md", f"\n{marker}: later\n", marker)

append("white_space", "README.md", "\ntext \n", "a blank at the end of a line")
append("white_space", "README.md", "\ntext", "no newline at the end")
append("white_space", "src/options/option.c", "    int a;\n", "C indented by spaces")
append("white_space", "src/options/option.c", "\t \tint a;\n", "a space before a tab")
append("versions", "src/http/http.c", "#if PG_VERSION_NUM > 1\n#endif\n",
       "outside compat.h")
append("public_functions", "src/http/http.h", "extern int lfdw_http_gone(void);\n",
       "declared and not defined")


@plant("public_functions", "src/http/http.c")
def no_comment(tree):
    """no comment before the definition"""
    tree["src/http/http.c"] = tree["src/http/http.c"].replace(
        '/* Counts; getenv("X") and sprintf() in a comment are no calls. */\n',
        "")


@plant("public_functions", "src/http/http.h")
def wrong_name(tree):
    """a name that is not ours"""
    for path in ("src/http/http.h", "src/http/http.c"):
        tree[path] = tree[path].replace("lfdw_http_count", "count_http")


@plant("file_header", "src/options/option.c")
def wrong_header(tree):
    """a header that names another file"""
    tree["src/options/option.c"] = tree["src/options/option.c"].replace(
        "\t  src/options/option.c", "\t  src/other.c")


append("superusers", "expected/a.out", "user mapping for postgres\n",
       "Debian's superuser")
append("machines", "README.md", "\nsee /home/me/file\n", "a home directory")
append("machines", "README.md", "\nfrom https://pypi.org/x\n", "a registry")
append("prose", "docs/prose.md", "Broken.\n", "a paragraph over two lines")
append("prose", "docs/prose.md", "\n* An item\n  over two lines.\n",
       "an item over two lines")
append("prose", "docs/prose.md", "* An item.\n", "a list without a blank line")


append("names", "docs/internals.md", "\n`lfdw_http_count` is not lfdw_http_gone.\n",
       "a function that is not there")
append("names", "docs/internals.md", "\n`src/http/http.c` is not `gone.c`.\n",
       "a file that is not there")


@plant("tap_numbers", "test/tap/002_waits.pl")
def same_number(tree):
    """a number twice"""
    tree["test/tap/002_waits.pl"] = ""


@plant("tap_numbers", "test/tap/waits.pl")
def no_number(tree):
    """a test in Perl without a number"""
    tree["test/tap/waits.pl"] = ""


append("tap_numbers", "README.md", "\nSee 003_gone.\n",
       "a test that is not there")


@plant("threats", "SECURITY.md")
def no_threats(tree):
    """no threat model"""
    del tree["SECURITY.md"]


@plant("threats", "SECURITY.md")
def held_by_nothing(tree):
    """a threat that no test holds"""
    tree["SECURITY.md"] = tree["SECURITY.md"].replace(
        "`001_cancel`, `test_a.c`", "faith")


@plant("threats", "SECURITY.md")
def held_by_gone(tree):
    """a threat that a test holds which is not there"""
    tree["SECURITY.md"] = tree["SECURITY.md"].replace("test_a", "test_gone")


@plant("map", "src/http/http.c")
def unnamed_module(tree):
    """a module that the map lacks"""
    tree["docs/internals.md"] = tree["docs/internals.md"].replace(
        "| `http` | |\n", "")


append("map", "docs/internals.md", "| `gone` | |\n",
       "a module that is only in the map")


@plant("map", "docs/internals.md")
def wrong_order(tree):
    """folders that are not from top to bottom"""
    above, base = tree["docs/internals.md"].split("| **`src/base/`**")
    tree["docs/internals.md"] = above.replace(
        "|---|---|\n", "|---|---|\n| **`src/base/`**" + base)


@plant("map", "docs/internals.md")
def no_map(tree):
    """no map"""
    del tree["docs/internals.md"]


@plant("documented_options", "src/options/option_table.c")
def undocumented(tree):
    """an option not in the page"""
    tree["docs/options.md"] = tree["docs/options.md"].replace(
        "| `path` | `5` | what is where |\n", "")


@plant("documented_options", "docs/options.md")
def invented(tree):
    """an option only in the page"""
    tree["docs/options.md"] = tree["docs/options.md"].replace(
        "| `path` |", "| `speed` | | fast |\n| `path` |")


@plant("documented_options", "docs/options.md")
def other_default(tree):
    """a default that is another in the page"""
    tree["docs/options.md"] = tree["docs/options.md"].replace("`5`", "`6`")


@plant("documented_options", "docs/options.md")
def other_meaning(tree):
    """an option that the source describes in other words"""
    tree["src/options/option_table.c"] = tree["src/options/option_table.c"].replace(
        '"is where"', '"was where"')


@plant("documented_options", "src/options/option_table.c")
def unreadable(tree):
    """a row without its description"""
    tree["src/options/option_table.c"] = tree["src/options/option_table.c"].replace(
        ', "where \\"x\\""}', "}")


@plant("documented_options", "docs/options.md")
def no_marks(tree):
    """a page without its marks"""
    tree["docs/options.md"] = tree["docs/options.md"].replace("<!--", "<!-- now")


@plant("documented_options", "docs/options.md")
def no_page(tree):
    """no page"""
    del tree["docs/options.md"]


def replace(rule, path, old, new, name, where=None):
    """Plants a change of a file of the clean sample."""
    def change(tree):
        tree[path] = tree[path].replace(old, new)
    change.__doc__ = name
    PLANTS.append((rule, change, where or path))


for old, new, name in (
        ('"name": "sample", ', "", "no name"),
        ('{"name"', '["name"', "what is no JSON"),
        ('"nobody"', "[]", "nobody who maintains it"),
        ('"postgresql"', '"gnu"', "a license of no known name"),
        ('"stable"', '"finished"', "a status that there is not"),
        ('"b c"', '"b/c"', "a tag with a slash"),
        ('"x_own"', '"own"', "a key that the specification has not"),
        (">= 15.0.0", ">= 15", "a range that is of no semantic versions"),
        ('"runtime"', '"always"', "a phase that there is not"),
        ('"requires"', '"wants"', "a relation that there is not"),
        ('"README.md"', '"GONE.md"', "a file that is not there"),
        ('{"sample"', '{"simple"', "an extension that is not there")):
    replace("meta", "META.json", old, new, "META.json: " + name)
replace("meta", "sample.control", "'1.0'", "'1.1'",
        "an extension of another version", "META.json")

for path, old in (("CHANGELOG.md", "[1.0.0]"), ("debian/changelog", "(1.0.0-1)"),
                  ("packaging/lambda_fdw.spec", "1.0.0\n"),
                  ("packaging/lambda_fdw.spec", "1.0.0-1")):
    replace("release", path, old, old.replace("0.0", "0.1"),
            f"another version in {path}, {old.strip()}")
replace("release", "debian/changelog", "07 Nov", "08 Nov", "another day")
replace("release", "packaging/lambda_fdw.spec", "Nov 07", "Dec 07", "another month")
replace("control", "debian/control", "a\n\n", "b\n\n",
        "a debian/control of another control.in")
append("documented_errors", "src/options/option.c", "int even = ERRCODE_EVEN;\n",
       "an SQLSTATE not in the page")
append("documented_errors", "docs/errors.md", "| `HV025` | fdw_even |\n",
       "an SQLSTATE that nothing raises")
append("documented_errors", "docs/errors.md", "| `HV024` | fdw_odd |\n",
       "an SQLSTATE twice")
append("tested_pages", "README.md", "\n```sql\nSELECT 1;\n```\n",
       "a page that no test runs")
append("tested_pages", "test/manual.md", "| `docs/other.md` | `001_cancel` |\n",
       "a page that is not there")
append("tested_pages", "test/manual.md", "| `README.md` | `001_cancel` |\n",
       "a page without blocks")


@plant("tested_pages", "test/manual.md")
def unnamed_page(tree):
    """a test that does not name its page"""
    tree["test/tap/002_transfer.pl"] = "# Other things.\n"


append("tested_pages", "test/manual.md", "| `docs/prose.md` | `scripts/none` |\n",
       "a script that is not there")
