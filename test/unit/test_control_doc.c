/*-------------------------------------------------------------------------
 *
 * test_control_doc.c
 *		Unit tests of src/base/control_doc.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_control_doc.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <limits.h>

#include "base/control_doc.h"

static const struct
{
	const char *text;
	LfdwErrorDoc doc;
}			documents[] =

{
	/* of AWS */
	{"{\"__type\":\"ResourceNotFoundException\",\"Type\":\"User\",\"Message\":\"no\"}",
	{.code = "ResourceNotFoundException",.message = "no"}},
	{"{\"Type\":\"User\",\"message\":\"Rate Exceeded.\",\"Reason\":\"CallerRateLimitExceeded\",\"retryAfterSeconds\":\"1\"}",
	{.reason = "CallerRateLimitExceeded",.message = "Rate Exceeded."}},
	{"{\"Message\":\"User: arn:aws:iam::1:user/u is not authorized\"}",
	{.message = "User: arn:aws:iam::1:user/u is not authorized"}},
	{"{\"code\":\"a\"}", {.code = "a"}},
	{"{\"Code\":\"a\"}", {.code = "a"}},

	/* of the runtimes */
	{"{\"errorType\":\"ReferenceError\",\"errorMessage\":\"x is not defined\",\"trace\":[\"a\",\"b\"]}",
	{.error_type = "ReferenceError",.message = "x is not defined"}},
	{"{\"errorMessage\":\"a\",\"errorType\":\"b\",\"stackTrace\":[],\"cause\":{\"errorMessage\":\"c\",\"errorType\":\"d\"}}",
	{.error_type = "b",.message = "a"}},
	{"{\"cause\":{\"errorMessage\":\"c\",\"errorType\":\"d\"}}", {.code = ""}},
	{"{\"errorMessage\":\"2026-11-21T08:00:00Z id Task timed out after 3.00 seconds\"}",
	{.message = "2026-11-21T08:00:00Z id Task timed out after 3.00 seconds"}},

	/* of functions that know lambda_fdw */
	{"{\"message\":\"m\",\"detail\":\"d\",\"hint\":\"h\",\"sqlstate\":\"22023\"}",
	{.message = "m",.detail = "d",.hint = "h",.sqlstate = "22023"}},

	/* several members for one field */
	{"{\"__type\":\"c\",\"Code\":\"b\",\"code\":\"a\"}", {.code = "a"}},
	{"{\"__type\":\"c\",\"Code\":\"b\"}", {.code = "b"}},
	{"{\"Message\":\"c\",\"message\":\"b\",\"errorMessage\":\"a\"}", {.message = "a"}},
	{"{\"Message\":\"c\",\"message\":\"b\"}", {.message = "b"}},
	{"{\"code\":7,\"Code\":\"b\"}", {.code = "b"}},
	{"{\"code\":\"\",\"Code\":\"b\"}", {.code = "b"}},

	/* other types, and other spellings */
	{"{}", {.code = ""}},
	{"{\"message\":null,\"code\":1,\"Reason\":{},\"hint\":[],\"detail\":true}", {.code = ""}},
	{"{\"MESSAGE\":\"a\",\"CODE\":\"b\",\"messages\":\"c\"}", {.code = ""}},

	/* text */
	{" \t\r\n{ \"message\" : \"a\" } \n", {.message = "a"}},
	{"{\"message\":\"\\u00e9\\n\\\"\\\\\\/\"}", {.message = "\xC3\xA9\n\"\\/"}},
	{"{\"message\":\"\\ud83d\\ude00\"}", {.message = "\xF0\x9F\x98\x80"}},
	{"{\"message\":\"a\\u0000b\"}", {.message = "a"}},
	{"{\"m\\u0065ssage\":\"a\"}", {.message = "a"}}
};

/* What is no JSON object. */
static const char *const others[] = {
	"", " ", "null", "true", "1", "1.5", "\"message\"", "[]",
	"[{\"message\":\"a\"}]", "{", "{\"message\"", "{\"message\":\"a\"",
	"{\"message\":\"a", "{\"message\":}", "{\"message\":\"a\" \"b\"}", "}",
	"<html>", "{message:a}", "\xFF\xFE", "Internal Server Error"
};

static bool
same(const LfdwErrorDoc *a, const LfdwErrorDoc *b)
{
	return strcmp(a->code, b->code) == 0 && strcmp(a->reason, b->reason) == 0 &&
		strcmp(a->error_type, b->error_type) == 0 &&
		strcmp(a->message, b->message) == 0 &&
		strcmp(a->detail, b->detail) == 0 && strcmp(a->hint, b->hint) == 0 &&
		strcmp(a->sqlstate, b->sqlstate) == 0;
}

/* Reads a copy that ends where the text does, so that ASan sees any excess. */
static bool
read_exactly(LfdwErrorDoc *doc, const char *text, size_t len)
{
	char	   *copy = malloc(len);
	bool		read;

	memcpy(copy, text, len);
	memset(doc, 'x', sizeof(*doc));
	read = lfdw_error_doc_read(doc, copy, len);
	free(copy);
	return read;
}

static void
test_documents(void)
{
	for (int i = 0; i < (int) lengthof(documents); i++)
	{
		LfdwErrorDoc doc;
		bool		read = read_exactly(&doc, documents[i].text,
										strlen(documents[i].text));

		if (!unit_ok(read && same(&doc, &documents[i].doc), "document %d", i))
			printf("# %s\n# code \"%s\" reason \"%s\" error_type \"%s\" message \"%s\" detail \"%s\" hint \"%s\" sqlstate \"%s\"\n",
				   documents[i].text, doc.code, doc.reason, doc.error_type,
				   doc.message, doc.detail, doc.hint, doc.sqlstate);
	}
}

static void
test_others(void)
{
	static const LfdwErrorDoc nothing;
	LfdwErrorDoc doc;

	for (int i = 0; i < (int) lengthof(others); i++)
		unit_ok(!read_exactly(&doc, others[i], strlen(others[i])) &&
				same(&doc, &nothing), "no document %d", i);
	memset(&doc, 'x', sizeof(doc));
	unit_ok(!lfdw_error_doc_read(&doc, NULL, 0) && same(&doc, &nothing),
			"nothing is no document");
	memset(&doc, 'x', sizeof(doc));
	unit_ok(!lfdw_error_doc_read(&doc, "{}", ((size_t) UINT_MAX) + 3) &&
			same(&doc, &nothing), "nor is more than json-c can count");
	unit_ok(!read_exactly(&doc, "\0{\"message\":\"a\"}", 16) &&
			same(&doc, &nothing), "nor what begins with a NUL");
}

/* An object whose one member is that long. */
static void
write_long(StringInfo text, const char *member, size_t len)
{
	initStringInfo(text);
	appendStringInfo(text, "{\"%s\":\"", member);
	for (size_t i = 0; i < len; i++)
		appendStringInfoChar(text, 'a');
	appendStringInfoString(text, "\"}");
}

static bool
read_long(LfdwErrorDoc *doc, const char *member, size_t len)
{
	StringInfoData text;

	write_long(&text, member, len);
	return read_exactly(doc, text.data, text.len);
}

static void
test_lengths(void)
{
	static const struct
	{
		const char *member;
		size_t		field;
		size_t		size;
	}			cases[] =

	{
		{"code", offsetof(LfdwErrorDoc, code), 128},
		{"Reason", offsetof(LfdwErrorDoc, reason), 128},
		{"errorType", offsetof(LfdwErrorDoc, error_type), 256},
		{"message", offsetof(LfdwErrorDoc, message), 2048},
		{"detail", offsetof(LfdwErrorDoc, detail), 2048},
		{"hint", offsetof(LfdwErrorDoc, hint), 1024},
		{"sqlstate", offsetof(LfdwErrorDoc, sqlstate), 8}
	};
	LfdwErrorDoc doc;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		const char *field = (char *) &doc + cases[i].field;
		size_t		size = cases[i].size;

		unit_ok(read_long(&doc, cases[i].member, size - 1) &&
				strlen(field) == size - 1, "%s of %zu bytes",
				cases[i].member, size - 1);
		unit_ok(read_long(&doc, cases[i].member, size + 1000) &&
				strlen(field) == size - 1, "a longer one is cut");
	}
}

/* Half a key is none. */
static void
test_credentials(void)
{
	static const struct
	{
		const char *member;
		size_t		field;
		size_t		size;
	}			cases[] =

	{
		{"AccessKeyId", offsetof(LfdwCredentialDoc, access_key_id), 256},
		{"SecretAccessKey", offsetof(LfdwCredentialDoc, secret_access_key), 256},
		{"Token", offsetof(LfdwCredentialDoc, token), 16384},
		{"SessionToken", offsetof(LfdwCredentialDoc, token), 16384},
		{"Expiration", offsetof(LfdwCredentialDoc, expiration), 64}
	};
	static LfdwCredentialDoc doc;
	StringInfoData text;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		const char *field = (char *) &doc + cases[i].field;
		size_t		size = cases[i].size;

		write_long(&text, cases[i].member, size - 1);
		unit_ok(lfdw_credential_doc_read(&doc, text.data, text.len) &&
				strlen(field) == size - 1, "%s of %zu bytes",
				cases[i].member, size - 1);
		write_long(&text, cases[i].member, size);
		unit_ok(lfdw_credential_doc_read(&doc, text.data, text.len) &&
				field[0] == '\0', "a longer one is none");
	}
}

static void
test_nesting(void)
{
	StringInfoData text;
	LfdwErrorDoc doc;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"message\":\"a\",\"b\":");
	for (int i = 0; i < 100000; i++)
		appendStringInfoChar(&text, '[');
	unit_ok(!read_exactly(&doc, text.data, text.len) && doc.message[0] == '\0',
			"nesting without end is no document");
}

/* Answers of ListFunctions, and what is wrong with them. */
static void
test_pages(void)
{
#define ENTRY(name) "{\"FunctionName\":\"" name "\",\"FunctionArn\":\"arn:" name "\",\"Environment\":{}}"
	static const char *const bad[] = {
		"", "[]", "{}", "{\"Functions\":{}}", "{\"Functions\":[1]}",
		"{\"Functions\":[{\"FunctionName\":\"a\"}]}",
		"{\"Functions\":[{\"FunctionName\":\"a\",\"FunctionArn\":1}]}",
		"{\"Functions\":[{\"FunctionName\":\"a\\u0000b\",\"FunctionArn\":\"a\"}]}",
		"{\"Functions\":[],\"NextMarker\":1}"
	};
	static const char two[] = "{\"Functions\":[" ENTRY("a") "," ENTRY("b") "],\"NextMarker\":\"m+/=\"}";
	static const char last[] = "{\"NextMarker\":null,\"Functions\":[]}";
	LfdwListedFunction functions[2];
	LfdwFunctionPageDoc page = {.functions = functions,.capacity = 2};
	const char *why;

	for (int i = 0; i < (int) lengthof(bad); i++)
		unit_ok(!lfdw_function_page_doc_read(&page, bad[i], strlen(bad[i]), &why) &&
				why != NULL, "no page %d", i);
	unit_ok(lfdw_function_page_doc_read(&page, two, strlen(two), &why) &&
			page.count == 2 && strcmp(functions[1].name, "b") == 0 &&
			strcmp(functions[1].arn, "arn:b") == 0 &&
			strcmp(page.next_marker, "m+/=") == 0, "a page of two");
	page.capacity = 1;
	memset(functions, 'x', sizeof(functions));
	unit_ok(lfdw_function_page_doc_read(&page, two, strlen(two), &why) &&
			page.count == 2 && functions[1].name[0] == 'x',
			"one that has more than there is room for");
	unit_ok(lfdw_function_page_doc_read(&page, last, strlen(last), &why) &&
			page.count == 0 && page.next_marker[0] == '\0', "the last page");
#undef ENTRY
}

/* Answers of ListTags. */
static void
test_tags(void)
{
	static const struct
	{
		const char *text;
		bool		good;
		bool		has_tag;
	}			cases[] =

	{
		{"{\"Tags\":{\"k\":\"v\",\"lambda_fdw\":\"\"}}", true, true},
		{"{\"Tags\":{\"LAMBDA_FDW\":\"\"}}", true, false},
		{"{\"Tags\":null}", true, false},
		{"{\"lambda_fdw\":\"\"}", true, false},
		{"{\"Tags\":[\"lambda_fdw\"]}", false, false},
		{"[]", false, false},
		{"", false, false}
	};
	bool		has_tag;

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_tags_doc_read(cases[i].text, strlen(cases[i].text), "lambda_fdw",
								   &has_tag) == cases[i].good &&
				has_tag == cases[i].has_tag, "tags %d", i);
}

int
main(void)
{
	test_pages();
	test_tags();
	test_documents();
	test_others();
	test_lengths();
	test_credentials();
	test_nesting();
	return unit_done();
}
