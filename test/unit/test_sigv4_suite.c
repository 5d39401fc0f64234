/*-------------------------------------------------------------------------
 *
 * test_sigv4_suite.c
 *		src/base/sigv4.c against the public test suite of Signature Version 4.
 *
 * IDENTIFICATION
 *	  test/unit/test_sigv4_suite.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <dirent.h>

#include <json-c/json.h>

#include "base/sigv4.h"

#define SUITE "test/unit/aws-sigv4"
#define SUITE_CASES 38
#define HEADERS_MAX 16

/* A case of the public test suite, as its files have it. */
typedef struct SuiteCase
{
	char	   *name;
	struct json_object *context;
	LfdwSigv4Request request;
	LfdwSigv4Scope scope;
	LfdwHeader	headers[HEADERS_MAX];
	char		payload_hash[LFDW_SHA256_HEX_LEN + 1];
} SuiteCase;

/* The whole of one of a case's files. */
static char *
read_case_file(const char *name, const char *file)
{
	char	   *path = psprintf("%s/%s/%s", SUITE, name, file);
	FILE	   *stream = fopen(path, "rb");
	StringInfoData text;
	char		chunk[1024];
	size_t		len;

	initStringInfo(&text);
	if (stream == NULL)
	{
		unit_ok(false, "%s can be read", path);
		return text.data;
	}
	while ((len = fread(chunk, 1, sizeof(chunk), stream)) > 0)
		appendBinaryStringInfo(&text, chunk, (int) len);
	fclose(stream);
	return text.data;
}

/* A member of context.json, or of an object in it; NULL if absent. */
static struct json_object *
context_member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(object, name, &value);
	return value;
}

static const char *
credential(const SuiteCase *suite_case, const char *name)
{
	struct json_object *credentials = context_member(suite_case->context,
													 "credentials");

	return json_object_get_string(context_member(credentials, name));
}

static void
add_header(SuiteCase *suite_case, const char *name, const char *value)
{
	int			n = suite_case->request.nheaders++;

	suite_case->headers[n].name = name;
	suite_case->headers[n].value = value;
}

/* "GET /path?query HTTP/1.1"; the path may hold blanks. */
static void
parse_request_line(SuiteCase *suite_case, char *line)
{
	char	   *path = strchr(line, ' ') + 1;
	char	   *query;

	path[-1] = '\0';
	*strrchr(path, ' ') = '\0';
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	suite_case->request.method = line;
	suite_case->request.path = path;
	suite_case->request.query = query ? query : "";
}

/* Takes a raw request apart, in place; returns its body. */
static char *
parse_request(SuiteCase *suite_case, char *text)
{
	char	   *line = text;
	char	   *end;

	for (end = strchr(line, '\n'); end; line = end + 1, end = strchr(line, '\n'))
	{
		int			n = suite_case->request.nheaders;

		*end = '\0';
		if (line == text)
			parse_request_line(suite_case, line);
		else if (*line == '\0')
			return line + 1;
		else if (*line == ' ')
			suite_case->headers[n - 1].value =
				psprintf("%s %s", suite_case->headers[n - 1].value,
						 line + strspn(line, " "));
		else
		{
			char	   *colon = strchr(line, ':');

			*colon = '\0';
			add_header(suite_case, line, colon + 1);
		}
	}
	return line;
}

/* "2015-08-30T12:36:00Z" is "20150830T123600Z". */
static void
parse_timestamp(char *timestamp, const char *text)
{
	for (; *text; text++)
	{
		if (*text != '-' && *text != ':')
			*timestamp++ = *text;
	}
	*timestamp = '\0';
}

static void
load_case(SuiteCase *suite_case, char *name)
{
	char	   *body;
	bool		omit_token;

	memset(suite_case, 0, sizeof(*suite_case));
	suite_case->name = name;
	suite_case->context = json_tokener_parse(read_case_file(name, "context.json"));
	body = parse_request(suite_case, read_case_file(name, "request.txt"));
	lfdw_sigv4_hash(body, strlen(body), suite_case->payload_hash);
	parse_timestamp(suite_case->scope.timestamp,
					json_object_get_string(context_member(suite_case->context, "timestamp")));
	suite_case->scope.region =
		json_object_get_string(context_member(suite_case->context, "region"));
	suite_case->scope.service =
		json_object_get_string(context_member(suite_case->context, "service"));

	add_header(suite_case, "X-Amz-Date", suite_case->scope.timestamp);
	if (json_object_get_boolean(context_member(suite_case->context, "sign_body")))
		add_header(suite_case, "X-Amz-Content-Sha256", suite_case->payload_hash);
	omit_token = json_object_get_boolean(context_member(suite_case->context,
														"omit_session_token"));
	if (credential(suite_case, "token") && !omit_token)
		add_header(suite_case, "X-Amz-Security-Token",
				   credential(suite_case, "token"));
	suite_case->request.headers = suite_case->headers;
	suite_case->request.payload_hash = suite_case->payload_hash;
	suite_case->request.normalize =
		json_object_get_boolean(context_member(suite_case->context, "normalize"));
}

/* The value of Authorization in a request that the suite signed. */
static char *
signed_authorization(const char *name)
{
	char	   *text = read_case_file(name, "header-signed-request.txt");
	char	   *value = strstr(text, "\nAuthorization:");

	if (value == NULL)
		return "";
	value += strlen("\nAuthorization:");
	value[strcspn(value, "\n")] = '\0';
	return value;
}

/* Each step, from what the suite says the step before gives. */
static void
test_suite_case(char *name)
{
	static LfdwSigv4KeyCache cache;
	SuiteCase	suite_case;
	StringInfoData canonical;
	StringInfoData names;
	StringInfoData to_sign;
	StringInfoData authorization;
	uint8		key[LFDW_SHA256_LEN];
	char		signature[LFDW_SHA256_HEX_LEN + 1] = "";

	load_case(&suite_case, name);
	initStringInfo(&canonical);
	initStringInfo(&names);
	initStringInfo(&to_sign);
	initStringInfo(&authorization);

	lfdw_sigv4_canonical_request(&canonical, &names, &suite_case.request);
	unit_is(canonical.data, read_case_file(name, "header-canonical-request.txt"),
			"%s: canonical request", name);
	lfdw_sigv4_string_to_sign(&to_sign, &suite_case.scope,
							  read_case_file(name, "header-canonical-request.txt"));
	unit_is(to_sign.data, read_case_file(name, "header-string-to-sign.txt"),
			"%s: string to sign", name);
	if (lfdw_sigv4_signing_key(key, credential(&suite_case, "secret_access_key"),
							   &suite_case.scope))
		lfdw_sigv4_signature(signature, key,
							 read_case_file(name, "header-string-to-sign.txt"));
	unit_is(signature, read_case_file(name, "header-signature.txt"),
			"%s: signature", name);
	lfdw_sigv4_authorization(&authorization, &cache,
							 credential(&suite_case, "access_key_id"),
							 credential(&suite_case, "secret_access_key"),
							 &suite_case.scope, &suite_case.request);
	unit_is(authorization.data, signed_authorization(name),
			"%s: all steps", name);
	json_object_put(suite_case.context);
}

static int
is_case(const struct dirent *entry)
{
	return strncmp(entry->d_name, "get-", 4) == 0 ||
		strncmp(entry->d_name, "post-", 5) == 0;
}

static void
test_suite(void)
{
	struct dirent **entries;
	int			nentries = scandir(SUITE, &entries, is_case, alphasort);

	unit_ok(nentries == SUITE_CASES, "the suite has %d cases", SUITE_CASES);
	for (int i = 0; i < nentries; i++)
		test_suite_case(entries[i]->d_name);
}

int
main(void)
{
	test_suite();
	return unit_done();
}
