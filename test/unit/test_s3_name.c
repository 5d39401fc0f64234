/*-------------------------------------------------------------------------
 *
 * test_s3_name.c
 *		Unit tests of src/base/s3_name.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_s3_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/s3_name.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* Names of buckets: which are valid, and which can be a host's first label. */
static const struct
{
	const char *bucket;
	bool		valid;
	bool		host;
}			buckets[] =

{
	{"abc", true, true},
	{"a-b", true, true},
	{"0a9", true, true},
	{SIXTY "123", true, true},
	{"xn--abc", true, true},
	{"name-abcdef-s3alias", true, true},
	{"a.b", true, false},
	{"www.example.com", true, false},
	{"192.168.0.1", true, false},
	{"-ab", true, false},
	{"ab-", true, false},
	{"Abc", true, false},
	{"a_b", true, false},
	{SIXTY "1234", true, false},
	{SIXTY SIXTY SIXTY SIXTY TEN "12345", true, false},

	{SIXTY SIXTY SIXTY SIXTY TEN "123456", false, false},
	{"", false, false},
	{"ab", false, false},
	{"...", false, false},
	{"a/b", false, false},
	{"a b", false, false},
	{"abc\n", false, false},
	{"b\xC3\xBC" "ro", false, false},
	{"s3://abc", false, false},
	{"S3://abc", false, false},
	{"arn:aws:s3:::abc", false, false},
	{"a:b@c", false, false},
	{"a%2Fb", false, false}
};

static void
test_buckets(void)
{
	for (int i = 0; i < (int) lengthof(buckets); i++)
	{
		const char *why = NULL;

		unit_ok(lfdw_s3_bucket_is_valid(buckets[i].bucket, &why) == buckets[i].valid,
				"bucket %d is %s", i, buckets[i].valid ? "valid" : "refused");
		unit_ok((why == NULL) == buckets[i].valid, "and it is said why");
		unit_ok(lfdw_s3_bucket_is_host(buckets[i].bucket) == buckets[i].host,
				"bucket %d as a host", i);
	}
}

static void
test_keys(void)
{
	char		key[LFDW_S3_KEY_MAX + 2];
	const char *why;

	memset(key, 'k', sizeof(key));
	key[LFDW_S3_KEY_MAX + 1] = '\0';
	unit_ok(!lfdw_s3_key_is_valid(key, &why), "a key that is too long");
	key[LFDW_S3_KEY_MAX] = '\0';
	unit_ok(lfdw_s3_key_is_valid(key, &why), "the longest key");
	unit_ok(!lfdw_s3_key_is_valid("", &why), "no key");
	unit_ok(lfdw_s3_key_is_valid("/", &why), "a slash");
}

/* Keys, and their paths below the bucket's own host. */
static void
test_paths(void)
{
	static const char *const cases[][2] = {
		{"a", "/a"},
		{"a/b.csv", "/a/b.csv"},
		{"a b", "/a%20b"},
		{"a+b", "/a%2Bb"},
		{"100%", "/100%25"},
		{"a%20b", "/a%2520b"},
		{"/a", "//a"},
		{"a//b", "/a//b"},
		{"a/", "/a/"},
		{"./a/../b", "/./a/../b"},
		{"..", "/.."},
		{"?x=y&z#f", "/%3Fx%3Dy%26z%23f"},
		{"\xC3\xA9t\xC3\xA9", "/%C3%A9t%C3%A9"},
		{"\xF0\x9F\x98\x80", "/%F0%9F%98%80"},
		{"~-._!*'()", "/~-._%21%2A%27%28%29"},
		{"a\tb\n", "/a%09b%0A"},
		{"a:b@c$d,e;f", "/a%3Ab%40c%24d%2Ce%3Bf"}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		char	   *path = lfdw_s3_path(NULL, cases[i][0]);

		unit_is(path, cases[i][1], "the path of key %d", i);
		path = lfdw_s3_path("a.b", cases[i][0]);
		unit_is(path, psprintf("/a.b%s", cases[i][1]), "with its bucket");
	}
}

int
main(void)
{
	test_buckets();
	test_keys();
	test_paths();
	return unit_done();
}
