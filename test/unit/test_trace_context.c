/*-------------------------------------------------------------------------
 *
 * test_trace_context.c
 *		Unit tests of src/base/trace_context.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_trace_context.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/trace_context.h"

#define ID "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"
#define PARENT "00-" ID "-" SPAN "-01"
#define OTHER "00-11111111222222223333333344444444-5555555566666666-00"
#define HEADER "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" SPAN ";Sampled=1"
#define UNSAMPLED "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=" SPAN ";Sampled=0"
#define OTHER_HEADER "Root=1-11111111-222222223333333344444444;Parent=5555555566666666;Sampled=0"
#define PAIR "traceparent='" PARENT "'"

static const struct
{
	const char *text;
	bool		is_header;
}			headers[] =

{
	{"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", true},
	{"Root=1-5759E988-bd862e3fe1be46a994272793", true},
	{"Sampled=?", true},
	{"Self=1-67891234-12456789abcdef012345678;Root=1-67891233-abcdef012345678912345678;Lineage=a87bd80c:1|68fd508a:5", true},
	{"Root=1-5759e988-bd862e3fe1be46a99427279", false},
	{"Root=1-5759e988-bd862e3fe1be46a9942727933", false},
	{"Root=1-5759e988-bd862e3fe1be46a99427279g", false},
	{"Root=2-5759e988-bd862e3fe1be46a994272793", false},
	{"Parent=53995c3f42cd8ad", false},
	{"Parent=53995c3f42cd8ad8;", false},
	{"Sampled=2", false},
	{"Sampled=", false},
	{"=1", false},
	{"x", false},
	{"a=b\r\nc=d", false},
	{"a=\xC3\xBC", false},
	{"", false}
};

static const struct
{
	const char *text;
	const char *header;			/* NULL: it is none */
}			parents[] =

{
	{PARENT, HEADER},
	{"00-" ID "-" SPAN "-00", UNSAMPLED},
	{"00-" ID "-" SPAN "-03", HEADER},
	{"00-" ID "-" SPAN "-fe", UNSAMPLED},
	{"01-" ID "-" SPAN "-01", HEADER},
	{"01-" ID "-" SPAN "-01-what-comes", HEADER},
	{"00-" ID "-" SPAN "-01-what-comes", NULL},
	{"01-" ID "-" SPAN "-01x", NULL},
	{"ff-" ID "-" SPAN "-01", NULL},
	{"00-" ID "-" SPAN "-0", NULL},
	{"00-" ID "-" SPAN "-0g", NULL},
	{"0-" ID "-" SPAN "-01", NULL},
	{"00-" ID "_" SPAN "-01", NULL},
	{"00-00000000000000000000000000000000-" SPAN "-01", NULL},
	{"00-" ID "-0000000000000000-01", NULL},
	{"00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01", NULL},
	{" " PARENT, NULL},
	{"", NULL}
};

static const struct
{
	const char *sql;
	const char *header;
}			statements[] =

{
	{"SELECT 1 /*" PAIR "*/", HEADER},
	{"SELECT 1 /*" PAIR "*/;\n", HEADER},
	{"SELECT 1;/* " PAIR " */ ; ;", HEADER},
	{"/*" PAIR "*/ SELECT 1", HEADER},
	{" \n/*+ SeqScan(t) */ /*" PAIR "*/ SELECT 1", HEADER},
	{"SELECT 1 /*action='%2Fa',db_driver='x'," PAIR ",tracestate='congo%3Dt61'*/", HEADER},
	{"SELECT 1 /*action='it\\'s, so'," PAIR "*/", HEADER},
	{"SELECT 1 /*a='', " PAIR " , b='2'*/", HEADER},
	{"SELECT 1 /*traceparent='00%2D" ID "%2d" SPAN "-01'*/", HEADER},
	{"SELECT 1 /*trace%70arent='" PARENT "'*/", HEADER},
	{"SELECT 1 /*" PAIR "*/ /* seen by a pooler */", HEADER},
	{"/*" PAIR "*/ SELECT 1 /*traceparent='" OTHER "'*/", OTHER_HEADER},
	{"/*" PAIR "*/ SELECT 1 /*application='x'*/", HEADER},
	{"SELECT 1 /*traceparent='" OTHER "'," PAIR "*/", OTHER_HEADER},
	{"SELECT 1 /*traceparent='bad'," PAIR "*/", HEADER},
	{"SELECT 1 /* a /* b */ " PAIR "*/", NULL},
	{"/*" PAIR "*/", HEADER},

	/* elsewhere it is no comment of the statement */
	{"SELECT '/*" PAIR "*/'", NULL},
	{"SELECT '/*" PAIR "*/' /**/", NULL},
	{"SELECT '/*' /*" PAIR "*/", HEADER},
	{"SELECT '*/' /* x */", NULL},
	{"SELECT 1 /*" PAIR "*/ + 2", NULL},
	{"-- /*" PAIR "*/\nSELECT 1", NULL},
	{"/*/*" PAIR "*/*/ SELECT 1", NULL},

	/* what is not as it should be */
	{"SELECT 1 /*traceparent=" PARENT "*/", NULL},
	{"SELECT 1 /*traceparent=\"" PARENT "\"*/", NULL},
	{"SELECT 1 /*traceparent='" PARENT "*/", NULL},
	{"SELECT 1 /*traceparent='" PARENT "\\'*/", NULL},
	{"SELECT 1 /*traceparent='" PARENT "%'*/", NULL},
	{"SELECT 1 /*traceparent='" PARENT "%0'*/", NULL},
	{"SELECT 1 /*traceparent='" PARENT "%0d%0aX-Evil: 1'*/", NULL},
	{"SELECT 1 /*traceparents='" PARENT "'*/", NULL},
	{"SELECT 1 /*x traceparent='" PARENT "'*/", NULL},
	{"SELECT 1 /*a='1';" PAIR "*/", NULL},
	{"SELECT 1 /*a='1' b='2'," PAIR "*/", NULL},
	{"SELECT 1 /*'*/", NULL},
	{"SELECT 1 /*=''*/", NULL},
	{"SELECT 1 /*\\", NULL},
	{"/*\\*/", NULL},
	{"/*/", NULL},
	{"*/", NULL},
	{"/*", NULL},
	{"*/*/*/*/", NULL},
	{"/*/*/*/*", NULL},
	{";", NULL},
	{"", NULL}
};

/* The text in memory of its own size, so that a byte read too far is found. */
static char *
exactly(const char *text)
{
	char	   *copy = malloc(strlen(text) + (text[0] == '\0'));

	memcpy(copy, text, strlen(text));
	return copy;
}

int
main(void)
{
	for (int i = 0; i < (int) lengthof(headers); i++)
		unit_ok(lfdw_trace_is_header(headers[i].text) == headers[i].is_header,
				"header %d: %s", i, headers[i].text);
	for (int i = 0; i < (int) lengthof(parents); i++)
	{
		char		header[LFDW_TRACE_HEADER_SIZE] = "none";
		char	   *text = exactly(parents[i].text);
		bool		found = lfdw_trace_from_parent(header, text, strlen(parents[i].text));

		unit_is(found ? header : "none", parents[i].header ? parents[i].header : "none",
				"traceparent %d: %s", i, parents[i].text);
		free(text);
	}
	for (int i = 0; i < (int) lengthof(statements); i++)
	{
		char		header[LFDW_TRACE_HEADER_SIZE] = "none";
		char	   *text = exactly(statements[i].sql);
		bool		found = lfdw_trace_from_comments(header, text,
													 strlen(statements[i].sql));

		unit_is(found ? header : "none",
				statements[i].header ? statements[i].header : "none", "statement %d", i);
		free(text);
	}
	return unit_done();
}
