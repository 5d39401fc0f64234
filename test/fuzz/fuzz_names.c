/*-------------------------------------------------------------------------
 *
 * fuzz_names.c
 *		Fuzzer of what names a function and a request: uri, arn, sigv4,
 *		net_address, http_head and aws_error.
 *
 * scripts/fuzz builds and runs it.
 *
 * IDENTIFICATION
 *	  test/fuzz/fuzz_names.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/arn.h"
#include "base/aws_error.h"
#include "base/http_head.h"
#include "base/net_address.h"
#include "base/sigv4.h"
#include "base/uri.h"

#include "fuzz_memory.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* A parsed URL, written again, is the same URL. */
static void
fuzz_url(const char *string)
{
	const char *why = NULL;
	StringInfoData again;
	LfdwUrl		url = {0};
	LfdwUrl		other = {0};

	if (!lfdw_url_parse(string, &url, &why))
	{
		if (why == NULL)
			fail("no URL, and no reason");
		return;
	}
	if (url.port < 1 || url.port > 65535 || url.host[0] == '\0')
		fail("a URL without a place");
	(void) lfdw_url_host_is_loopback(&url);
	initStringInfo(&again);
	appendStringInfo(&again, "%s://%s%s", url.https ? "https" : "http",
					 url.authority, url.path);
	if (!lfdw_url_parse(again.data, &other, &why) ||
		url.https != other.https || url.port != other.port ||
		strcmp(url.host, other.host) != 0 ||
		strcmp(url.authority, other.authority) != 0 ||
		strcmp(url.path, other.path) != 0)
		fail("a URL written again is another");
}

/* What is encoded has RFC 3986's unreserved characters and triplets alone. */
static void
fuzz_encode(const char *text, size_t size)
{
	StringInfoData out;

	for (int keep_slash = 0; keep_slash < 2; keep_slash++)
	{
		initStringInfo(&out);
		lfdw_uri_encode(&out, text, size, keep_slash);
		if (out.len < (int) size || out.len > (int) size * 3)
			fail("an encoded text of a length that cannot be");
		for (const char *c = out.data; *c != '\0'; c++)
			if (!isalnum((unsigned char) *c) && !strchr("-._~%", *c) &&
				!(keep_slash && *c == '/'))
				fail("a character that is to be encoded");
	}
}

/* The parts of a name fit, and are what their own checks take. */
static void
fuzz_function_name(const char *string)
{
	const char *why = NULL;
	LfdwFunctionName name;

	if (!lfdw_function_name_parse(string, &name, &why))
	{
		if (why == NULL)
			fail("no function, and no reason");
		return;
	}
	if (name.name[0] == '\0' || strlen(name.name) > strlen(string))
		fail("a function without a name");
	if (name.qualifier[0] != '\0' && !lfdw_qualifier_is_valid(name.qualifier))
		fail("a qualifier that is none");
	if (name.region[0] != '\0' && !lfdw_region_is_valid(name.region))
		fail("a region that is none");
	/* elsewhere a region may be one of a server that has an endpoint */
	if (strncmp(string, "arn:", 4) == 0 &&
		lfdw_partition_of_region(name.region) == NULL)
		fail("an ARN of no partition");
}

/* Signing reads any path and query, and gives lines that end nothing early. */
static void
fuzz_request(const char *string, const char *word)
{
	const char *query = strchr(string, '?');
	LfdwHeader	headers[] = {{"host", word}, {"x-amz-date", string}};
	LfdwSigv4Request request = {
		.method = "POST",.path = word,.query = query ? query + 1 : string,
		.headers = headers,.nheaders = lengthof(headers),.payload_hash = "0"
	};
	StringInfoData out;
	StringInfoData names;

	for (int normalize = 0; normalize < 2; normalize++)
	{
		initStringInfo(&out);
		initStringInfo(&names);
		request.normalize = normalize;
		lfdw_sigv4_canonical_request(&out, &names, &request);
		if (strcmp(names.data, "host;x-amz-date") != 0)
			fail("headers that are not those");
		if (strncmp(out.data, "POST\n", 5) != 0 || strlen(out.data) != out.len)
			fail("a canonical request that is none");
	}
}

/* An address that was read is read again from what it is written as. */
static void
fuzz_address(const char *string)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_storage other = {0};
	const struct sockaddr *read = (const struct sockaddr *) &address;
	char		text[128];

	if (!lfdw_address_parse(string, &address))
		return;
	(void) lfdw_address_is_local(read);
	(void) lfdw_address_is_credential_service(read);
	(void) lfdw_address_format(read, text, sizeof(text));
	if (!lfdw_address_parse(text, &other) ||
		lfdw_address_is_loopback(read) !=
		lfdw_address_is_loopback((const struct sockaddr *) &other))
		fail("an address written again is another");
}

static void
fuzz_head(const char *text, size_t size, const char *word)
{
	LfdwBuffer	head;
	char	   *found;

	lfdw_buffer_init(&head, size + 1);
	if (!lfdw_buffer_append(&head, text, size))
		fail("a head that does not fit");
	(void) lfdw_http_head_status(&head);
	found = lfdw_http_head_find(&head, word);
	if (found && (strlen(found) > size || strpbrk(found, "\r\n")))
		fail("a header with the next one in it");
	(void) lfdw_http_head_find(&head, "content-type");
	lfdw_buffer_free(&head);
}

static void
fuzz_error(const char *string)
{
	char		code[32];

	lfdw_aws_error_code(code, sizeof(code), string);
	if (strlen(code) >= sizeof(code) || strlen(code) > strlen(string))
		fail("a code longer than it can be");
	(void) lfdw_aws_error_classify(403, code);
	(void) lfdw_aws_error_retry(500, string);
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *text = (const char *) data;
	char	   *string = palloc(size + 1);
	char	   *word;

	memcpy(string, data, size);
	string[size] = '\0';
	word = pnstrdup(string, strcspn(string, " \n"));

	fuzz_url(string);
	fuzz_encode(text, size);
	fuzz_function_name(string);
	fuzz_request(string, word);
	fuzz_address(word);
	fuzz_head(text, size, word);
	fuzz_error(string);
	free_blocks();
	return 0;
}
