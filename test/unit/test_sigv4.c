/*-------------------------------------------------------------------------
 *
 * test_sigv4.c
 *		Unit tests of src/base/sigv4.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_sigv4.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <time.h>

#include "base/sigv4.h"
#include "sigv4_cases.h"

#define HEADERS_MAX 16

static void
test_lambda_case(const LambdaCase *lambda)
{
	const char *body = lambda->body ? lambda->body : CASE_BODY;
	const char *host = lambda->host ? lambda->host : CASE_HOST;
	const char *names = lambda->signed_headers ? lambda->signed_headers :
	CASE_SIGNED_HEADERS;
	LfdwHeader	headers[HEADERS_MAX] = {
		{"Host", host}, {"Content-Type", "application/json"},
		{"X-Amz-Date", CASE_TIMESTAMP}
	};
	char		hash[LFDW_SHA256_HEX_LEN + 1];
	LfdwSigv4Request request = {
		.method = "POST",
		.path = psprintf("/2015-03-31/functions/%s/invocations", lambda->function),
		.query = lambda->query ? lambda->query : "",
		.headers = headers,
		.nheaders = 3,
		.payload_hash = hash
	};
	LfdwSigv4Scope scope = {CASE_TIMESTAMP, CASE_REGION, "lambda"};
	LfdwSigv4KeyCache cache = {0};
	StringInfoData canonical;
	StringInfoData signed_headers;
	StringInfoData authorization;
	char	   *start = psprintf("POST\n/2015-03-31/functions/%s/invocations\n%s\n",
								 lambda->canonical_function,
								 lambda->canonical_query ? lambda->canonical_query : "");

	initStringInfo(&canonical);
	initStringInfo(&signed_headers);
	initStringInfo(&authorization);
	lfdw_sigv4_hash(body, strlen(body), hash);
	for (int i = 0; lambda->headers[i].name; i++)
		headers[request.nheaders++] = lambda->headers[i];

	lfdw_sigv4_canonical_request(&canonical, &signed_headers, &request);
	canonical.data[Min(strlen(start), (size_t) canonical.len)] = '\0';
	unit_is(canonical.data, start, "%s: canonical path and query", lambda->label);
	unit_is(signed_headers.data, names, "%s: signed headers", lambda->label);
	lfdw_sigv4_authorization(&authorization, &cache, CASE_KEY_ID, CASE_SECRET,
							 &scope, &request);
	unit_is(authorization.data,
			psprintf("AWS4-HMAC-SHA256 Credential=%s/20261121/%s/lambda/aws4_request, SignedHeaders=%s, Signature=%s",
					 CASE_KEY_ID, CASE_REGION, names, lambda->signature),
			"%s: authorization", lambda->label);
}

/* The canonical form of a path, a query and one header. */
static char *
canonical(const char *path, bool normalize, const char *query,
		  const char *name, const char *value)
{
	LfdwHeader	header = {name, value};
	LfdwSigv4Request request = {
		.method = "GET",
		.path = path,
		.query = query,
		.headers = &header,
		.nheaders = 1,
		.payload_hash = "-",
		.normalize = normalize
	};
	StringInfoData text;
	StringInfoData names;

	initStringInfo(&text);
	initStringInfo(&names);
	lfdw_sigv4_canonical_request(&text, &names, &request);
	return text.data;
}

static void
test_path(void)
{
	static const char *const cases[][3] = {
		/* path, as it is, normalized */
		{"", "/", "/"},
		{"/", "/", "/"},
		{"//", "//", "/"},
		{"/a", "/a", "/a"},
		{"/a/", "/a/", "/a/"},
		{"/a//b", "/a//b", "/a/b"},
		{"/a/.", "/a/.", "/a/"},
		{"/a/..", "/a/..", "/"},
		{"/a/b/..", "/a/b/..", "/a/"},
		{"/a/../b", "/a/../b", "/b"},
		{"/a/./b", "/a/./b", "/a/b"},
		{"/../../a", "/../../a", "/a"},
		{"/..", "/..", "/"},
		{"/...", "/...", "/..."},
		{"/.a/b./..c", "/.a/b./..c", "/.a/b./..c"},
		{"/-._~", "/-._~", "/-._~"},
		{"/%2F%2e", "/%252F%252e", "/%252F%252e"},
		{"/a b+c,d=e&f", "/a%20b%2Bc%2Cd%3De%26f", "/a%20b%2Bc%2Cd%3De%26f"},
		{"/\xC3\xA9", "/%C3%A9", "/%C3%A9"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		for (int normalize = 0; normalize <= 1; normalize++)
			unit_is(canonical(cases[i][0], normalize, "", "host", "h"),
					psprintf("GET\n%s\n\nhost:h\n\nhost\n-",
							 cases[i][1 + normalize]),
					"path \"%s\"%s", cases[i][0],
					normalize ? ", normalized" : "");
	}
}

static void
test_query(void)
{
	static const char *const cases[][2] = {
		{"a", "a="},
		{"a=", "a="},
		{"=a", "=a"},
		{"&&a=1&", "a=1"},
		{"a=b=c", "a=b%3Dc"},
		{"b=1&a=2&a=1&B=3", "B=3&a=1&a=2&b=1"},
		{"a-b=1&a=2&ab=3", "a=2&a-b=1&ab=3"},
		{"a=10&a=9&a=1", "a=1&a=10&a=9"},
		{"a=+", "a=%2B"},
		{"a=%20%2b%2F%7e", "a=%20%2B%2F~"},
		{"%61=%62", "a=b"},
		{"a=%", "a=%25"},
		{"a=%4", "a=%254"},
		{"a=%4&b=1", "a=%254&b=1"},
		{"a=%zz", "a=%25zz"},
		{"a=%00b", "a=%00b"},
		{"a=$LATEST", "a=%24LATEST"},
		{"a=/?:@", "a=%2F%3F%3A%40"},
		{"\xC3\xA9=1", "%C3%A9=1"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_is(canonical("/", false, cases[i][0], "host", "h"),
				psprintf("GET\n/\n%s\nhost:h\n\nhost\n-", cases[i][1]),
				"query \"%s\"", cases[i][0]);
}

static void
test_header_value(void)
{
	static const char *const cases[][2] = {
		{"", ""},
		{" ", ""},
		{" \t ", ""},
		{"a", "a"},
		{"  a  ", "a"},
		{"\ta\t\tb \t c\t", "a b c"},
		{"\"a   b\"", "\"a b\""},
		{"A;B,C", "A;B,C"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_is(canonical("/", false, "", "X-Amz-A", cases[i][0]),
				psprintf("GET\n/\n\nx-amz-a:%s\n\nx-amz-a\n-", cases[i][1]),
				"header value \"%s\"", cases[i][0]);
}

/* Values of one name stay in their order, however many there are. */
static void
test_header_order(void)
{
	LfdwHeader	headers[60];
	LfdwSigv4Request request = {
		.method = "GET",
		.path = "/",
		.query = "",
		.headers = headers,
		.nheaders = lengthof(headers),
		.payload_hash = "-"
	};
	StringInfoData text;
	StringInfoData names;
	StringInfoData expected;

	initStringInfo(&text);
	initStringInfo(&names);
	initStringInfo(&expected);
	appendStringInfoString(&expected, "GET\n/\n\na:");
	headers[0].name = "b";		/* else there is nothing to sort */
	headers[0].value = "c";
	for (int i = 1; i < (int) lengthof(headers); i++)
	{
		headers[i].name = i % 2 ? "a" : "A";
		headers[i].value = psprintf("%d", i);
		appendStringInfo(&expected, "%s%d", i > 1 ? "," : "", i);
	}
	appendStringInfoString(&expected, "\nb:c\n\na;b\n-");
	lfdw_sigv4_canonical_request(&text, &names, &request);
	unit_is(text.data, expected.data, "many values of one header");
}

static void
test_timestamp(void)
{
	static const struct
	{
		int64		seconds;
		const char *text;
	}			cases[] =

	{
		{0, "19700101T000000Z"},
		{951782399, "20000228T235959Z"},
		{951782400, "20000229T000000Z"},
		{1440938160, "20150830T123600Z"},
		{2147483648, "20380119T031408Z"},
		{INT64CONST(253402300799), "99991231T235959Z"}
	};
	char		timestamp[17];

	setenv("TZ", "Asia/Tokyo", 1);
	tzset();
	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		lfdw_sigv4_timestamp(cases[i].seconds, timestamp);
		unit_is(timestamp, cases[i].text, "timestamp of %lld",
				(long long) cases[i].seconds);
	}
}

static void
test_hash(void)
{
	static const struct
	{
		const char *bytes;
		size_t		len;
		const char *hex;
	}			cases[] =

	{
		{"", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"a\0b", 3, "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138"}
	};
	char		hex[LFDW_SHA256_HEX_LEN + 1];

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		unit_ok(lfdw_sigv4_hash(cases[i].bytes, cases[i].len, hex),
				"SHA-256 of %zu bytes", cases[i].len);
		unit_is(hex, cases[i].hex, "is right");
	}
}

/* The key that "Deriving the signing key" in AWS's text gives. */
static void
test_signing_key(void)
{
	static const uint8 expected[] = {
		0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71,
		0x76, 0x3a, 0x39, 0x3e, 0x44, 0xb7, 0x03, 0x57,
		0x1b, 0x55, 0xcc, 0x28, 0x42, 0x4d, 0x1a, 0x5e,
		0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9
	};
	LfdwSigv4Scope scope = {"20150830T123600Z", "us-east-1", "iam"};
	uint8		key[LFDW_SHA256_LEN];

	unit_ok(lfdw_sigv4_signing_key(key, CASE_SECRET, &scope) &&
			memcmp(key, expected, sizeof(key)) == 0,
			"the signing key of AWS's example");
}

/* The Authorization of one same request. */
static char *
authorize(LfdwSigv4KeyCache *cache, const char *secret,
		  const LfdwSigv4Scope *scope)
{
	LfdwHeader	header = {"host", "h"};
	LfdwSigv4Request request = {
		.method = "GET",
		.path = "/",
		.query = "",
		.headers = &header,
		.nheaders = 1,
		.payload_hash = "-"
	};
	StringInfoData text;

	initStringInfo(&text);
	if (!lfdw_sigv4_authorization(&text, cache, "ID", secret, scope, &request))
		return "refused";
	return text.data;
}

/* Is the signature that of an empty cache? */
static bool
signs_right(LfdwSigv4KeyCache *cache, const char *secret,
			const LfdwSigv4Scope *scope)
{
	LfdwSigv4KeyCache empty = {0};

	return strcmp(authorize(cache, secret, scope),
				  authorize(&empty, secret, scope)) == 0;
}

/*
 * Would the key come from the cache?  Asked of a copy whose keys are all
 * false: a signature by one of them shows.
 */
static bool
is_cached(const LfdwSigv4KeyCache *cache, const char *secret,
		  const LfdwSigv4Scope *scope)
{
	LfdwSigv4KeyCache copy = *cache;

	for (int i = 0; i < LFDW_SIGV4_KEY_CACHE_SIZE; i++)
		copy.keys[i].key[0] ^= 1;
	return !signs_right(&copy, secret, scope);
}

static void
test_cache(void)
{
	static const struct
	{
		const char *what;
		const char *secret;
		LfdwSigv4Scope scope;
	}			others[] =

	{
		{"another day", "s", {"20261122T000000Z", "eu-west-1", "lambda"}},
		{"another secret", "t", {"20261121T083015Z", "eu-west-1", "lambda"}},
		{"a longer secret", "ss", {"20261121T083015Z", "eu-west-1", "lambda"}},
		{"another region", "s", {"20261121T083015Z", "eu-west-2", "lambda"}},
		{"another service", "s", {"20261121T083015Z", "eu-west-1", "sts"}}
	};
	LfdwSigv4KeyCache cache = {0};
	LfdwSigv4Scope scope = {"20261121T083015Z", "eu-west-1", "lambda"};
	LfdwSigv4Scope later = {"20261121T235959Z", "eu-west-1", "lambda"};

	unit_ok(!is_cached(&cache, "s", &scope), "an empty cache has no key");
	unit_ok(signs_right(&cache, "s", &scope), "the first key signs");
	unit_ok(is_cached(&cache, "s", &scope), "and is kept");
	unit_ok(signs_right(&cache, "s", &scope), "the same key signs again");
	unit_ok(cache.next == 1, "and takes no other place");
	unit_ok(is_cached(&cache, "s", &later) && signs_right(&cache, "s", &later),
			"it serves the whole day");
	for (int i = 0; i < (int) lengthof(others); i++)
	{
		unit_ok(!is_cached(&cache, others[i].secret, &others[i].scope),
				"%s is another key", others[i].what);
		unit_ok(signs_right(&cache, others[i].secret, &others[i].scope) &&
				is_cached(&cache, others[i].secret, &others[i].scope),
				"%s signs, and is kept", others[i].what);
	}
	unit_ok(is_cached(&cache, "s", &scope), "so is the first one still");
	unit_ok(signs_right(&cache, CASE_SECRET, &scope) &&
			is_cached(&cache, CASE_SECRET, &scope) &&
			memmem(&cache, sizeof(cache), CASE_SECRET,
				   strlen(CASE_SECRET)) == NULL,
			"the cache holds no secret");
}

static void
test_cache_full(void)
{
	LfdwSigv4KeyCache cache = {0};
	LfdwSigv4Scope scope = {"20261121T083015Z", "eu-west-1", "lambda"};
	int			right = 0;
	int			cached = 0;

	for (int i = 0; i <= LFDW_SIGV4_KEY_CACHE_SIZE; i++)
		right += signs_right(&cache, psprintf("secret %d", i), &scope);
	unit_ok(right == LFDW_SIGV4_KEY_CACHE_SIZE + 1,
			"one key more than the cache holds, and all sign");
	unit_ok(!is_cached(&cache, "secret 0", &scope), "the oldest one is gone");
	for (int i = 1; i <= LFDW_SIGV4_KEY_CACHE_SIZE; i++)
		cached += is_cached(&cache, psprintf("secret %d", i), &scope);
	unit_ok(cached == LFDW_SIGV4_KEY_CACHE_SIZE, "the others are there");
	unit_ok(signs_right(&cache, "secret 0", &scope) &&
			is_cached(&cache, "secret 0", &scope) &&
			!is_cached(&cache, "secret 1", &scope),
			"the oldest one comes back in the place of the next");
}

/* Names that do not fit into the cache are not confused by their starts. */
static void
test_cache_long_names(void)
{
	LfdwSigv4KeyCache cache = {0};
	char		region[100];
	char		service[100];
	LfdwSigv4Scope cut = {"20261121T083015Z", region, "lambda"};
	LfdwSigv4Scope scope = {"20261121T083015Z", region, "lambda"};

	memset(region, 'r', sizeof(region));
	memset(service, 's', sizeof(service));
	region[64] = '\0';
	unit_ok(signs_right(&cache, "s", &scope), "a region of 64 characters");
	region[63] = '\0';
	unit_ok(!is_cached(&cache, "s", &cut), "gives its start no key");
	unit_ok(signs_right(&cache, "s", &cut) && is_cached(&cache, "s", &cut),
			"a region of 63 characters is kept");
	region[63] = 'r';
	unit_ok(signs_right(&cache, "s", &scope) && !is_cached(&cache, "s", &scope),
			"one of 64 signs, and is not kept");
	region[63] = 'x';
	unit_ok(signs_right(&cache, "s", &scope), "nor taken for another");
	region[63] = '\0';
	unit_ok(is_cached(&cache, "s", &cut), "what was kept stays");
	scope.service = service;
	service[31] = '\0';
	unit_ok(signs_right(&cache, "s", &scope) && is_cached(&cache, "s", &scope),
			"a service of 31 characters is kept");
	service[31] = 's';
	service[32] = '\0';
	unit_ok(signs_right(&cache, "s", &scope) && !is_cached(&cache, "s", &scope),
			"one of 32 signs, and is not kept");
}

int
main(void)
{
	for (int i = 0; i < (int) lengthof(lambda_cases); i++)
		test_lambda_case(&lambda_cases[i]);
	test_path();
	test_query();
	test_header_value();
	test_header_order();
	test_timestamp();
	test_hash();
	test_signing_key();
	test_cache();
	test_cache_full();
	test_cache_long_names();
	return unit_done();
}
