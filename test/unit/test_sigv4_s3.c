/*-------------------------------------------------------------------------
 *
 * test_sigv4_s3.c
 *		Unit tests of src/base/sigv4.c: requests as S3 signs them.
 *
 * The signatures are those of the examples in AWS's text "Signature
 * Calculations for the Authorization Header" and "Authenticating Requests:
 * Using Query Parameters" of the S3 API reference.
 *
 * IDENTIFICATION
 *	  test/unit/test_sigv4_s3.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/sigv4.h"

#define S3_HOST "examplebucket.s3.amazonaws.com"
#define S3_TIMESTAMP "20130524T000000Z"
#define S3_KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define S3_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define S3_BODY "Welcome to Amazon S3."

/* The Authorization of a request to S3, without its first words. */
static const char *
signature_of(const LfdwSigv4Request *request)
{
	LfdwSigv4KeyCache cache = {0};
	LfdwSigv4Scope scope = {S3_TIMESTAMP, "us-east-1", "s3"};
	StringInfoData text;
	const char *found;

	initStringInfo(&text);
	if (!lfdw_sigv4_authorization(&text, &cache, S3_KEY_ID, S3_SECRET, &scope,
								  request))
		return "refused";
	found = strstr(text.data, "SignedHeaders=");
	return found ? found : text.data;
}

/* PUT Object: the path has a percent sign, which is not encoded again. */
static void
test_path_encoded_once(void)
{
	char		hash[LFDW_SHA256_HEX_LEN + 1] = "";
	LfdwHeader	headers[] = {
		{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
		{"Host", S3_HOST},
		{"X-Amz-Content-Sha256", hash},
		{"X-Amz-Date", S3_TIMESTAMP},
		{"X-Amz-Storage-Class", "REDUCED_REDUNDANCY"}
	};
	LfdwSigv4Request request = {
		.method = "PUT",
		.path = "/test%24file.text",
		.path_encoded_once = true,
		.query = "",
		.headers = headers,
		.nheaders = lengthof(headers),
		.payload_hash = hash
	};

	lfdw_sigv4_hash(S3_BODY, strlen(S3_BODY), hash);
	unit_is(signature_of(&request),
			"SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
			"Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
			"the path is signed as it is");
	request.path_encoded_once = false;
	unit_ok(strstr(signature_of(&request), "98ad721746da40c6") == NULL,
			"unless another service signs it");
}

/* A presigned GET Object, of which the body is not signed. */
static void
test_unsigned_payload(void)
{
	LfdwHeader	header = {"Host", S3_HOST};
	LfdwSigv4Request request = {
		.method = "GET",
		.path = "/test.txt",
		.path_encoded_once = true,
		.query = "X-Amz-Algorithm=AWS4-HMAC-SHA256"
		"&X-Amz-Credential=" S3_KEY_ID "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
		"&X-Amz-Date=" S3_TIMESTAMP "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host",
		.headers = &header,
		.nheaders = 1,
		.payload_hash = LFDW_SIGV4_UNSIGNED_PAYLOAD
	};

	unit_is(signature_of(&request),
			"SignedHeaders=host, "
			"Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
			"the body is left out");
}

/* What is removed from other services' paths is the name of an object in S3. */
static void
test_path_as_it_is(void)
{
	static const char *const paths[] = {
		"", "/", "/a//b/../c", "/%2F%2e", "/a%20b", "/\xC3\xA9"
	};

	for (int i = 0; i < (int) lengthof(paths); i++)
	{
		LfdwHeader	header = {"host", "h"};
		LfdwSigv4Request request = {
			.method = "GET",
			.path = paths[i],
			.path_encoded_once = true,
			.query = "",
			.headers = &header,
			.nheaders = 1,
			.payload_hash = "-"
		};
		StringInfoData text;
		StringInfoData names;

		initStringInfo(&text);
		initStringInfo(&names);
		lfdw_sigv4_canonical_request(&text, &names, &request);
		unit_is(text.data,
				psprintf("GET\n%s\n\nhost:h\n\nhost\n-",
						 paths[i][0] ? paths[i] : "/"),
				"path \"%s\"", paths[i]);
	}
}

int
main(void)
{
	test_path_encoded_once();
	test_unsigned_payload();
	test_path_as_it_is();
	return unit_done();
}
