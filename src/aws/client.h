/*-------------------------------------------------------------------------
 *
 * client.h
 *		Requests to AWS: where they go, signed, numbered, timed.
 *
 * IDENTIFICATION
 *	  src/aws/client.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CLIENT_H
#define LFDW_CLIENT_H

#include "postgres.h"

#include "aws/caller.h"
#include "base/backoff.h"
#include "http/http.h"

/* What a backend knows of AWS by server and user mapping. */
typedef struct LfdwClient
{
	LfdwRetryBucket bucket;
	int64		clock_offset;	/* seconds that AWS's clock is ahead of ours */
	LfdwCredentials *credentials;	/* fetched ones, NULL for none */
	int64		fetched_at;		/* Unix time */
	int64		renew_at;		/* not before this Unix time */
	MemoryContext credentials_context;
} LfdwClient;

/* A request to AWS, the same at every attempt. */
typedef struct LfdwAwsRequest
{
	const LfdwCaller *caller;	/* whose connections it uses */
	const LfdwRoute *route;
	const char *service;		/* as in the signature's scope */
	const char *method;			/* GET, POST, PUT or DELETE */
	const char *endpoint;		/* URL */
	const char *path;			/* below the endpoint's own, as on the wire */
	bool		path_encoded_once;	/* sign the path as it is, as S3 does */
	bool		sends_content_hash; /* X-Amz-Content-Sha256, as S3 demands */
	const char *query;			/* as on the wire, "" for none */
	const LfdwHeader *headers;	/* to sign, with Host, X-Amz-Date and the
								 * token, which are added */
	int			nheaders;
	const char *trace_id;		/* X-Amzn-Trace-Id, NULL for none */
	const char *body;			/* must outlive the exchange */
	size_t		body_len;
	bool		asks_first;		/* see LfdwHttpRequest */
	LfdwHttpLimits limits;
	bool		own_endpoint;	/* the endpoint is the administrator's choice */
	bool		for_credentials;	/* it is AWS's, whatever the server says */
} LfdwAwsRequest;

/* What differs between the attempts. */
typedef struct LfdwAwsAttempt
{
	int			number;			/* from 1 */
	int			max;			/* how many there may be */
	const char *invocation_id;	/* the same for all */
	const LfdwCredentials *credentials; /* NULL: not signed */
	bool		once;			/* it must not be sent again if it breaks */
	LfdwServerSlot *slot;		/* see LfdwHttpRequest */
} LfdwAwsAttempt;

extern LfdwClient *lfdw_client_get(const LfdwPoolKey *key);
extern void lfdw_client_forget_changed(bool mapping, uint32 hash);
extern bool lfdw_client_forget_server(Oid serverid);
extern LfdwConnection *lfdw_client_connections(int *count);
extern void lfdw_client_forget_credentials(LfdwClient *client);
extern void lfdw_client_keep_credentials(LfdwClient *client,
										 const LfdwCredentials *credentials,
										 int64 now);
extern char *lfdw_client_uuid(void);
extern void lfdw_client_check_endpoint(const LfdwAwsRequest *request);
extern LfdwHttpExchange *lfdw_client_begin(const LfdwAwsRequest *request,
										   const LfdwAwsAttempt *attempt);
extern int64 lfdw_client_retry_hint_us(const LfdwHttpExchange *exchange);
extern bool lfdw_client_correct_clock(LfdwClient *client,
									  const LfdwHttpExchange *exchange);

#endif							/* LFDW_CLIENT_H */
