/*-------------------------------------------------------------------------
 *
 * test_profile_ini.c
 *		Unit tests of src/base/profile_ini.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_profile_ini.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/profile_ini.h"

#define PROFILE LFDW_SECTION_PROFILE
#define SERVICES LFDW_SECTION_SERVICES
#define SSO LFDW_SECTION_SSO_SESSION

/* Reads a copy that ends where the text does, so that ASan sees any excess. */
static bool
read_exactly(LfdwProfiles *profiles, const char *text, size_t len,
			 bool is_config)
{
	char	   *copy = malloc(len);
	bool		read;

	memcpy(copy, text, len);
	read = lfdw_profiles_read(profiles, copy, len, is_config);
	free(copy);
	return read;
}

static LfdwProfiles *
profiles_of(const char *config, const char *credentials)
{
	LfdwProfiles *profiles = lfdw_profiles_create();

	if (config)
		read_exactly(profiles, config, strlen(config), true);
	if (credentials)
		read_exactly(profiles, credentials, strlen(credentials), false);
	return profiles;
}

static bool
same(const char *got, const char *expected)
{
	return (got == NULL) == (expected == NULL) &&
		(got == NULL || strcmp(got, expected) == 0);
}

/* The value of key "k" in profile "p", or in another section. */
static const struct
{
	const char *text;
	const char *value;			/* NULL: none */
}			values[] =

{
	{"[profile p]\nk = v", "v"},
	{"[profile p]\nk=v\n", "v"},
	{"[profile p]\r\nk = v\r\n", "v"},
	{"[profile p]\rk = v\r", "v"},
	{"\xEF\xBB\xBF[profile p]\nk = v", "v"},
	{"\xEF\xBB\xBF\xEF\xBB\xBF[profile p]\nk = v", NULL},
	{"[profile p]\nk \t= \t v \t", "v"},
	{"[profile p]\nk =", ""},
	{"[profile p]\nk", NULL},
	{"[profile p]\nk : v", NULL},
	{"[profile p]\n= v", NULL},
	{"[profile p]\n =v", NULL},
	{"[profile p]\nk = a=b = c", "a=b = c"},
	{"[profile p]\nk = \"v\"", "\"v\""},
	{"[profile p]\nk = \xF0\x9F\x98\x82", "\xF0\x9F\x98\x82"},
	{"[profile p]\nk = \xFF\x01", "\xFF\x01"},
	{"[profile p]\nK = v", "v"},
	{"[profile p]\nk k = v", NULL},
	{"[profile p]\nk! = v", NULL},
	{"k = v", NULL},
	{"k = v\n[profile p]", NULL},
	{"[profile p]\n\n \t\nk = v\n\n", "v"},
	{"[profile p]\nk =\fv\v", "\fv\v"},

	/* duplicates */
	{"[profile p]\nk = a\nk = b", "b"},
	{"[profile p]\nk = a\nK = b", "b"},
	{"[profile p]\nk = a\nk =", ""},
	{"[profile p]\nk = a\n[profile q]\nk = b\n[profile p]\nl = c", "a"},
	{"[profile p]\nk = a\n[profile p]\nk = b", "b"},

	/* sections */
	{"[p]\nk = v", NULL},
	{"[profile P]\nk = v", NULL},
	{"[Profile p]\nk = v", NULL},
	{"[profilep]\nk = v", NULL},
	{"[profile\tp]\nk = v", "v"},
	{"[  profile \t p \t]\nk = v", "v"},
	{"[profile p\nk = v", NULL},
	{"[profile p] x\nk = v", NULL},
	{"[profile p]]\nk = v", NULL},
	{"[profile p]#\nk = v", "v"},
	{"[profile p]; x\nk = v", "v"},
	{"[profile p] # [profile q]\nk = v", "v"},
	{" [profile p]\nk = v", NULL},
	{"[profile q]\n[profile p]\nk = v", "v"},
	{"[profile q]\na = b\n [profile p]\nk = v", NULL},
	{"[profile \"p\"]\nk = v", "v"},
	{"[profile 'p']\nk = v", "v"},
	{"[profile 'p\"]\nk = v", NULL},
	{"[profile \"p]\nk = v", NULL},
	{"[profile p\"\"]\nk = v", NULL},
	{"[profile \"p\"x]\nk = v", NULL},
	{"[profile p q]\nk = v", NULL},
	{"[profile p]\n[profile p q]\nk = v", NULL},
	{"[profile p]\n[profile p!]\nk = v", NULL},
	{"[profile p]\n[\nk = v", NULL},
	{"[profile p]\n[]\nk = v", NULL},
	{"[profile p]\n[profile]\nk = v", NULL},
	{"[profile p]\n[profile ]\nk = v", NULL},
	{"[profile p]\n[profile \"\"]\nk = v", NULL},
	{"[profile p]\n[plugins]\nk = v", NULL},
	{"[profile p]\n[services p]\nk = v", NULL},
	{"[sso-session p]\nk = v", NULL},

	/* comments */
	{"# x\n; y\n[profile p]\n#k = v\n;k = v", NULL},
	{"[profile p]\nk = v # x", "v"},
	{"[profile p]\nk = v\t; x # y", "v"},
	{"[profile p]\nk = v;", "v;"},
	{"[profile p]\nk = v# x", "v# x"},
	{"[profile p]\nk = v#x #y", "v#x"},
	{"[profile p]\nk = # x", ""},
	{"[profile p]\nk =# x", "# x"},
	{"[profile p]\nk # x = v", NULL},
	{"[profile p]\nk = v #", "v"},
	{"[profile p]\nk = a\n# x\n b", "a\nb"},

	/* continuations */
	{"[profile p]\nk = a\n b", "a\nb"},
	{"[profile p]\nk = a\n\tb\t\n  c = d", "a\nb\nc = d"},
	{"[profile p]\nk = a\n b # x", "a\nb # x"},
	{"[profile p]\nk = a\n # x", "a\n# x"},
	{"[profile p]\nk = a # x\n b", "a\nb"},
	{"[profile p]\nk = a\n\n \n b", "a\nb"},
	{"[profile p]\nk =\n b", "\nb"},
	{"[profile p]\n k = v", NULL},
	{"[profile p]\nk = a\n[profile p]\n b", "a"},
	{"[profile p]\nk = a\nbad line\n b", "a"},
	{"[profile p]\nk = a\nk k = b\n c", "a"},
	{"[profile p]\nk = a\nl = b\n c", "a"},
	{"[profile p]\nk = a\n b\nk = c\n d", "c\nd"},
	{"[profile p]\nk = a\r\n b\r\n", "a\nb"}
};

static void
test_values(void)
{
	for (int i = 0; i < (int) lengthof(values); i++)
	{
		LfdwProfiles *profiles = profiles_of(values[i].text, NULL);
		const char *got = lfdw_profiles_get(profiles, PROFILE, "p", "k");

		if (!unit_ok(same(got, values[i].value), "value %d", i))
			printf("# %s\n# got %s\n", values[i].text, got ? got : "none");
	}
}

static void
test_sections(void)
{
	LfdwProfiles *profiles =
	profiles_of("[profile a]\n[profile \"b c]# d\"]\nk = 1\n"
				"[profile azAZ09-_/.%@:+]\n[services s]\nk = 2\n"
				"[sso-session s]\nk = 3\n[services 't u']\n"
				"[services default]\nk = 4\n[profile x y]\n[z]\n"
				"[profile \"\"]\n[profile \"v\"w]\n", "[]\n[ ]\n['']\n");

	unit_ok(lfdw_profiles_has(profiles, PROFILE, "a"), "an empty profile");
	unit_ok(!lfdw_profiles_has(profiles, PROFILE, "A"), "in this case only");
	unit_ok(!lfdw_profiles_has(profiles, SERVICES, "a"), "and kind");
	unit_ok(lfdw_profiles_get(profiles, PROFILE, "a", "k") == NULL,
			"and without properties");
	unit_ok(same(lfdw_profiles_get(profiles, PROFILE, "b c]# d", "k"), "1"),
			"a name in quotes may hold anything");
	unit_ok(lfdw_profiles_has(profiles, PROFILE, "azAZ09-_/.%@:+"),
			"one without them these characters");
	unit_ok(same(lfdw_profiles_get(profiles, SERVICES, "s", "K"), "2"),
			"a services section");
	unit_ok(same(lfdw_profiles_get(profiles, SSO, "s", "k"), "3"),
			"an sso-session section of the same name");
	unit_ok(!lfdw_profiles_has(profiles, PROFILE, "s"), "no profile");
	unit_ok(lfdw_profiles_has(profiles, SERVICES, "t u"),
			"a services section in quotes");
	unit_ok(lfdw_profiles_has(profiles, SERVICES, "default") &&
			!lfdw_profiles_has(profiles, PROFILE, "default"),
			"the default of services is not that of profiles");
	unit_ok(!lfdw_profiles_has(profiles, PROFILE, "x") &&
			!lfdw_profiles_has(profiles, PROFILE, "x y") &&
			!lfdw_profiles_has(profiles, PROFILE, "z"),
			"sections that are none");
	unit_ok(!lfdw_profiles_has(profiles, PROFILE, "") &&
			!lfdw_profiles_has(profiles, PROFILE, "\"v\"w"),
			"names that are none");
}

/* Both files; what profile "p", and "default", have for "k". */
static const struct
{
	const char *config;
	const char *credentials;
	const char *p;
	const char *by_default;
}			files[] =

{
	{NULL, "[p]\nk = v", "v", NULL},
	{NULL, "[ p ] # x\nk = v", "v", NULL},
	{NULL, "[\"p\"]\nk = v", "v", NULL},
	{NULL, "[profile p]\nk = v", NULL, NULL},
	{NULL, "[profile default]\nk = v", NULL, NULL},
	{NULL, "[p q]\nk = v", NULL, NULL},
	{NULL, "[services]\nk = v\n[sso-sessionp]\n[default]\nk = d", NULL, "d"},
	{"[profile p]\nk = a", "[p]\nk = b", "b", NULL},
	{"[profile p]\nk = a", "[p]\nl = b", "a", NULL},
	{"[profile p]\nk = a", "[p]\nk =", "", NULL},
	{"[profile p]\nk = a", "[p]\nk = b\n[p]\nK = c", "c", NULL},
	{"[profile p]\nk = a", "[q]\nk = b", "a", NULL},
	{"[services p]\nk = a", "[p]\nk = b", "b", NULL},

	/* the two spellings of the default profile */
	{"[default]\nk = a", NULL, NULL, "a"},
	{"[profile default]\nk = a", NULL, NULL, "a"},
	{"[ default ]\nk = a", NULL, NULL, "a"},
	{"[profile \"default\"]\nk = a\n[default]\nk = b", NULL, NULL, "a"},
	{"[profile default]\nk = a\n[default]\nk = b", NULL, NULL, "a"},
	{"[default]\nk = b\n[profile default]\nk = a", NULL, NULL, "a"},
	{"[default]\nk = b\n[profile default]\nl = a", NULL, NULL, NULL},
	{"[default]\nk = a\n[default]\nl = b", NULL, NULL, "a"},
	{"[default]\nk = a\n[services default]\nk = b", NULL, NULL, "a"},
	{"[default]\nk = a", "[default]\nk = b", NULL, "b"},
	{"[profile default]\nk = a\n[default]\nk = c", "[default]\nk = b", NULL, "b"},
	{"[profile default]\n[default]\nk = c", "[default]\nk = b", NULL, "b"}
};

static void
test_files(void)
{
	for (int i = 0; i < (int) lengthof(files); i++)
	{
		LfdwProfiles *profiles = profiles_of(files[i].config,
											 files[i].credentials);

		unit_ok(same(lfdw_profiles_get(profiles, PROFILE, "p", "k"),
					 files[i].p) &&
				same(lfdw_profiles_get(profiles, PROFILE, "default", "k"),
					 files[i].by_default), "files %d", i);
		if (files[i].config == NULL || files[i].credentials == NULL)
			continue;
		profiles = profiles_of(NULL, files[i].credentials);
		read_exactly(profiles, files[i].config, strlen(files[i].config), true);
		unit_ok(same(lfdw_profiles_get(profiles, PROFILE, "p", "k"),
					 files[i].p) &&
				same(lfdw_profiles_get(profiles, PROFILE, "default", "k"),
					 files[i].by_default), "the other order");
	}
}

/* What services section "s" has for "endpoint_url" in "lambda". */
static const struct
{
	const char *text;
	const char *value;
}			nested[] =

{
	{"lambda =\n  endpoint_url = https://a", "https://a"},
	{"lambda=\n\tendpoint_url=https://a\n", "https://a"},
	{"lambda =\r\n  endpoint_url = https://a\r\n", "https://a"},
	{"LAMBDA =\n  Endpoint_URL = https://a", "https://a"},
	{"lambda = # x\n  endpoint_url = https://a", "https://a"},
	{"lambda =\n  endpoint_url = https://a # x", "https://a"},
	{"lambda =\n  endpoint_url = https://a#x", "https://a#x"},
	{"lambda =\n  endpoint_url =", ""},
	{"lambda =\n  a = b\n\n  # endpoint_url = no\n  endpoint_url = c\n  d = e", "c"},
	{"lambda =\n  endpoint_url = a\n  endpoint_url = b", "b"},
	{"lambda =\n  endpoint_url = a = b", "a = b"},
	{"s3 =\n  endpoint_url = a\nlambda =\n  endpoint_url = b\nsts =\n  endpoint_url = c", "b"},
	{"lambda =\n  endpoint_url = a\nlambda =\n  x = b", NULL},
	{"lambda =\n  endpoint_url = a\nlambda = b", NULL},
	{"lambda =\n  endpoint_urls = a\n  endpoint_ur = b\n  xendpoint_url = c", NULL},
	{"lambda =\n  endpoint_url", NULL},
	{"lambda =\n  # endpoint_url = a", NULL},
	{"lambda =\nendpoint_url = a", NULL},
	{"lambda = endpoint_url = a", NULL},
	{"lambda = x\n  endpoint_url = a", NULL},
	{"lambda =", NULL},
	{"s3 =\n  endpoint_url = a", NULL},
	{"", NULL}
};

static void
test_nested(void)
{
	for (int i = 0; i < (int) lengthof(nested); i++)
	{
		char	   *text = psprintf("[services s]\n%s", nested[i].text);
		LfdwProfiles *profiles = profiles_of(text, NULL);
		char	   *got = lfdw_profiles_get_nested(profiles, SERVICES, "s",
												   "lambda", "endpoint_url");

		if (!unit_ok(same(got, nested[i].value), "nested %d", i))
			printf("# %s\n# got %s\n", text, got ? got : "none");
		unit_ok(lfdw_profiles_get_nested(profiles, PROFILE, "s", "lambda",
										 "endpoint_url") == NULL &&
				lfdw_profiles_get_nested(profiles, SERVICES, "S", "lambda",
										 "endpoint_url") == NULL,
				"and in no other section");
	}
}

static void
test_bytes(void)
{
	static const char text[] = "[profile p]\0x\nk = a\0b\n l\0m\n\0\nj\0 = n\ni = o";
	LfdwProfiles *profiles = lfdw_profiles_create();

	unit_ok(lfdw_profiles_read(profiles, NULL, 0, true) &&
			lfdw_profiles_read(profiles, NULL, 0, false), "nothing to read");
	unit_ok(read_exactly(profiles, "\xEF\xBB", 2, true) &&
			read_exactly(profiles, "\xEF\xBB\xBF", 3, true),
			"a byte order mark alone, or half of it");
	unit_ok(!lfdw_profiles_has(profiles, PROFILE, "p"), "which is no section");
	read_exactly(profiles, text, sizeof(text) - 1, true);
	unit_ok(same(lfdw_profiles_get(profiles, PROFILE, "p", "k"), "a\nl"),
			"a NUL hides the rest of its line");
	unit_ok(lfdw_profiles_get(profiles, PROFILE, "p", "j") == NULL &&
			same(lfdw_profiles_get(profiles, PROFILE, "p", "i"), "o"),
			"and no more");
}

static void
test_sizes(void)
{
	LfdwProfiles *profiles = lfdw_profiles_create();
	char	   *text = malloc(LFDW_PROFILES_MAX_BYTES + 1);
	const char *head = "[profile p]\nk = ";
	const char *got;

	memset(text, 'x', LFDW_PROFILES_MAX_BYTES + 1);
	memcpy(text, head, strlen(head));
	unit_ok(!lfdw_profiles_read(profiles, text, LFDW_PROFILES_MAX_BYTES + 1, true) &&
			!lfdw_profiles_has(profiles, PROFILE, "p"),
			"a file that is too long");
	unit_ok(lfdw_profiles_read(profiles, text, LFDW_PROFILES_MAX_BYTES, true),
			"one that is not quite");
	got = lfdw_profiles_get(profiles, PROFILE, "p", "k");
	unit_ok(got && strlen(got) == LFDW_PROFILES_MAX_BYTES - strlen(head),
			"has a long value");

	/* all of it sections, properties, or continuations */
	for (int at = 0; at + 4 <= LFDW_PROFILES_MAX_BYTES; at += 4)
		memcpy(text + at, "[p]\n", 4);
	unit_ok(lfdw_profiles_read(profiles, text, LFDW_PROFILES_MAX_BYTES, false) &&
			lfdw_profiles_has(profiles, PROFILE, "p"), "many sections");
	for (int at = 4; at + 4 <= LFDW_PROFILES_MAX_BYTES; at += 4)
		memcpy(text + at, "k=v\n", 4);
	unit_ok(lfdw_profiles_read(profiles, text, LFDW_PROFILES_MAX_BYTES, false) &&
			same(lfdw_profiles_get(profiles, PROFILE, "p", "k"), "v"),
			"many properties");
	for (int at = 8; at + 4 <= LFDW_PROFILES_MAX_BYTES; at += 4)
		memcpy(text + at, " vv\n", 4);
	unit_ok(lfdw_profiles_read(profiles, text, LFDW_PROFILES_MAX_BYTES, false),
			"many continuations");
	got = lfdw_profiles_get(profiles, PROFILE, "p", "k");
	unit_ok(got && strlen(got) == 1 + (LFDW_PROFILES_MAX_BYTES - 8) / 4 * 3,
			"make a long value");
	free(text);
}

int
main(void)
{
	test_values();
	test_sections();
	test_files();
	test_nested();
	test_bytes();
	test_sizes();
	return unit_done();
}
