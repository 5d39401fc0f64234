/*-------------------------------------------------------------------------
 *
 * easy_handle.c
 *		Libcurl's handles: what they are told of requests, and used again for.
 *
 * IDENTIFICATION
 *	  src/http/easy_handle.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <limits.h>
#include <unistd.h>

#include <curl/curl.h>

#include "utils/memutils.h"

#include "http/easy_handle_internal.h"

#define WRITE_SIZE (256L * 1024)	/* what libcurl sends at once */

/*
 * What libcurl reads at once: it has a buffer of this size for each transfer, and
 * as much again for what it could not hand over.  Many transfers share memory.
 */
static const struct
{
	int			nexchanges;		/* up to so many of the pool */
	long		size;
}			read_sizes[] = {
	{16, 256 * 1024},
	{64, 64 * 1024},
	{INT_MAX, 16 * 1024}
};

/* Handles that a pool keeps; each may have a buffer of what is read at once. */
#define IDLE_HANDLES_MAX 16

StaticAssertDecl(sizeof(((LfdwEasyHandle *) NULL)->message) >= CURL_ERROR_SIZE,
				 "libcurl writes messages of CURL_ERROR_SIZE bytes");

/* Does the method send a body? */
static bool
has_body(const LfdwHttpRequest *request)
{
	return strcmp(request->method, "POST") == 0 ||
		strcmp(request->method, "PUT") == 0;
}

/* Puts a header line before others; memory is the current context's. */
static struct curl_slist *
add_header(struct curl_slist *others, char *line)
{
	struct curl_slist *header = palloc(sizeof(struct curl_slist));

	header->data = line;
	header->next = others;
	return header;
}

/* "name: value", palloc'd */
static char *
header_line(const LfdwHeader *header)
{
	size_t		name_len = strlen(header->name);
	size_t		value_len = strlen(header->value);
	char	   *line = palloc(name_len + value_len + 3);

	memcpy(line, header->name, name_len);
	memcpy(line + name_len, ": ", 2);
	memcpy(line + name_len + 2, header->value, value_len + 1);
	return line;
}

/*
 * The request's headers, and what keeps libcurl from some of its own: it would
 * ask before a body of more than a megabyte, and wait a second for an answer,
 * and call any body a form.
 */
static struct curl_slist *
make_headers(const LfdwHttpRequest *request)
{
	struct curl_slist *headers = NULL;
	bool		has_type = false;

	for (int i = 0; i < request->nheaders; i++)
		has_type |= pg_strcasecmp(request->headers[i].name, "Content-Type") == 0;
	if (has_body(request) && !has_type)
		headers = add_header(headers, "Content-Type:");
	if (!request->asks_first)
		headers = add_header(headers, "Expect:");
	for (int i = request->nheaders - 1; i >= 0; i--)
		headers = add_header(headers, header_line(&request->headers[i]));
	return headers;
}

/* The method, where it is another than the handle's last. */
static void
set_method(LfdwEasyHandle *handle, const LfdwHttpRequest *request)
{
	CURL	   *easy = handle->easy;
	bool		is_own = strcmp(request->method, "GET") != 0 &&
	strcmp(request->method, "POST") != 0;

	if (strcmp(handle->method, request->method) == 0)
		return;
	/* an error on the way leaves a method that no request has */
	handle->method[0] = '\0';
	if (has_body(request))
		SET(CURLOPT_POST, 1L);
	else
		SET(CURLOPT_HTTPGET, 1L);
	SET(CURLOPT_CUSTOMREQUEST, is_own ? request->method : NULL);
	strlcpy(handle->method, request->method, sizeof(handle->method));
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

static void
set_proxy(CURL *easy, const char *proxy)
{
	/* the environment's proxies are not the server's */
	SET(CURLOPT_PROXY, proxy ? proxy : "");
	SET(CURLOPT_NOPROXY, proxy ? "" : "*");
	/* the head of a tunnel is the proxy's, not Lambda's */
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/* Frees a handle, which carries no exchange. */
static void
free_handle(LfdwEasyHandle *handle)
{
	if (handle->easy)
		curl_easy_cleanup(handle->easy);
	if (handle->url)
		pfree(handle->url);
	if (handle->proxy)
		pfree(handle->proxy);
	if (handle->ca_bundle)
		pfree(handle->ca_bundle);
	pfree(handle);
}

static char *
copy_text(const char *text)
{
	return text ? MemoryContextStrdup(TopMemoryContext, text) : NULL;
}

static bool
is_equal(const char *text, const char *other)
{
	return text == NULL || other == NULL ? text == other :
		strcmp(text, other) == 0;
}

/* Makes the handle of an exchange. */
static void
make_handle(LfdwHttpExchange *exchange, const LfdwHttpRequest *request,
			void *share)
{
	LfdwEasyHandle *handle = MemoryContextAllocZero(TopMemoryContext,
													sizeof(LfdwEasyHandle));
	CURL	   *easy;

	exchange->handle = handle;
	handle->exchange = exchange;
	handle->proxy = copy_text(request->proxy);
	handle->ca_bundle = copy_text(request->ca_bundle);
	easy = curl_easy_init();
	handle->easy = easy;
	if (easy == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_OUT_OF_MEMORY),
				 errmsg("could not set up libcurl")));
	lfdw_callback_set(handle, exchange->pool);
	SET(CURLOPT_SHARE, share);
	SET(CURLOPT_ERRORBUFFER, handle->message);
	SET(CURLOPT_UPLOAD_BUFFERSIZE, WRITE_SIZE);
	set_proxy(easy, request->proxy);
	set_trust(easy, request->ca_bundle);
	handle->keeps_connection = true;
}

/*
 * Gives an exchange the handle that its pool used last, unless that goes another
 * way; false where there is none.
 */
static bool
take_handle(LfdwHttpExchange *exchange, const LfdwHttpRequest *request)
{
	LfdwHttpPool *pool = exchange->pool;
	LfdwEasyHandle *handle;

	if (dlist_is_empty(&pool->idle_handles))
		return false;
	handle = dlist_container(LfdwEasyHandle, node,
							 dlist_pop_head_node(&pool->idle_handles));
	pool->nidle_handles--;
	if (!is_equal(handle->proxy, request->proxy) ||
		!is_equal(handle->ca_bundle, request->ca_bundle))
	{
		free_handle(handle);
		return false;
	}
	exchange->handle = handle;
	handle->exchange = exchange;
	handle->message[0] = '\0';
	return true;
}

/* The URL, where it is another than the handle's last. */
static void
set_url(LfdwEasyHandle *handle, const char *url)
{
	CURL	   *easy = handle->easy;

	if (is_equal(handle->url, url))
		return;
	if (handle->url)
		pfree(handle->url);
	handle->url = NULL;
	SET(CURLOPT_URL, url);
	handle->url = copy_text(url);
}

/* How much is read at once, by the transfers beside. */
static void
set_read_size(LfdwEasyHandle *handle, int nexchanges)
{
	CURL	   *easy = handle->easy;
	int			i = 0;

	while (nexchanges > read_sizes[i].nexchanges)
		i++;
	if (handle->read_size != read_sizes[i].size)
		SET(CURLOPT_BUFFERSIZE, read_sizes[i].size);
	handle->read_size = read_sizes[i].size;
}

/* Which connection is used, and what becomes of it. */
static void
set_connection(LfdwEasyHandle *handle, bool keeps, bool wants_fresh)
{
	CURL	   *easy = handle->easy;

	if (keeps != handle->keeps_connection)
		SET(CURLOPT_FORBID_REUSE, keeps ? 0L : 1L);
	handle->keeps_connection = keeps;
	if (wants_fresh != handle->wants_fresh)
		SET(CURLOPT_FRESH_CONNECT, wants_fresh ? 1L : 0L);
	handle->wants_fresh = wants_fresh;
}

/*
 * Gives an exchange a handle, and tells libcurl of its request.  What the request
 * says is copied, but for the body; the headers belong to the current context, as
 * the exchange does.  Raises HV001 or HV000 where libcurl does not take it.
 */
void
lfdw_easy_begin(LfdwHttpExchange *exchange, const LfdwHttpRequest *request,
				void *share)
{
	LfdwEasyHandle *handle;
	CURL	   *easy;

	if (!take_handle(exchange, request))
		make_handle(exchange, request, share);
	handle = exchange->handle;
	easy = handle->easy;
	set_url(handle, request->url);
	set_read_size(handle, exchange->pool->nexchanges);
	set_method(handle, request);
	SET(CURLOPT_HTTPHEADER, make_headers(request));
	if (has_body(request))
	{
		SET(CURLOPT_POSTFIELDS, request->body_len > 0 ? request->body : "");
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body_len);
	}
	/* a dead connection is what the pool had to leave */
	set_connection(handle, request->keep_connection,
				   request->once && lfdw_pool_has_dead_socket(exchange->pool));
	exchange->easy = easy;
}

/*
 * Takes the handle from an exchange, which is no longer in a multi handle.  One
 * whose transfer ended well is used again.  Does not throw.
 */
void
lfdw_easy_end(LfdwHttpExchange *exchange)
{
	LfdwEasyHandle *handle = exchange->handle;
	LfdwHttpPool *pool = exchange->pool;

	if (handle == NULL)
		return;
	exchange->handle = NULL;
	exchange->easy = NULL;
	handle->exchange = NULL;
	if (exchange->state == LFDW_HTTP_DONE && !pool->retired &&
		pool->nidle_handles < IDLE_HANDLES_MAX)
	{
		dlist_push_head(&pool->idle_handles, &handle->node);
		pool->nidle_handles++;
	}
	else
		free_handle(handle);
}

/* Frees the handles that a pool keeps.  Does not throw. */
void
lfdw_easy_free_idle(LfdwHttpPool *pool)
{
	while (!dlist_is_empty(&pool->idle_handles))
		free_handle(dlist_container(LfdwEasyHandle, node,
									dlist_pop_head_node(&pool->idle_handles)));
	pool->nidle_handles = 0;
}
