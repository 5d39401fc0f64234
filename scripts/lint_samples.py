"""What scripts/lint --self-test feeds its rules: a clean tree, and a planted
violation for each thing a rule looks for."""


def c_file(path, body):
    name = path.rsplit("/", 1)[-1]
    return (f"/*{'-' * 73}\n *\n * {name}\n *\t\tA sample.\n *\n"
            f" * IDENTIFICATION\n *\t  {path}\n *\n *{'-' * 73}\n */\n{body}")


CLEAN = {
    "src/http.h": c_file("src/http.h", """\
#include "postgres.h"

#include "common/buffer.h"

extern int	lfdw_http_count(const char *text);
"""),
    "src/http.c": c_file("src/http.c", """\
#include "postgres.h"

#include <curl/curl.h>

#include "http.h"

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
    "src/option.c": c_file("src/option.c", """\
#include "catalog/pg_foreign_table.h"

static const LfdwOption option_table[] = {
	{"region", ForeignServerRelationId, LFDW_KIND_REGION},
	{"path", AttributeRelationId, LFDW_KIND_POINTER},
};

static bool
read_table(Oid relid)
{
	return GetForeignTable(relid) != NULL;
}
"""),
    "src/common/buffer.h": c_file("src/common/buffer.h", ""),
    "src/common/sigv4.c": c_file("src/common/sigv4.c",
                                 "#include <openssl/evp.h>\n"),
    "src/common/control_doc.c": c_file("src/common/control_doc.c",
                                       "#include <json-c/json.h>\n"),
    "src/compat.h": c_file("src/compat.h", "#if PG_VERSION_NUM >= 170000\n"
                           "#endif\n"),
    "README.md": "| option | default |\n|---|---|\n| `region` | |\n"
                 "| `path` | |\n\n| error | code |\n|---|---|\n| `oops` | |\n",
    "docs/internals.md": "| layer | files |\n|---|---|\n| L4 | `option` |\n"
                         "| L2 | `http` |\n| L1 | `compat` |\n"
                         "| L0 | `common/` |\n",
    "expected/a.out": " a | b \n",
    "scripts/run": "mktemp -d lfdw.XXXXXX\n",
}

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


@plant("layers", "src/mystery.c")
def mystery(tree):
    """a module in no layer"""
    tree["src/mystery.c"] = c_file("src/mystery.c", "")


append("layers", "src/http.c", '#include "option.h"\n', "transport on options")
append("layers", "src/common/buffer.h", '#include "compat.h"\n',
       "common on the server")
append("libraries", "src/option.c", "#include <curl/curl.h>\n", "curl")
append("libraries", "src/http.c", "#include <openssl/ssl.h>\n", "OpenSSL")
append("libraries", "src/http.c", "#include <json-c/json.h>\n", "json-c")
append("libraries", "src/http.c", '#include "catalog/pg_user_mapping.h"\n',
       "a foreign catalog")
append("catalog_reads", "src/http.c", "void *a = GetUserMapping(1, 2);\n",
       "a user mapping read")
append("catalog_reads", "src/http.c",
       "void *a = SearchSysCache1(FOREIGNSERVEROID, b);\n", "a cache lookup")


@plant("function_length", "src/option.c")
def long_function(tree):
    """61 lines"""
    tree["src/option.c"] += ("\nstatic void\nlong_one(void)\n{\n"
                             + "\tcall();\n" * 61 + "}\n")


append("file_length", "src/option.c", "\n" * 700, "701 lines and more")

for call in ("curl_easy_perform", "sprintf", "vsprintf", "strcpy", "strcat",
             "gets", "strncpy", "strtok", "system", "popen",
             "fork", "exit", "_exit", "abort", "getenv", "secure_getenv",
             "malloc", "calloc", "realloc", "free", "strdup"):
    append("banned_calls", "src/option.c", f"int a = {call}(b);\n", call)

append("elog", "src/http.c", 'int a = elog(WARNING, "b");\n', "a warning")
append("formats", "src/http.c", "int a = errmsg(text);\n", "a variable")
append("formats", "src/http.c", 'int a = errdetail(b ? "c" : "d");\n',
       "a choice")
append("formats", "src/http.c", "int a = appendStringInfo(&b, text);\n",
       "a second argument")
append("formats", "src/http.c", "int a = elog(ERROR, text);\n", "elog's")

for marker in ("TO" "DO", "FIX" "ME", "X" "XX"):
    append("markers", "README.md", f"{marker}: later\n", marker)

append("white_space", "README.md", "text \n", "a blank at the end of a line")
append("white_space", "README.md", "text", "no newline at the end")
append("white_space", "src/option.c", "    int a;\n", "C indented by spaces")
append("white_space", "src/option.c", "\t \tint a;\n", "a space before a tab")
append("versions", "src/http.c", "#if PG_VERSION_NUM > 1\n#endif\n",
       "outside compat.h")
append("public_functions", "src/http.h", "extern int lfdw_http_gone(void);\n",
       "declared and not defined")


@plant("public_functions", "src/http.c")
def no_comment(tree):
    """no comment before the definition"""
    tree["src/http.c"] = tree["src/http.c"].replace(
        '/* Counts; getenv("X") and sprintf() in a comment are no calls. */\n',
        "")


@plant("public_functions", "src/http.h")
def wrong_name(tree):
    """a name that is not ours"""
    for path in ("src/http.h", "src/http.c"):
        tree[path] = tree[path].replace("lfdw_http_count", "count_http")


@plant("file_header", "src/option.c")
def wrong_header(tree):
    """a header that names another file"""
    tree["src/option.c"] = tree["src/option.c"].replace(
        "\t  src/option.c", "\t  src/other.c")


append("machines", "README.md", "see /home/me/file\n", "a home directory")
append("machines", "README.md", "from https://pypi.org/x\n", "a registry")


@plant("layers_table", "src/http.c")
def unnamed_module(tree):
    """a module that the table of layers lacks"""
    tree["docs/internals.md"] = tree["docs/internals.md"].replace("`http`", "")


@plant("layers_table", "docs/internals.md")
def module_gone(tree):
    """a module that is only in the table of layers"""
    tree["docs/internals.md"] += "| L3 | `gone` |\n"


@plant("layers_table", "docs/internals.md")
def no_layers(tree):
    """no table of layers"""
    del tree["docs/internals.md"]


@plant("readme_options", "src/option.c")
def undocumented(tree):
    """an option not in the README"""
    tree["README.md"] = tree["README.md"].replace("| `path` | |\n", "")


@plant("readme_options", "README.md")
def invented(tree):
    """an option only in the README"""
    tree["README.md"] = tree["README.md"].replace(
        "| `path` | |\n", "| `path` | |\n| `speed` | |\n")


@plant("readme_options", "README.md")
def no_table(tree):
    """a README without the table"""
    tree["README.md"] = "Nothing here.\n"


@plant("readme_options", "README.md")
def no_readme(tree):
    """no README"""
    del tree["README.md"]
