/*-------------------------------------------------------------------------
 *
 * http_request.h
 *		What an HTTP exchange is asked for, what it can come to, and the
 *		connections it leaves: plain types.
 *
 * IDENTIFICATION
 *	  src/http/http_request.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_REQUEST_H
#define LFDW_HTTP_REQUEST_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "base/http_header.h"
#include "shared/server_limit.h"

/*
 * Whose connections an exchange uses.  The hash values are those that the
 * system caches announce when the server or the user mapping changes.
 */
typedef struct LfdwPoolKey
{
	Oid			serverid;
	Oid			umid;			/* InvalidOid: the role has no user mapping */
	uint32		server_hash;
	uint32		mapping_hash;	/* 0 where there is no user mapping */
} LfdwPoolKey;

/* A connection that a backend keeps or uses. */
typedef struct LfdwConnection
{
	Oid			serverid;
	Oid			umid;			/* InvalidOid: of a role without a user
								 * mapping */
	char	   *address;		/* numeric, of the endpoint or the proxy */
	int			port;
	TimestampTz opened_at;
	bool		usable;			/* by further exchanges */
} LfdwConnection;

/*
 * What an exchange, and its connection after it, may take.  Each layer that
 * passes it on embeds this.
 */
typedef struct LfdwHttpLimits
{
	int			connect_timeout_ms; /* 0: none */
	int			request_timeout_ms; /* from start to last byte, 0: none */
	int			stall_timeout_ms;	/* longest wait for a byte of the answer,
									 * the first or the next, 0: none */
	int			max_response_bytes; /* of the body, 0: any number; of a route,
									 * 0: by what is asked for */
	int			idle_connection_ms; /* a kept connection is closed after, 0:
									 * never */
} LfdwHttpLimits;

/* Which addresses an exchange may connect to; flags. */
#define LFDW_HTTP_DENY_LOCAL	1	/* not loopback, link-local or metadata */
#define LFDW_HTTP_ONLY_LOOPBACK 2	/* plain http without allow_http */
#define LFDW_HTTP_ONLY_CREDENTIALS 4	/* loopback and credential services */
#define LFDW_HTTP_DENY_PRIVATE	8	/* only the public internet's */

typedef struct LfdwHttpRequest
{
	LfdwPoolKey pool;			/* whose connections it may use */
	const char *method;			/* GET, POST, PUT or DELETE */
	const char *url;
	const char *proxy;			/* URL, NULL for none */
	const char *ca_bundle;		/* PEM file, NULL for the system's */
	const LfdwHeader *headers;	/* all that are sent, Host apart */
	int			nheaders;
	const char *body;			/* must outlive the exchange; of POST and PUT */
	size_t		body_len;
	bool		asks_first;		/* a large body is sent once the answer to the
								 * headers is 100 Continue */
	LfdwHttpLimits limits;
	bool		keep_connection;	/* else close it after this exchange */
	bool		once;			/* nobody will send it again if it breaks */
	int			network;		/* LFDW_HTTP_ flags */
	bool		discreet;		/* its sender must not learn why there is no
								 * connection: see LFDW_HTTP_UNREACHABLE */
	LfdwServerSlot *slot;		/* that it is under way by, NULL for none;
								 * must outlive the exchange */
} LfdwHttpRequest;

typedef enum LfdwHttpState
{
	LFDW_HTTP_RUNNING,
	LFDW_HTTP_DONE,				/* the whole answer has arrived */
	LFDW_HTTP_FAILED			/* see lfdw_exchange_failure */
} LfdwHttpState;

typedef enum LfdwHttpFailure
{
	LFDW_HTTP_CANNOT_CONNECT,	/* name, address, refused, unreachable */
	LFDW_HTTP_FORBIDDEN_ADDRESS,	/* LFDW_HTTP_ flags refused it */
	LFDW_HTTP_TLS,
	LFDW_HTTP_CONNECT_TIMEOUT,
	LFDW_HTTP_PROXY_REFUSED,	/* the proxy would not connect */
	LFDW_HTTP_UNREACHABLE,		/* one of those above, of a discreet request:
								 * see lfdw_exchange_hidden_cause */
	LFDW_HTTP_NO_DESCRIPTOR,	/* this session has too many open files */
	LFDW_HTTP_REQUEST_TIMEOUT,	/* or nothing arrived for too long */
	LFDW_HTTP_TOO_LARGE,		/* the body, past max_response_bytes */
	LFDW_HTTP_HEADERS_TOO_LARGE,	/* past a limit of ours or libcurl's */
	LFDW_HTTP_BROKEN,			/* after sending: reset, truncated, not HTTP */
	LFDW_HTTP_NO_MEMORY
} LfdwHttpFailure;

#endif							/* LFDW_HTTP_REQUEST_H */
