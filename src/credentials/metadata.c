/*-------------------------------------------------------------------------
 *
 * metadata.c
 *		Credentials of the container or instance that the server runs on.
 *
 * The protocols are those of ECS and EKS Pod Identity, and version 2 of EC2's
 * instance metadata service, with version 1 where 2 is not there.
 *
 * IDENTIFICATION
 *	  src/credentials/metadata.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "common/pg_prng.h"

#include "aws/service.h"
#include "base/uri.h"
#include "credentials/credential_source.h"
#include "pg/message.h"

#define ECS_ENDPOINT "http://169.254.170.2"
#define IMDS_ENDPOINT "http://169.254.169.254"
#define IMDS_ENDPOINT_IPV6 "http://[fd00:ec2::254]"
#define IMDS_ROLES "/latest/meta-data/iam/security-credentials/"
#define IMDS_TOKEN_SECONDS "21600"

#define CONTAINER_TIMEOUT_MS 2000
#define CONTAINER_ATTEMPTS 3
#define RETRY_DELAY_US 100000

#define ANSWER_MAX (64 * 1024)

/* Expired keys that the metadata service still gives are used so long. */
#define STATIC_STABILITY_SECONDS 600

/* A request to a metadata service, and its answer. */
typedef struct MetadataRequest
{
	LfdwHttpRequest http;
	int			attempts;

	int			status;			/* 0: no answer */
	LfdwHttpFailure failure;	/* why there is none */
	char	   *body;			/* with a NUL behind it */
	size_t		len;
	const char *why;			/* where it is not 200; fit for a note */
} MetadataRequest;

/*
 * A request with a timeout for each attempt.  Nothing is sent by a proxy, and
 * no connection is kept.
 */
static MetadataRequest
make_request(int timeout_ms, int attempts)
{
	MetadataRequest request = {
		.attempts = attempts,
		.http.body = "",
		.http.wait_event = LFDW_WAIT_CREDENTIALS,
		.http.limits.connect_timeout_ms = timeout_ms,
		/* later, so that no connection and no answer can be told apart */
		.http.limits.request_timeout_ms = timeout_ms + 1,
		.http.limits.max_response_bytes = ANSWER_MAX
	};

	return request;
}

/* Takes over what a request came to. */
static void
take_outcome(MetadataRequest *request, LfdwServiceState state,
			 LfdwHttpExchange *exchange)
{
	LfdwBuffer *body = lfdw_exchange_body(exchange);
	const char *message;

	request->status = 0;
	if (state == LFDW_SERVICE_FAILED)
	{
		request->failure = lfdw_exchange_failure(exchange, &message);
		request->why = psprintf("%s: %s", request->http.url,
								lfdw_error_excerpt(message, strlen(message)));
		return;
	}
	request->status = lfdw_exchange_status(exchange);
	request->body = pnstrdup(body->len > 0 ? lfdw_buffer_bytes(body) : "",
							 body->len);
	request->len = body->len;
	/* what is 200 may be secret */
	if (request->status != 200)
		request->why = psprintf("%s answered HTTP status %d: %s", request->http.url,
								request->status,
								lfdw_error_excerpt(request->body, request->len));
}

/*
 * Asks, and again after no answer and after the statuses that
 * lfdw_aws_error_retry names, which are 408, 429, 500, 502, 503 and 504.
 * Returns whether the answer is 200.
 */
static bool
ask(MetadataRequest *request)
{
	LfdwServiceRequest service = {
		.http = &request->http,
		.max_attempts = request->attempts,
		.repeatable = true,
		.retry_failures = LFDW_FAILURES_ALL,
		.retry_delay_us = RETRY_DELAY_US
	};
	LfdwServiceRun *run = lfdw_service_begin(&service);

	take_outcome(request, lfdw_service_complete(run), run->exchange);
	return request->status == 200;
}

/* Takes the credentials of an answer. */
static bool
take_answer(LfdwSearch *search, const char *source, const MetadataRequest *request,
			LfdwCredentials *found)
{
	LfdwCredentialDoc *doc = palloc(sizeof(LfdwCredentialDoc));
	bool		taken = false;

	if (!lfdw_credential_doc_read(doc, request->body, request->len))
		lfdw_search_note(search, source,
						 psprintf("%s did not answer with JSON", request->http.url));
	else
		taken = lfdw_search_take_doc(search, source, doc, found);
	explicit_bzero(request->body, request->len);
	explicit_bzero(doc, sizeof(*doc));
	return taken;
}

/*
 * The URL of the container's credentials; NULL, after a note, where there is
 * none.  Only a service of the machine's own is asked over plain http.
 */
static const char *
container_url(LfdwSearch *search, int *network)
{
	const char *relative = lfdw_ambient_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = lfdw_ambient_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");

	*network = LFDW_HTTP_ONLY_CREDENTIALS;
	if (relative)
		return psprintf("%s%s", ECS_ENDPOINT, relative);
	if (full == NULL)
	{
		lfdw_search_note(search, "container",
						 "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set");
		return NULL;
	}
	if (pg_strncasecmp(full, "https://", 8) == 0)
		*network = 0;
	else if (pg_strncasecmp(full, "http://", 7) != 0)
	{
		lfdw_search_note(search, "container",
						 "AWS_CONTAINER_CREDENTIALS_FULL_URI is no http or https URL");
		return NULL;
	}
	return full;
}

/*
 * The header Authorization of the container's credentials: *value is NULL
 * where none is wanted.  The file is read each time, since EKS replaces it.
 * Returns false, after a note, where the token cannot be sent.
 */
static bool
container_token(LfdwSearch *search, char **value)
{
	const char *file = lfdw_ambient_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	const char *token = lfdw_ambient_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	char	   *problem;
	size_t		len;

	*value = NULL;
	if (file)
	{
		*value = lfdw_ambient_file(file, &len, &problem);
		if (*value == NULL)
		{
			lfdw_search_note(search, "container", problem);
			return false;
		}
		while (len > 0 && ((*value)[len - 1] == '\n' || (*value)[len - 1] == '\r'))
			(*value)[--len] = '\0';
	}
	else if (token)
		*value = pstrdup(token);
	if (*value && strpbrk(*value, "\r\n"))
	{
		lfdw_search_note(search, "container",
						 "the authorization token has a line break");
		return false;
	}
	return true;
}

/*
 * The credentials of an ECS task or an EKS pod.
 */
bool
lfdw_source_container(LfdwSearch *search, LfdwCredentials *found)
{
	LfdwHeader	header = {"Authorization", NULL};
	MetadataRequest request = make_request(CONTAINER_TIMEOUT_MS,
										   CONTAINER_ATTEMPTS);
	char	   *token;

	request.http.method = "GET";
	request.http.ca_bundle = search->route->ca_bundle;
	request.http.url = container_url(search, &request.http.network);
	if (request.http.url == NULL || !container_token(search, &token))
		return false;
	header.value = token;
	request.http.headers = &header;
	request.http.nheaders = token ? 1 : 0;
	if (ask(&request))
		return take_answer(search, "container", &request, found);
	lfdw_search_note(search, "container", request.why);
	return false;
}

/* A number of the environment within bounds, or the default. */
static int
variable_number(const char *name, int number, int max)
{
	const char *value = lfdw_ambient_variable(name);

	if (value && strspn(value, "0123456789") == strlen(value) && strlen(value) < 6)
		number = atoi(value);
	return Min(Max(number, 1), max);
}

static const char *
instance_endpoint(void)
{
	const char *endpoint = lfdw_ambient_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	const char *mode = lfdw_ambient_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
	size_t		len;

	if (endpoint == NULL)
		return mode && pg_strcasecmp(mode, "IPv6") == 0 ? IMDS_ENDPOINT_IPV6 :
			IMDS_ENDPOINT;
	for (len = strlen(endpoint); len > 0 && endpoint[len - 1] == '/'; len--)
		;
	return pnstrdup(endpoint, len);
}

/* Asks the instance metadata service for a path. */
static bool
ask_instance(MetadataRequest *request, const char *endpoint, const char *path,
			 const LfdwHeader *token)
{
	request->http.method = "GET";
	request->http.url = psprintf("%s%s", endpoint, path);
	request->http.headers = token;
	request->http.nheaders = token ? 1 : 0;
	return ask(request);
}

/*
 * Has the service refused to open a session in a way that leaves version 1?
 *
 * No answer in time is one: version 2 lets its token not pass a hop, such as
 * to a container.
 */
static bool
lacks_version_2(const MetadataRequest *request)
{
	if (request->status == 0)
		return request->failure == LFDW_HTTP_REQUEST_TIMEOUT;
	return request->status == 403 || request->status == 404 ||
		request->status == 405;
}

/*
 * Opens a session of version 2: the header for the requests that follow, in
 * *token; without a value where the service only has version 1.
 */
static bool
open_session(MetadataRequest *request, const char *endpoint, LfdwHeader *token)
{
	LfdwHeader	lifetime = {"x-aws-ec2-metadata-token-ttl-seconds", IMDS_TOKEN_SECONDS};

	request->http.method = "PUT";
	request->http.url = psprintf("%s/latest/api/token", endpoint);
	request->http.headers = &lifetime;
	request->http.nheaders = 1;
	token->name = "x-aws-ec2-metadata-token";
	token->value = NULL;
	if (ask(request))
	{
		if (strpbrk(request->body, "\r\n") == NULL)
			token->value = request->body;
		else
			request->why = psprintf("%s answered with a line break",
									request->http.url);
		return token->value != NULL;
	}
	return lacks_version_2(request) &&
		!lfdw_ambient_flag("AWS_EC2_METADATA_V1_DISABLED");
}

/*
 * Keys that have expired while the service could not renew them are given
 * out all the same, and mostly still work; the SDKs go on with them for some
 * minutes, not all at the same time.
 */
static void
extend_expired(LfdwCredentials *found)
{
	int64		now = (int64) time(NULL);

	if (found->expires_at != 0 && found->expires_at <= now)
		found->expires_at = now + STATIC_STABILITY_SECONDS + 120 +
			(int64) (pg_prng_double(&pg_global_prng_state) * 480);
}

/*
 * The credentials of the role of an EC2 instance.
 */
bool
lfdw_source_instance(LfdwSearch *search, LfdwCredentials *found)
{
	const char *source = "instance metadata";
	const char *endpoint = instance_endpoint();
	LfdwHeader	token;
	StringInfoData path;
	MetadataRequest request =
	make_request(1000 * variable_number("AWS_METADATA_SERVICE_TIMEOUT", 1, 60),
				 variable_number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", 1, 10));

	if (lfdw_ambient_flag("AWS_EC2_METADATA_DISABLED"))
	{
		lfdw_search_note(search, source, "AWS_EC2_METADATA_DISABLED is true");
		return false;
	}
	if (!open_session(&request, endpoint, &token) ||
		!ask_instance(&request, endpoint, IMDS_ROLES, token.value ? &token : NULL))
	{
		lfdw_search_note(search, source, request.why);
		return false;
	}
	request.body[strcspn(request.body, "\r\n")] = '\0';
	initStringInfo(&path);
	appendStringInfoString(&path, IMDS_ROLES);
	lfdw_uri_encode(&path, request.body, strlen(request.body), false);
	source = psprintf("instance metadata, role %s",
					  lfdw_error_excerpt(request.body, strlen(request.body)));
	if (!ask_instance(&request, endpoint, path.data, token.value ? &token : NULL))
	{
		lfdw_search_note(search, source, request.why);
		return false;
	}
	if (!take_answer(search, source, &request, found))
		return false;
	extend_expired(found);
	return true;
}
