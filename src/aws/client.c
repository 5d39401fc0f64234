/*-------------------------------------------------------------------------
 *
 * client.c
 *		Requests to AWS: where they go, signed, numbered, timed.
 *
 * What a backend knows of AWS by server and user mapping is a client: the
 * connections, kept credentials, tokens for retries, and how far the clock is
 * off.  It hangs on the connections' pool, and ends with it.
 *
 * IDENTIFICATION
 *	  src/aws/client.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "common/pg_prng.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "aws/client.h"
#include "aws/network_policy.h"
#include "base/aws_time.h"
#include "base/hex.h"
#include "base/sigv4.h"
#include "base/uri.h"
#include "http/multi_handle.h"
#include "http/pool.h"
#include "pg/extension.h"
#include "pg/owner.h"

/* AWS takes a clock that is less than five minutes off; SDKs act at four. */
#define CLOCK_SKEW_SECONDS 240

/* The headers that this module adds to those it is given, each once at most. */
typedef enum OwnHeader
{
	HEADER_HOST,
	HEADER_DATE,
	HEADER_CONTENT_HASH,
	HEADER_SECURITY_TOKEN,
	HEADER_AUTHORIZATION,
	HEADER_USER_AGENT,
	HEADER_INVOCATION_ID,
	HEADER_ATTEMPT,
	HEADER_TRACE_ID
} OwnHeader;

static const char *const own_headers[] = {
	[HEADER_HOST] = "Host",
	[HEADER_DATE] = "X-Amz-Date",
	[HEADER_CONTENT_HASH] = "X-Amz-Content-Sha256",
	[HEADER_SECURITY_TOKEN] = "X-Amz-Security-Token",
	[HEADER_AUTHORIZATION] = "Authorization",
	[HEADER_USER_AGENT] = "User-Agent",
	[HEADER_INVOCATION_ID] = "amz-sdk-invocation-id",
	[HEADER_ATTEMPT] = "amz-sdk-request",
	[HEADER_TRACE_ID] = "X-Amzn-Trace-Id"
};

/* LfdwRelease: overwrites keys before their memory is given back. */
static void
wipe(void *arg)
{
	LfdwCredentials *credentials = arg;

	explicit_bzero(credentials->secret_access_key,
				   strlen(credentials->secret_access_key));
	if (credentials->session_token)
		explicit_bzero(credentials->session_token,
					   strlen(credentials->session_token));
}

/* Forgets the credentials that were fetched for a client. */
void
lfdw_client_forget_credentials(LfdwClient *client)
{
	client->credentials = NULL;
	MemoryContextReset(client->credentials_context);
}

/* Keeps a copy of credentials, fetched now, in place of those kept before. */
void
lfdw_client_keep_credentials(LfdwClient *client,
							 const LfdwCredentials *credentials, int64 now)
{
	MemoryContext old = MemoryContextSwitchTo(client->credentials_context);
	LfdwCredentials *copy;

	lfdw_client_forget_credentials(client);
	copy = palloc(sizeof(LfdwCredentials));
	*copy = *credentials;
	copy->access_key_id = pstrdup(credentials->access_key_id);
	copy->secret_access_key = pstrdup(credentials->secret_access_key);
	if (credentials->session_token)
		copy->session_token = pstrdup(credentials->session_token);
	copy->source = pstrdup(credentials->source);
	lfdw_owner_register(client->credentials_context, wipe, copy);
	client->credentials = copy;
	client->fetched_at = now;
	client->renew_at = now;
	MemoryContextSwitchTo(old);
}

/*
 * What this backend knows of AWS by server and user mapping; nothing on first
 * use and after either has changed.  The result lives until the next wait: it
 * belongs to the pool, which an ALTER may end.
 */
LfdwClient *
lfdw_client_get(const LfdwPoolKey *key)
{
	LfdwHttpPool *pool = lfdw_pool_get(key);
	LfdwClient *client = pool->client;

	if (client)
		return client;
	client = MemoryContextAllocZero(pool->context, sizeof(LfdwClient));
	client->credentials_context = AllocSetContextCreate(pool->context,
														"lambda_fdw credentials",
														ALLOCSET_SMALL_SIZES);
	client->bucket.tokens = LFDW_RETRY_TOKENS;
	pool->client = client;
	return client;
}

/*
 * A server or user mapping has changed: requests that begin from now on get
 * another client, with connections and credentials of its own.  Takes the hash
 * value of the system cache entry, 0 for all.  Does not throw.
 */
void
lfdw_client_forget_changed(bool mapping, uint32 hash)
{
	lfdw_pool_retire_changed(mapping, hash);
}

/*
 * Closes the connections to a server, those in use once their exchanges have
 * ended.  Returns whether there were any.
 */
bool
lfdw_client_forget_server(Oid serverid)
{
	bool		connected = lfdw_pool_retire_server(serverid);

	lfdw_multi_close_retired();
	return connected;
}

/* The connections of this backend, palloc'd, and how many there are. */
LfdwConnection *
lfdw_client_connections(int *count)
{
	lfdw_multi_close_retired();
	return lfdw_pool_connections(count);
}

/*
 * A random UUID (RFC 4122, version 4), palloc'd.  It tells requests apart, so that
 * nobody needs to be kept from guessing it.
 */
char *
lfdw_client_uuid(void)
{
	/* the bytes between hyphens */
	static const uint8 groups[] = {4, 2, 2, 2, 6};
	uint64		random[2] = {
		pg_prng_uint64(&pg_global_prng_state),
		pg_prng_uint64(&pg_global_prng_state)
	};
	uint8	   *bytes = (uint8 *) random;
	char	   *uuid = palloc(37);
	char	   *end = uuid;

	bytes[6] = (bytes[6] & 0x0F) | 0x40;
	bytes[8] = (bytes[8] & 0x3F) | 0x80;
	for (int i = 0; i < (int) lengthof(groups); i++)
	{
		if (i > 0)
			*end++ = '-';
		end = lfdw_hex_write(end, bytes, groups[i]);
		bytes += groups[i];
	}
	*end = '\0';
	return uuid;
}

/* The derived signing keys of this backend. */
static LfdwSigv4KeyCache *
key_cache(void)
{
	static LfdwSigv4KeyCache cache;

	return &cache;
}

static void
add_header(LfdwHeader *headers, int *nheaders, OwnHeader header,
		   const char *value)
{
	headers[*nheaders].name = own_headers[header];
	headers[*nheaders].value = value;
	(*nheaders)++;
}

/* Raises the error about a signature that cannot be made. */
static void
report_signing(const LfdwRoute *route)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_ERROR),
			 errmsg("could not sign a request for server \"%s\"", route->server),
			 errdetail("OpenSSL refused SHA-256.")));
}

/*
 * Appends the headers of a signature: X-Amz-Date, the body's hash where it is
 * asked for and the token, which it covers as it does those that were there,
 * then Authorization.
 */
static void
sign(LfdwHeader *headers, int *nheaders, const LfdwAwsRequest *request,
	 const LfdwCredentials *credentials, const char *path)
{
	LfdwClient *client = lfdw_client_get(&request->caller->pool);
	char		hash[LFDW_SHA256_HEX_LEN + 1];
	StringInfoData authorization;
	LfdwSigv4Scope scope = {"", request->route->region, request->service};
	LfdwSigv4Request signed_request = {
		.method = request->method,
		.path = path,
		.query = request->query,
		.headers = headers,
		.payload_hash = hash,
		.path_encoded_once = request->path_encoded_once
	};

	initStringInfo(&authorization);
	if (!lfdw_sigv4_hash(request->body, request->body_len, hash))
		report_signing(request->route);
	lfdw_sigv4_timestamp(time(NULL) + client->clock_offset, scope.timestamp);
	add_header(headers, nheaders, HEADER_DATE, pstrdup(scope.timestamp));
	if (request->sends_content_hash)
		add_header(headers, nheaders, HEADER_CONTENT_HASH, pstrdup(hash));
	if (credentials->session_token)
		add_header(headers, nheaders, HEADER_SECURITY_TOKEN,
				   credentials->session_token);
	signed_request.nheaders = *nheaders;
	if (!lfdw_sigv4_authorization(&authorization, key_cache(),
								  credentials->access_key_id,
								  credentials->secret_access_key,
								  &scope, &signed_request))
		report_signing(request->route);
	add_header(headers, nheaders, HEADER_AUTHORIZATION, authorization.data);
}

/* This extension, the server and libcurl, with their versions. */
static const char *
user_agent(void)
{
	static char text[128];

	if (text[0] == '\0')
		snprintf(text, sizeof(text), "lambda_fdw/%s PostgreSQL/%s libcurl/%s",
				 LFDW_VERSION, PG_VERSION, lfdw_http_library().runs_with);
	return text;
}

/* "attempt=1; max=3", palloc'd */
static char *
attempt_text(const LfdwAwsAttempt *attempt)
{
	char	   *text = palloc(64);
	char	   *end = text;

	memcpy(end, "attempt=", 8);
	end += 8;
	end += pg_ltoa(attempt->number, end);
	memcpy(end, "; max=", 6);
	end += 6;
	pg_ltoa(attempt->max, end);
	return text;
}

/* The URL of a request, palloc'd. */
static char *
request_url(const LfdwUrl *url, const char *path, const char *query)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, url->https ? "https://" : "http://");
	appendStringInfoString(&text, url->authority);
	appendStringInfoString(&text, path);
	if (query[0])
	{
		appendStringInfoChar(&text, '?');
		appendStringInfoString(&text, query);
	}
	return text.data;
}

/*
 * Fills headers and returns how many there are.  The first is Host, which
 * libcurl makes itself.  Those after Authorization are not signed, as in
 * botocore: proxies may change them.
 */
static int
make_headers(LfdwHeader *headers, const LfdwAwsRequest *request,
			 const LfdwAwsAttempt *attempt, const LfdwUrl *url,
			 const char *path)
{
	int			n = 0;

	add_header(headers, &n, HEADER_HOST, url->authority);
	for (int i = 0; i < request->nheaders; i++)
		headers[n++] = request->headers[i];
	if (attempt->credentials)
		sign(headers, &n, request, attempt->credentials, path);
	add_header(headers, &n, HEADER_USER_AGENT, user_agent());
	add_header(headers, &n, HEADER_INVOCATION_ID, attempt->invocation_id);
	add_header(headers, &n, HEADER_ATTEMPT, attempt_text(attempt));
	if (request->trace_id)
		add_header(headers, &n, HEADER_TRACE_ID, request->trace_id);
	return n;
}

/*
 * Refuses a request to an endpoint that its server may not have (42501).  What asks
 * for credentials goes to AWS's own, or where the administrator says.
 */
void
lfdw_client_check_endpoint(const LfdwAwsRequest *request)
{
	if (!request->own_endpoint && !request->for_credentials)
		lfdw_network_policy_check(request->route, request->endpoint);
}

/*
 * A proxy's URL with its port, palloc'd; NULL for none.  A URL without one means
 * 80 or 443, as everywhere, but for libcurl, which takes 1080.
 */
static char *
proxy_url(const char *proxy)
{
	LfdwUrl		url;
	const char *why;

	if (proxy == NULL)
		return NULL;
	if (!lfdw_url_parse(proxy, &url, &why))
		elog(ERROR, "invalid proxy: %s", why);
	return psprintf("%s://%s:%d", url.https ? "https" : "http", url.host,
					url.port);
}

/* What a wait for the answer is shown as. */
static LfdwWaitEvent
wait_event_of(const LfdwAwsRequest *request)
{
	if (request->for_credentials)
		return LFDW_WAIT_CREDENTIALS;
	if (strcmp(request->service, "lambda") == 0)
		return LFDW_WAIT_INVOKE;
	return strcmp(request->service, "s3") == 0 ? LFDW_WAIT_S3 : LFDW_WAIT_MODEL;
}

/*
 * Sends a request to AWS, signed, and returns at once.
 *
 * It goes over the connections of its caller, and by the route, whose region
 * is in the signature.  The exchange belongs to the current context; the
 * request's body must live as long.  Raises HV000 where OpenSSL cannot sign,
 * and what lfdw_http_begin raises.
 */
LfdwHttpExchange *
lfdw_client_begin(const LfdwAwsRequest *request, const LfdwAwsAttempt *attempt)
{
	const LfdwRoute *route = request->route;
	LfdwHttpRequest http = {0};
	LfdwHeader *headers = palloc(sizeof(LfdwHeader) *
								 (request->nheaders + lengthof(own_headers)));
	LfdwUrl		url;
	const char *why;
	const char *path;

	if (!lfdw_url_parse(request->endpoint, &url, &why))
		elog(ERROR, "invalid endpoint: %s", why);
	path = url.path[0] ? psprintf("%s%s", url.path, request->path) : request->path;
	http.pool = request->caller->pool;
	http.method = request->method;
	http.nheaders = make_headers(headers, request, attempt, &url, path) - 1;
	http.headers = headers + 1;
	http.url = request_url(&url, path, request->query);
	http.proxy = proxy_url(route->proxy);
	http.ca_bundle = route->ca_bundle;
	http.body = request->body;
	http.body_len = request->body_len;
	http.asks_first = request->asks_first;
	http.limits = request->limits;
	http.keep_connection = route->keep_connections;
	http.once = attempt->once;
	http.wait_event = wait_event_of(request);
	http.slot = attempt->slot;
	http.network = request->own_endpoint ? 0 :
		lfdw_network_policy_rules(route, &url, request->for_credentials);
	http.discreet = !route->trusted;
	return lfdw_http_begin(&http);
}

/* A number that a header holds, or -1. */
static int64
header_number(const LfdwHttpExchange *exchange, const char *name)
{
	const char *value = lfdw_exchange_header(exchange, name);

	if (value == NULL || value[0] == '\0' || strlen(value) > 9 ||
		strspn(value, "0123456789") != strlen(value))
		return -1;
	return strtol(value, NULL, 10);
}

/*
 * When an answer asks to be tried again, in microseconds from now; -1 where it
 * does not say.  x-amz-retry-after has milliseconds, Retry-After seconds or a
 * date.
 */
int64
lfdw_client_retry_hint_us(const LfdwHttpExchange *exchange)
{
	int64		ms = header_number(exchange, "x-amz-retry-after");
	int64		seconds = header_number(exchange, "Retry-After");
	const char *date = lfdw_exchange_header(exchange, "Retry-After");
	int64		at;

	if (ms >= 0)
		return ms * INT64CONST(1000);
	if (seconds < 0 && date && lfdw_time_http_date(date, &at))
		seconds = Max(at - (int64) time(NULL), 0);
	return seconds < 0 ? -1 : seconds * INT64CONST(1000000);
}

/*
 * Compares the clock that signs with the answer's Date.  Returns whether it
 * was wrong and is now corrected, so that signing again makes sense.  An
 * answer from a cache tells an old time.
 */
bool
lfdw_client_correct_clock(LfdwClient *client, const LfdwHttpExchange *exchange)
{
	const char *date = lfdw_exchange_header(exchange, "Date");
	int64		ours = (int64) time(NULL);
	int64		theirs;

	if (date == NULL || lfdw_exchange_header(exchange, "Age") ||
		!lfdw_time_http_date(date, &theirs) ||
		llabs(theirs - (ours + client->clock_offset)) < CLOCK_SKEW_SECONDS)
		return false;
	client->clock_offset = theirs - ours;
	return true;
}
