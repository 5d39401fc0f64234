/*-------------------------------------------------------------------------
 *
 * http.h
 *		HTTP exchanges: the only user of libcurl, and the only wait.
 *
 * IDENTIFICATION
 *	  src/http.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_H
#define LFDW_HTTP_H

#include "postgres.h"

#include "common/buffer.h"
#include "common/sigv4.h"

/* Which addresses an exchange may connect to; flags. */
#define LFDW_HTTP_DENY_LOCAL	1	/* not loopback, link-local or metadata */
#define LFDW_HTTP_ONLY_LOOPBACK 2	/* plain http without allow_http */

typedef struct LfdwHttpRequest
{
	const char *url;
	const LfdwHeader *headers;	/* all that are sent, Host apart */
	int			nheaders;
	const char *body;			/* must outlive the exchange */
	size_t		body_len;
	int			connect_timeout_ms; /* 0: none */
	int			request_timeout_ms; /* from start to last byte, 0: none */
	size_t		max_response_bytes;
	bool		keep_connection;	/* else close it after this exchange */
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
	LFDW_HTTP_REQUEST_TIMEOUT,
	LFDW_HTTP_TOO_LARGE,		/* the body, past max_response_bytes */
	LFDW_HTTP_HEADERS_TOO_LARGE,	/* past a limit of ours or libcurl's */
	LFDW_HTTP_BROKEN,			/* reset, truncated, not HTTP */
	LFDW_HTTP_NO_MEMORY
} LfdwHttpFailure;

typedef struct LfdwHttpExchange LfdwHttpExchange;

extern LfdwHttpExchange *lfdw_http_begin(const LfdwHttpRequest *request);
extern void lfdw_http_wait(LfdwHttpExchange **exchanges, int nexchanges);
extern LfdwHttpState lfdw_http_state(const LfdwHttpExchange *exchange);
extern LfdwHttpFailure lfdw_http_failure(const LfdwHttpExchange *exchange,
										 const char **message);
extern int	lfdw_http_status(const LfdwHttpExchange *exchange);
extern char *lfdw_http_header(const LfdwHttpExchange *exchange,
							  const char *name);
extern LfdwBuffer *lfdw_http_body(LfdwHttpExchange *exchange);
extern void lfdw_http_widen(LfdwHttpExchange *exchange);

#endif							/* LFDW_HTTP_H */
