/*-------------------------------------------------------------------------
 *
 * test_uri.c
 *		Unit tests of src/base/uri.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_uri.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/uri.h"

static const struct
{
	const char *text;
	LfdwUrl		url;			/* https, host, port, authority, path */
}			urls[] =

{
	{"https://h", {true, "h", 443, "h", ""}},
	{"http://h", {false, "h", 80, "h", ""}},
	{"HTTPS://H.Example", {true, "h.example", 443, "h.example", ""}},
	{"hTTp://h", {false, "h", 80, "h", ""}},
	{"https://lambda.eu-west-1.amazonaws.com",
	{true, "lambda.eu-west-1.amazonaws.com", 443, "lambda.eu-west-1.amazonaws.com", ""}},
	{"https://a_b-c.d", {true, "a_b-c.d", 443, "a_b-c.d", ""}},

	/* ports */
	{"https://h:443", {true, "h", 443, "h", ""}},
	{"http://h:80", {false, "h", 80, "h", ""}},
	{"https://h:80", {true, "h", 80, "h:80", ""}},
	{"http://h:443", {false, "h", 443, "h:443", ""}},
	{"http://localhost:9001", {false, "localhost", 9001, "localhost:9001", ""}},
	{"http://h:1", {false, "h", 1, "h:1", ""}},
	{"http://h:65535", {false, "h", 65535, "h:65535", ""}},
	{"http://h:00080", {false, "h", 80, "h", ""}},

	/* addresses */
	{"http://127.0.0.1:3001/", {false, "127.0.0.1", 3001, "127.0.0.1:3001", ""}},
	{"http://[::1]", {false, "[::1]", 80, "[::1]", ""}},
	{"https://[2001:DB8::A]:8443/x",
	{true, "[2001:db8::a]", 8443, "[2001:db8::a]:8443", "/x"}},
	{"http://[::ffff:127.0.0.1]/",
	{false, "[::ffff:127.0.0.1]", 80, "[::ffff:127.0.0.1]", ""}},

	/* paths */
	{"https://h/", {true, "h", 443, "h", ""}},
	{"https://h//", {true, "h", 443, "h", ""}},
	{"https://h/a", {true, "h", 443, "h", "/a"}},
	{"https://h/a/", {true, "h", 443, "h", "/a"}},
	{"https://h/a//", {true, "h", 443, "h", "/a"}},
	{"https://h:8443/a/b-c_d.e~/%20:;,=+$!*'()[]&",
	{true, "h", 8443, "h:8443", "/a/b-c_d.e~/%20:;,=+$!*'()[]&"}},
	{"https://h/A", {true, "h", 443, "h", "/A"}}
};

#define BAD_SCHEME "A URL begins with "
#define BAD_USER "The URL must not contain a user name or password."
#define BAD_HOST "The URL has no valid host."
#define BAD_PORT "The URL's port must be a number from 1 to 65535."
#define BAD_REST "After host and port a URL may have a path only, "

static const char *const bad_urls[][2] = {
	{"", BAD_SCHEME},
	{"h", BAD_SCHEME},
	{"h:80", BAD_SCHEME},
	{"//h", BAD_SCHEME},
	{"http", BAD_SCHEME},
	{"http:/h", BAD_SCHEME},
	{"https:h", BAD_SCHEME},
	{" https://h", BAD_SCHEME},
	{"httpss://h", BAD_SCHEME},
	{"ftp://h", BAD_SCHEME},
	{"file:///etc/passwd", BAD_SCHEME},

	{"https://u@h", BAD_USER},
	{"https://u:p@h/", BAD_USER},
	{"https://@h", BAD_USER},
	{"https://h/a@b", BAD_USER},

	{"https://", BAD_HOST},
	{"http://", BAD_HOST},
	{"https:///a", BAD_HOST},
	{"https://:80", BAD_HOST},
	{"https://?a", BAD_HOST},
	{"https:// h", BAD_HOST},
	{"https://\xC3\xA9", BAD_HOST},
	{"https://%68", BAD_HOST},
	{"https://[", BAD_HOST},
	{"https://[]", BAD_HOST},
	{"https://[:]", BAD_HOST},
	{"https://[::1", BAD_HOST},
	{"https://[::1%25eth0]", BAD_HOST},
	{"https://[h]", BAD_HOST},

	{"https://h:", BAD_PORT},
	{"https://h:/a", BAD_PORT},
	{"https://h:0", BAD_PORT},
	{"https://h:65536", BAD_PORT},
	{"https://h:99999", BAD_PORT},
	{"https://h:000080", BAD_PORT},
	{"https://h:-1", BAD_PORT},
	{"https://h:+1", BAD_PORT},
	{"https://h: 1", BAD_PORT},
	{"https://h:http", BAD_PORT},
	{"https://[::1]:", BAD_PORT},

	{"https://h:80x", BAD_REST},
	{"https://h:80:80", BAD_REST},
	{"https://h h", BAD_REST},
	{"https://h?a=b", BAD_REST},
	{"https://h/?a=b", BAD_REST},
	{"https://h#f", BAD_REST},
	{"https://h/a#f", BAD_REST},
	{"https://h\\a", BAD_REST},
	{"https://h/a\\b", BAD_REST},
	{"https://h/a b", BAD_REST},
	{"https://h/a\r\nX-Evil: 1", BAD_REST},
	{"https://h/\x7F", BAD_REST},
	{"https://h/\xC3\xA9", BAD_REST},
	{"https://h/\"", BAD_REST},
	{"https://h/<a>", BAD_REST},
	{"https://h/{a}", BAD_REST},
	{"https://h/a|b", BAD_REST},
	{"https://h/a^b", BAD_REST},
	{"https://h/`", BAD_REST},
	{"https://[::1]x", BAD_REST},
	{"https://h%2eh", BAD_REST}
};

static void
test_urls(void)
{
	for (int i = 0; i < (int) lengthof(urls); i++)
	{
		const LfdwUrl *expected = &urls[i].url;
		LfdwUrl		url;
		const char *why = "";

		if (!unit_ok(lfdw_url_parse(urls[i].text, &url, &why),
					 "\"%s\" is a URL", urls[i].text))
		{
			printf("# %s\n", why);
			continue;
		}
		unit_ok(url.https == expected->https && url.port == expected->port &&
				strcmp(url.host, expected->host) == 0 &&
				strcmp(url.authority, expected->authority) == 0 &&
				strcmp(url.path, expected->path) == 0,
				"its parts are %s, \"%s\", %d, \"%s\", \"%s\"",
				url.https ? "https" : "http", url.host, url.port, url.authority,
				url.path);
	}
}

static void
test_bad_urls(void)
{
	for (int i = 0; i < (int) lengthof(bad_urls); i++)
	{
		const char *expected = bad_urls[i][1];
		LfdwUrl		url;
		const char *why = "";
		bool		refused = !lfdw_url_parse(bad_urls[i][0], &url, &why);

		if (!unit_ok(refused && strncmp(why, expected, strlen(expected)) == 0,
					 "URL %d of the bad ones is refused: %s", i, expected))
			printf("# got: %s %s\n", refused ? "refused" : "accepted", why);
	}
}

static void
test_loopback(void)
{
	static const struct
	{
		const char *url;
		bool		loopback;
	}			cases[] =

	{
		{"http://localhost", true},
		{"http://LocalHost:9001/x", true},
		{"http://127.0.0.1", true},
		{"http://127.255.255.255:1", true},
		{"http://127.0.0.0", true},
		{"http://[::1]:9001", true},

		{"http://localhost.example", false},
		{"http://localhost4", false},
		{"http://xlocalhost", false},
		{"http://127.0.0.1.example", false},
		{"http://127.0.0.1.", false},
		{"http://127.0.0.1.1", false},
		{"http://127.0.0", false},
		{"http://127.1", false},
		{"http://127.0.0.256", false},
		{"http://127.0.256.0", false},
		{"http://127.256.0.0", false},
		{"http://127.0.0.1000", false},
		{"http://127.-0.0.1", false},
		{"http://127.0.0.x", false},
		{"http://126.0.0.1", false},
		{"http://128.0.0.1", false},
		{"http://10.0.0.1", false},
		{"http://0.0.0.0", false},
		{"http://[::]", false},
		{"http://[::2]", false},
		{"http://[::11]", false},
		{"http://h", false}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwUrl		url;
		const char *why;

		unit_ok(lfdw_url_parse(cases[i].url, &url, &why) &&
				lfdw_url_host_is_loopback(&url) == cases[i].loopback,
				"\"%s\" %s this machine", cases[i].url,
				cases[i].loopback ? "is" : "does not say that it is");
	}
}

static void
test_encode(void)
{
	static const struct
	{
		const char *text;
		bool		keep_slash;
		const char *encoded;
	}			cases[] =

	{
		{"", false, ""},
		{"azAZ09-._~", false, "azAZ09-._~"},
		{"a/b", false, "a%2Fb"},
		{"a/b", true, "a/b"},
		{"arn:aws", true, "arn%3Aaws"},
		{"$LATEST", false, "%24LATEST"},
		{"a b+c%20", false, "a%20b%2Bc%2520"},
		{"!\"#&'()*,;<=>?@[\\]^`{|}", false,
		"%21%22%23%26%27%28%29%2A%2C%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D"},
		{"\x01\x1F\x7F", false, "%01%1F%7F"},
		{"\xC3\xA9\xFF", false, "%C3%A9%FF"}
	};
	StringInfoData out;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		initStringInfo(&out);
		lfdw_uri_encode(&out, cases[i].text, strlen(cases[i].text),
						cases[i].keep_slash);
		unit_is(out.data, cases[i].encoded, "case %d of encoding", i);
	}
	initStringInfo(&out);
	appendStringInfoString(&out, "x=");
	lfdw_uri_encode(&out, "a\0b:c", 4, false);
	unit_is(out.data, "x=a%00b%3A", "it appends, and takes the length it is given");
}

static void
test_decode(void)
{
	static const struct
	{
		const char *text;
		bool		plus_is_blank;
		const char *decoded;	/* NULL: refused */
	}			cases[] =

	{
		{"", false, ""},
		{"azAZ09-._~!*'", false, "azAZ09-._~!*'"},
		{"a%20b%2Fc%2fd%25", false, "a b/c/d%"},
		{"a+b", false, "a+b"},
		{"a+b%2B", true, "a b+"},
		{"%C3%A9%E2%82%AC%F0%9F%98%80", false, "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"},
		{"\xC3\xA9", false, "\xC3\xA9"},
		{"%", false, NULL},
		{"a%2", false, NULL},
		{"%2G", false, NULL},
		{"%G2", false, NULL},
		{"% 2", false, NULL},
		{"%00", false, NULL},
		{"%C3", false, NULL},
		{"%C3a", false, NULL},
		{"%FF", false, NULL},
		{"%C0%AF", false, NULL},
		{"%ED%A0%80", false, NULL},
		{"%F4%90%80%80", false, NULL}
	};
	StringInfoData out;

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		bool		decoded;

		initStringInfo(&out);
		appendStringInfoString(&out, "\xFF");
		decoded = lfdw_uri_decode(&out, cases[i].text, strlen(cases[i].text),
								  cases[i].plus_is_blank);
		unit_ok(decoded == (cases[i].decoded != NULL) &&
				(!decoded || strcmp(out.data + 1, cases[i].decoded) == 0),
				"case %d of decoding, \"%s\"", i, cases[i].text);
	}
}

int
main(void)
{
	test_urls();
	test_bad_urls();
	test_loopback();
	test_encode();
	test_decode();
	return unit_done();
}
