/*-------------------------------------------------------------------------
 *
 * easy_handle.c
 *		What libcurl is told of a request.
 *
 * IDENTIFICATION
 *	  src/http/easy_handle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unistd.h>

#include <curl/curl.h>

#include "http/easy_handle_internal.h"

#define WRITE_SIZE (256L * 1024)	/* what libcurl sends at once */

/* Adds a header line, or raises out of memory. */
static void
add_header(LfdwHttpExchange *exchange, const char *line)
{
	struct curl_slist *longer = curl_slist_append(exchange->headers, line);

	if (longer == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	exchange->headers = longer;
}

/* Does the method send a body? */
static bool
has_body(const LfdwHttpRequest *request)
{
	return strcmp(request->method, "POST") == 0 ||
		strcmp(request->method, "PUT") == 0;
}

/*
 * Adds the request's headers, and keeps libcurl from some of its own: it would
 * ask before a body of more than a megabyte, and wait a second for an answer,
 * and call any body a form.
 */
static void
add_headers(LfdwHttpExchange *exchange, const LfdwHttpRequest *request)
{
	bool		has_type = false;

	for (int i = 0; i < request->nheaders; i++)
	{
		const LfdwHeader *header = &request->headers[i];

		has_type |= pg_strcasecmp(header->name, "Content-Type") == 0;
		add_header(exchange, psprintf("%s: %s", header->name, header->value));
	}
	if (!request->asks_first)
		add_header(exchange, "Expect:");
	if (has_body(request) && !has_type)
		add_header(exchange, "Content-Type:");
}

/* The method, and the body of those that have one, which may be empty. */
static void
set_method(CURL *easy, const LfdwHttpRequest *request)
{
	if (has_body(request))
	{
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDS, request->body_len > 0 ? request->body : "");
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_len);
		SET(CURLOPT_UPLOAD_BUFFERSIZE, WRITE_SIZE);
	}
	else
		SET(CURLOPT_HTTPGET, 1L);
	if (strcmp(request->method, "GET") != 0 &&
		strcmp(request->method, "POST") != 0)
		SET(CURLOPT_CUSTOMREQUEST, request->method);
}

/*
 * Which certificates are trusted.
 *
 * libcurl keeps the certificates of a file between connections, but none where
 * there is a folder besides, as Debian's has by default: each connection would
 * parse the whole file anew.  So the folder counts where there is no file.
 */
static void
set_trust(CURL *easy, const char *ca_bundle)
{
	const char *file = ca_bundle ? ca_bundle :
	curl_version_info(CURLVERSION_NOW)->cainfo;

	if (ca_bundle)
	{
		SET(CURLOPT_CAINFO, ca_bundle);
		SET(CURLOPT_PROXY_CAINFO, ca_bundle);
	}
	if (file && access(file, R_OK) == 0)
	{
		SET(CURLOPT_CAPATH, NULL);
		SET(CURLOPT_PROXY_CAPATH, NULL);
	}
}

/*
 * Tells libcurl of a request.  What it says is copied, but for the body.
 * Raises HV001 or HV000 where libcurl does not take it.
 */
void
lfdw_easy_set_request(LfdwHttpExchange *exchange,
					  const LfdwHttpRequest *request)
{
	CURL	   *easy = exchange->easy;

	add_headers(exchange, request);
	SET(CURLOPT_URL, request->url);
	/* the environment's proxies are not the server's */
	SET(CURLOPT_PROXY, request->proxy ? request->proxy : "");
	SET(CURLOPT_NOPROXY, request->proxy ? "" : "*");
	/* the head of a tunnel is the proxy's, not Lambda's */
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	set_trust(easy, request->ca_bundle);
	SET(CURLOPT_HTTPHEADER, exchange->headers);
	set_method(easy, request);
	SET(CURLOPT_FORBID_REUSE, request->keep_connection ? 0L : 1L);
	/* what the pool had to leave */
	if (request->once && lfdw_pool_has_dead_socket(exchange->pool))
		SET(CURLOPT_FRESH_CONNECT, 1L);
}
