/*-------------------------------------------------------------------------
 *
 * call_loop.c
 *		What a call of a function costs where nothing but the call is done.
 *
 *	call_loop URL COUNT [BODY [CA_FILE]]
 *
 * It invokes the function at URL, as http://127.0.0.1:8080/2015-03-31/functions/NAME/invocations,
 * COUNT times, one after the other, over one connection that is kept: libcurl's
 * easy interface with one handle, and each request signed anew (AWS Signature
 * Version 4, the day's key derived once), with the headers that lambda_fdw sends.
 * BODY is "{}" unless told.  It prints three lines: the first call, the others,
 * and of each call of these, with its wall time and CPU in microseconds, user and
 * system together.  The first call has libcurl's set-up and the connection.
 *
 * Answers other than 200 end it with status 1.
 *
 * IDENTIFICATION
 *	  bench/call_loop.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#define DIGEST_LEN	32
#define HEX_LEN		(2 * DIGEST_LEN + 1)
#define REGION		"eu-west-1"
#define ACCESS_KEY	"AKIDEXAMPLE"
#define SECRET_KEY	"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

/* What is received of an answer, kept as a reader of it would. */
static char received[16 * 1024 * 1024];
static size_t received_len;

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "call_loop: %s\n", what);
	exit(1);
}

static void
to_hex(const unsigned char *digest, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < DIGEST_LEN; i++)
	{
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[HEX_LEN - 1] = '\0';
}

static void
hash(const char *data, size_t len, char *hex)
{
	unsigned char digest[DIGEST_LEN];

	if (EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) != 1)
		fail("OpenSSL does not hash");
	to_hex(digest, hex);
}

static void
mac(const void *key, size_t key_len, const char *text, unsigned char *result)
{
	if (HMAC(EVP_sha256(), key, (int) key_len, (const unsigned char *) text,
			 strlen(text), result, NULL) == NULL)
		fail("OpenSSL does not sign");
}

/* The key of a day, which is derived when it changes. */
static const unsigned char *
signing_key(const char *day)
{
	static char known_day[9];
	static unsigned char key[DIGEST_LEN];

	if (strcmp(known_day, day) != 0)
	{
		mac("AWS4" SECRET_KEY, strlen("AWS4" SECRET_KEY), day, key);
		mac(key, sizeof(key), REGION, key);
		mac(key, sizeof(key), "lambda", key);
		mac(key, sizeof(key), "aws4_request", key);
		snprintf(known_day, sizeof(known_day), "%s", day);
	}
	return key;
}

/* The headers Authorization and X-Amz-Date of a request that is sent now. */
static void
sign(const char *host, const char *path, const char *body,
	 char *date_header, char *authorization, size_t size)
{
	time_t		now = time(NULL);
	struct tm	utc;
	char		timestamp[17];
	char		day[9];
	char		body_hash[HEX_LEN];
	char		request_hash[HEX_LEN];
	char		signature[HEX_LEN];
	char		text[4096];
	unsigned char digest[DIGEST_LEN];

	gmtime_r(&now, &utc);
	strftime(timestamp, sizeof(timestamp), "%Y%m%dT%H%M%SZ", &utc);
	strftime(day, sizeof(day), "%Y%m%d", &utc);
	hash(body, strlen(body), body_hash);
	snprintf(text, sizeof(text),
			 "POST\n%s\n\n"
			 "content-type:application/json\n"
			 "host:%s\n"
			 "x-amz-date:%s\n"
			 "x-amz-invocation-type:RequestResponse\n"
			 "\ncontent-type;host;x-amz-date;x-amz-invocation-type\n%s",
			 path, host, timestamp, body_hash);
	hash(text, strlen(text), request_hash);
	snprintf(text, sizeof(text),
			 "AWS4-HMAC-SHA256\n%s\n%s/" REGION "/lambda/aws4_request\n%s",
			 timestamp, day, request_hash);
	mac(signing_key(day), DIGEST_LEN, text, digest);
	to_hex(digest, signature);
	snprintf(date_header, size, "X-Amz-Date: %s", timestamp);
	snprintf(authorization, size,
			 "Authorization: AWS4-HMAC-SHA256 Credential=" ACCESS_KEY "/%s/"
			 REGION "/lambda/aws4_request, "
			 "SignedHeaders=content-type;host;x-amz-date;x-amz-invocation-type, "
			 "Signature=%s", day, signature);
}

static size_t
receive(char *data, size_t size, size_t count, void *unused)
{
	size_t		len = size * count;

	(void) unused;
	if (len > sizeof(received) - received_len)
		return 0;
	memcpy(received + received_len, data, len);
	received_len += len;
	return len;
}

static void
call(CURL *easy, const char *host, const char *path, const char *body)
{
	char		date[512];
	char		authorization[512];
	struct curl_slist *headers = NULL;
	long		status = 0;
	CURLcode	result;

	sign(host, path, body, date, authorization, sizeof(authorization));
	headers = curl_slist_append(headers, "Content-Type: application/json");
	headers = curl_slist_append(headers, "X-Amz-Invocation-Type: RequestResponse");
	headers = curl_slist_append(headers, date);
	headers = curl_slist_append(headers, authorization);
	headers = curl_slist_append(headers, "User-Agent: call_loop/1.0");
	headers = curl_slist_append(headers, "amz-sdk-invocation-id: 00000000-0000-4000-8000-000000000000");
	headers = curl_slist_append(headers, "amz-sdk-request: attempt=1; max=3");
	headers = curl_slist_append(headers, "Expect:");
	received_len = 0;
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	result = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	if (result != CURLE_OK)
		fail(curl_easy_strerror(result));
	if (status != 200)
		fail("the answer is not 200");
}

static double
wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void
print(const char *label, double wall, double cpu)
{
	printf("%s wall_us %.1f cpu_us %.1f\n", label, wall, cpu);
}

int
main(int argc, char **argv)
{
	const char *body = argc > 3 ? argv[3] : "{}";
	const char *path = NULL;
	char		host[256];
	int			count;
	double		wall;
	double		cpu;
	CURL	   *easy;

	if (argc < 3 || argc > 5 || (count = atoi(argv[2])) < 1 ||
		sscanf(argv[1], "%*[^:]://%255[^/]", host) != 1 ||
		(path = strchr(strstr(argv[1], "://") + 3, '/')) == NULL)
	{
		fprintf(stderr, "usage: call_loop URL COUNT [BODY [CA_FILE]]\n");
		return 2;
	}
	wall = wall_us();
	cpu = cpu_us();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	easy = curl_easy_init();
	curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	if (argc > 4)
		curl_easy_setopt(easy, CURLOPT_CAINFO, argv[4]);
	/* a folder besides would have each connection parse the file anew */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	call(easy, host, path, body);
	print("first", wall_us() - wall, cpu_us() - cpu);

	wall = wall_us();
	cpu = cpu_us();
	for (int i = 1; i < count; i++)
		call(easy, host, path, body);
	wall = wall_us() - wall;
	cpu = cpu_us() - cpu;
	print("others", wall, cpu);
	if (count > 1)
		print("each", wall / (count - 1), cpu / (count - 1));
	curl_easy_cleanup(easy);
	curl_global_cleanup();
	return 0;
}
