/*-------------------------------------------------------------------------
 *
 * http.h
 *		HTTP exchanges: the only user of libcurl, and the only wait.
 *
 * IDENTIFICATION
 *	  src/http/http.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_H
#define LFDW_HTTP_H

#include "postgres.h"

#include "base/buffer.h"
#include "base/sigv4.h"
#include "http/pool.h"

/* Which addresses an exchange may connect to; flags. */
#define LFDW_HTTP_DENY_LOCAL	1	/* not loopback, link-local or metadata */
#define LFDW_HTTP_ONLY_LOOPBACK 2	/* plain http without allow_http */
#define LFDW_HTTP_ONLY_CREDENTIALS 4	/* loopback and credential services */

typedef struct LfdwHttpRequest
{
	LfdwPoolKey pool;			/* whose connections it may use */
	const char *method;			/* GET, POST or PUT */
	const char *url;
	const char *proxy;			/* URL, NULL for none */
	const char *ca_bundle;		/* PEM file, NULL for the system's */
	const LfdwHeader *headers;	/* all that are sent, Host apart */
	int			nheaders;
	const char *body;			/* must outlive the exchange; not for GET */
	size_t		body_len;
	int			connect_timeout_ms; /* 0: none */
	int			request_timeout_ms; /* from start to last byte, 0: none */
	size_t		max_response_bytes;
	bool		keep_connection;	/* else close it after this exchange */
	int			idle_connection_ms; /* a kept one is closed after, 0: never */
	bool		once;			/* nobody will send it again if it breaks */
	int			network;		/* LFDW_HTTP_ flags */
} LfdwHttpRequest;

typedef enum LfdwHttpState
{
	LFDW_HTTP_RUNNING,
	LFDW_HTTP_DONE,				/* the whole answer has arrived */
	LFDW_HTTP_FAILED			/* see lfdw_http_failure */
} LfdwHttpState;

typedef enum LfdwHttpFailure
{
	LFDW_HTTP_CANNOT_CONNECT,	/* name, address, refused, unreachable */
	LFDW_HTTP_FORBIDDEN_ADDRESS,	/* LFDW_HTTP_ flags refused it */
	LFDW_HTTP_TLS,
	LFDW_HTTP_CONNECT_TIMEOUT,
	LFDW_HTTP_PROXY_REFUSED,	/* the proxy would not connect */
	LFDW_HTTP_NO_DESCRIPTOR,	/* this session has too many open files */
	LFDW_HTTP_REQUEST_TIMEOUT,
	LFDW_HTTP_TOO_LARGE,		/* the body, past max_response_bytes */
	LFDW_HTTP_HEADERS_TOO_LARGE,	/* past a limit of ours or libcurl's */
	LFDW_HTTP_BROKEN,			/* after sending: reset, truncated, not HTTP */
	LFDW_HTTP_NO_MEMORY
} LfdwHttpFailure;

typedef struct LfdwHttpExchange LfdwHttpExchange;

extern bool lfdw_http_may_begin(const LfdwPoolKey *key);
extern LfdwHttpExchange *lfdw_http_begin(const LfdwHttpRequest *request);
extern void lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges,
						   int64 until_us);
extern LfdwHttpState lfdw_http_state(const LfdwHttpExchange *exchange);
extern LfdwHttpFailure lfdw_http_failure(const LfdwHttpExchange *exchange,
										 const char **message);
extern int	lfdw_http_status(const LfdwHttpExchange *exchange);
extern char *lfdw_http_header(const LfdwHttpExchange *exchange,
							  const char *name);
extern size_t lfdw_http_received(const LfdwHttpExchange *exchange);
extern LfdwBuffer *lfdw_http_body(LfdwHttpExchange *exchange);
extern void lfdw_http_widen(LfdwHttpExchange *exchange);
extern void lfdw_http_close_retired(void);
extern const char *lfdw_http_library_version(void);

#endif							/* LFDW_HTTP_H */
