/*-------------------------------------------------------------------------
 *
 * test_xml_text.c
 *		Unit tests of src/base/xml_text.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_xml_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/xml_text.h"

static const char answer[] =
"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
"  <AssumeRoleResult>\n"
"    <AssumedRoleUser>\n"
"      <AssumedRoleId>AROAEXAMPLE:db</AssumedRoleId>\n"
"      <Arn>arn:aws:sts::123456789012:assumed-role/r/db</Arn>\n"
"    </AssumedRoleUser>\n"
"    <Credentials>\n"
"      <AccessKeyId>ASIAEXAMPLE</AccessKeyId>\n"
"      <SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCY=</SecretAccessKey>\n"
"      <SessionToken>AQoDYXdzEPT//////////wEXAMPLE==</SessionToken>\n"
"      <Expiration>2026-11-21T10:00:00Z</Expiration>\n"
"    </Credentials>\n"
"    <PackedPolicySize>6</PackedPolicySize>\n"
"  </AssumeRoleResult>\n"
"  <ResponseMetadata>\n"
"    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n"
"  </ResponseMetadata>\n"
"</AssumeRoleResponse>\n";

static const char refusal[] =
"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
"<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\r\n"
"  <Error>\r\n    <Type>Sender</Type>\r\n    <Code>AccessDenied</Code>\r\n"
"    <Message>User: &quot;u&quot; is not &lt;authorized&gt;</Message>\r\n"
"  </Error>\r\n  <RequestId>r</RequestId>\r\n</ErrorResponse>";

/* The text of the first element "c". */
static const struct
{
	const char *xml;
	const char *text;			/* NULL: none, or malformed */
}			documents[] =

{
	{"<c>x</c>", "x"},
	{"<c></c>", ""},
	{"<c/>", ""},
	{"<c />", ""},
	{"<a><b/><c>x</c></a>", "x"},
	{"<a><c>x</c><c>y</c></a>", "x"},
	{"<a><b><c>x</c></b><c>y</c></a>", "x"},
	{"<a>p<b>q</b>r<c>x</c>s</a>", "x"},
	{"<c> x\n </c>", " x\n "},
	{"<c\n>x</c \t>", "x"},
	{"<c>a > b ]] \" ' =</c>", "a > b ]] \" ' ="},
	{"<c>\xC3\xA9\xFF</c>", "\xC3\xA9\xFF"},
	{" \r\n\t<c>x</c>", "x"},
	{"\xEF\xBB\xBF<c>x</c>", "x"},

	/* names */
	{"<C>x</C>", NULL},
	{"<cc>x</cc>", NULL},
	{"<a><cc>x</cc><c>y</c></a>", "y"},
	{"<a><xc>x</xc><c>y</c></a>", "y"},
	{"<p:c>x</p:c>", "x"},
	{"<p:c xmlns:p=\"u\">x</p:c>", "x"},
	{"<c:p>x</c:p>", NULL},
	{"<a c=\"x\"/>", NULL},

	/* attributes */
	{"<c a=\"1\" b='2'>x</c>", "x"},
	{"<c a = \"1\"\n\tb\n=\n'2' >x</c>", "x"},
	{"<c a=\">\" b='/>'>x</c>", "x"},
	{"<c a=\"'\" b='\"'>x</c>", "x"},
	{"<a b=\"<c>no</c>\"><c>x</c></a>", "x"},
	{"<c a=\"1\"/>", ""},
	{"<c a>x</c>", NULL},
	{"<c a=1>x</c>", NULL},
	{"<c a=>x</c>", NULL},
	{"<c =\"1\">x</c>", NULL},
	{"<c a=\"1>x</c>", NULL},
	{"<c a='1\">x</c>", NULL},
	{"<c / >x</c>", NULL},
	{"<c <b>x</c>", NULL},
	{"<a><b =\"1\"/><c>x</c></a>", NULL},
	{"<a><b d/><c>x</c></a>", NULL},
	{"<a><b d=1/><c>x</c></a>", NULL},

	/* elements within */
	{"<c>x<b>y</b>z</c>", "xyz"},
	{"<c>x<b/>z</c>", "xz"},
	{"<c><c>x</c>y</c>", "xy"},
	{"<c><c/>y</c>", "y"},
	{"<c><b><d>x</d></b></c>", "x"},

	/* references */
	{"<c>&lt;&gt;&amp;&quot;&apos;</c>", "<>&\"'"},
	{"<c>&amp;lt;</c>", "&lt;"},
	{"<c>a&#98;c&#x64;&#x4A;&#x4a;</c>", "abcdJJ"},
	{"<c>&#9;&#10;&#13;&#32;</c>", "\t\n\r "},
	{"<c>&#x6a;&#x6f;&#x6A;&#x6F;&#x39;&#x30;</c>", "jojo90"},
	{"<c>&#127;&#128;</c>", "\x7F\xC2\x80"},
	{"<c>&#x7FF;&#x800;</c>", "\xDF\xBF\xE0\xA0\x80"},
	{"<c>&#xFFFD;&#x10000;</c>", "\xEF\xBF\xBD\xF0\x90\x80\x80"},
	{"<c>&#x1F600;&#x10FFFF;</c>", "\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF"},
	{"<c>&#xD7FF;&#xE000;</c>", "\xED\x9F\xBF\xEE\x80\x80"},
	{"<c>&#0000000000000065;</c>", "A"},
	{"<a>&gt;<c>x</c></a>", "x"},
	{"<c>&</c>", NULL},
	{"<c>& </c>", NULL},
	{"<c>&amp</c>", NULL},
	{"<c>&AMP;</c>", NULL},
	{"<c>&nbsp;</c>", NULL},
	{"<c>&;</c>", NULL},
	{"<c>&#;</c>", NULL},
	{"<c>&#x;</c>", NULL},
	{"<c>&#X41;</c>", NULL},
	{"<c>&#-1;</c>", NULL},
	{"<c>&# 65;</c>", NULL},
	{"<c>&#6a;</c>", NULL},
	{"<c>&#x6g;</c>", NULL},
	{"<c>&#65</c>", NULL},
	{"<c>&#0;</c>", NULL},
	{"<c>&#x1F;</c>", NULL},
	{"<c>&#xD800;</c>", NULL},
	{"<c>&#xDFFF;</c>", NULL},
	{"<c>&#xFFFE;</c>", NULL},
	{"<c>&#xFFFF;</c>", NULL},
	{"<c>&#x110000;</c>", NULL},
	{"<c>&#4294967361;</c>", NULL},
	{"<c>&#99999999999999999999;</c>", NULL},
	{"<a>&bad;<c>x</c></a>", NULL},

	/* comments, CDATA, instructions */
	{"<!-- <c>no</c> --><c>x</c>", "x"},
	{"<c>a<!-- b -->c</c>", "ac"},
	{"<c><!----></c>", ""},
	{"<c>a<!-- > -- -->b</c>", "ab"},
	{"<c><!-->--></c>", ""},
	{"<c><!-- </c>", NULL},
	{"<c><![CDATA[x]]></c>", "x"},
	{"<c><![CDATA[]]></c>", ""},
	{"<c>a<![CDATA[<b>&amp;]]]]><![CDATA[>]]>d</c>", "a<b>&amp;]]>d"},
	{"<a><![CDATA[<c>no</c>]]><c>x</c></a>", "x"},
	{"<c><![CDATA[x]] ></c>", NULL},
	{"<c><![cdata[x]]></c>", NULL},
	{"<![CDATA[x]]><c>x</c>", NULL},
	{"<?xml version='1.0'?><c>x</c>", "x"},
	{"<?p <c>no</c> ?><c>a<?p >?>b</c>", "ab"},
	{"<c><?p </c>", NULL},
	{"<!DOCTYPE c><c>x</c>", NULL},
	{"<!DOCTYPE c [<!ENTITY e \"x\">]><c>&e;</c>", NULL},

	/* malformed */
	{"", NULL},
	{"x", NULL},
	{"<", NULL},
	{"<>", NULL},
	{"</c>", NULL},
	{"<c", NULL},
	{"<c>", NULL},
	{"<c>x", NULL},
	{"<c>x<", NULL},
	{"<c>x</", NULL},
	{"<c>x</c", NULL},
	{"<c>x</>", NULL},
	{"<c>x</d>", NULL},
	{"<c>x</cc>", NULL},
	{"<c>x</c a=\"1\">", NULL},
	{"<p:c>x</c>", NULL},
	{"<c>x</p:c>", NULL},
	{"<a><b></a><c>x</c></b>", NULL},
	{"<c><b>x</c></b>", NULL},
	{"< c>x</c>", NULL},
	{"<a>< b/><c>x</c></a>", NULL},
	{"<a></><c>x</c></a>", NULL},
	{"<a></b><c>x</c></a>", NULL},
	{"<a/><c>x</c>", NULL},
	{"<a></a><c>x</c>", NULL},
	{"x<c>x</c>", NULL},
	{"&lt;<c>x</c>", NULL},
	{"{\"c\":\"x\"}", NULL},
	{"<c>x</c/>", NULL},

	/* what follows does not matter */
	{"<a><c>x</c>", "x"},
	{"<a><c>x</c>&bad; </b>", "x"},
	{"<c>x</c>y", "x"}
};

/* Reads a copy that ends where the text does, so that ASan sees any excess. */
static bool
find_exactly(const char *xml, size_t len, const char *element, char **text)
{
	char	   *copy = malloc(len);
	bool		found;

	memcpy(copy, xml, len);
	*text = copy;
	found = lfdw_xml_find(copy, len, element, text);
	free(copy);
	return found;
}

static void
test_answers(void)
{
	static const struct
	{
		const char *xml;
		const char *element;
		const char *text;
	}			cases[] =
	{
		{answer, "AccessKeyId", "ASIAEXAMPLE"},
		{answer, "SecretAccessKey", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY="},
		{answer, "SessionToken", "AQoDYXdzEPT//////////wEXAMPLE=="},
		{answer, "Expiration", "2026-11-21T10:00:00Z"},
		{answer, "RequestId", "c6104cbe-af31-11e0-8154-cbc7ccf896c7"},
		{answer, "Code", NULL},
		{refusal, "Code", "AccessDenied"},
		{refusal, "Message", "User: \"u\" is not <authorized>"},
		{refusal, "AccessKeyId", NULL},
		{refusal, "", NULL}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		char	   *text;
		bool		found = find_exactly(cases[i].xml, strlen(cases[i].xml),
										 cases[i].element, &text);

		unit_ok(found == (cases[i].text != NULL) && found == (text != NULL),
				"%s is%s there", cases[i].element,
				cases[i].text ? "" : " not");
		if (found && cases[i].text)
			unit_is(text, cases[i].text, "and its text");
	}
}

static void
test_documents(void)
{
	for (int i = 0; i < (int) lengthof(documents); i++)
	{
		const char *expected = documents[i].text;
		char	   *text;
		bool		found = find_exactly(documents[i].xml,
										 strlen(documents[i].xml), "c", &text);

		if (!unit_ok(found == (expected != NULL) && found == (text != NULL) &&
					 (text == NULL || expected == NULL ||
					  strcmp(text, expected) == 0), "document %d", i))
			printf("# %s\n# got %s\n", documents[i].xml, text ? text : "none");
	}
}

/* Every beginning of an answer. */
static void
test_cut(void)
{
	size_t		whole = strstr(answer, "</Expiration>") + 13 - answer;
	int			wrong = 0;
	char	   *text;

	for (size_t len = 0; len < sizeof(answer); len++)
		wrong += find_exactly(answer, len, "Expiration", &text) != (len >= whole);
	unit_ok(wrong == 0, "an answer that is cut");
}

static void
test_nul(void)
{
	static const struct
	{
		const char *xml;
		size_t		len;
		bool		found;
	}			cases[] =
	{
		{"<c>a\0b</c>", 10, false},
		{"<c\0>a</c>", 9, false},
		{"<c>a</c\0>", 9, false},
		{"\0<c>a</c>", 9, false},
		{"<c><![CDATA[\0]]></c>", 20, false},
		{"<c>&#\0;</c>", 11, false},
		{"<c><!--\0-->a</c>", 16, true},
		{"<c>a</c>\0", 9, true}
	};
	char	   *text;

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(find_exactly(cases[i].xml, cases[i].len, "c", &text) ==
				cases[i].found, "a NUL in document %d", i);
	text = (char *) "x";
	unit_ok(!lfdw_xml_find(NULL, 0, "c", &text) && text == NULL, "no document");
}

/* An element c within so many. */
static bool
find_deep(int depth, int len)
{
	StringInfoData xml;
	char	   *text;

	initStringInfo(&xml);
	for (int i = 0; i < depth; i++)
		appendStringInfoString(&xml, "<a>");
	appendStringInfoString(&xml, "<c>");
	while (xml.len < len - 4)
		appendStringInfoChar(&xml, 'x');
	appendStringInfoString(&xml, "</c>");
	return find_exactly(xml.data, xml.len, "c", &text);
}

static void
test_bounds(void)
{
	unit_ok(find_deep(LFDW_XML_MAX_DEPTH - 1, 0), "as deep as can be");
	unit_ok(!find_deep(LFDW_XML_MAX_DEPTH, 0), "too deep");
	unit_ok(!find_deep(100000, 0), "far too deep");
	unit_ok(find_deep(0, LFDW_XML_MAX_BYTES), "as long as can be");
	unit_ok(!find_deep(0, LFDW_XML_MAX_BYTES + 1), "too long");
}

int
main(void)
{
	test_answers();
	test_documents();
	test_cut();
	test_nul();
	test_bounds();
	return unit_done();
}
