/*-------------------------------------------------------------------------
 *
 * callback_internal.h
 *		What libcurl calls back of an exchange.
 *
 * For the files that call libcurl.
 *
 * IDENTIFICATION
 *	  src/http/callback_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CALLBACK_INTERNAL_H
#define LFDW_CALLBACK_INTERNAL_H

#include "postgres.h"

#include "lib/ilist.h"

#include "http/exchange_internal.h"

/*
 * A handle of libcurl, which carries one exchange after the other, and what it
 * was told last: to tell all of it again costs as much as the request.
 */
typedef struct LfdwEasyHandle
{
	dlist_node	node;			/* among the pool's idle ones */
	LfdwHttpExchange *exchange; /* whose it is */
	void	   *easy;			/* libcurl's */
	char	   *url;			/* palloc'd, as these: NULL for none */
	char	   *proxy;
	char	   *ca_bundle;
	char		method[8];
	bool		keeps_connection;
	bool		wants_fresh;	/* no connection that was kept */
	long		read_size;		/* what is read at once */
	char		message[256];	/* CURLOPT_ERRORBUFFER */
} LfdwEasyHandle;

/* Sets an option of the handle easy, or raises HV000. */
#define SET(option, value) \
	do { \
		CURLcode	set_result = curl_easy_setopt(easy, option, value); \
		if (set_result != CURLE_OK) \
			ereport(ERROR, \
					(errcode(ERRCODE_FDW_ERROR), \
					 errmsg("could not set libcurl's option %s", #option), \
					 errdetail("%s", curl_easy_strerror(set_result)))); \
	} while (0)

extern void lfdw_callback_begin(void);
extern void lfdw_callback_end(void);
extern void lfdw_callback_release_slots(LfdwHttpExchange *exchange);
extern void lfdw_callback_settle(LfdwHttpExchange *exchange);
extern void lfdw_callback_set(LfdwEasyHandle *handle, LfdwHttpPool *pool);

#endif							/* LFDW_CALLBACK_INTERNAL_H */
