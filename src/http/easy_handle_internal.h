/*-------------------------------------------------------------------------
 *
 * easy_handle_internal.h
 *		What libcurl is told of a request.
 *
 * For http.c and multi_handle.c.
 *
 * IDENTIFICATION
 *	  src/http/easy_handle_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EASY_HANDLE_INTERNAL_H
#define LFDW_EASY_HANDLE_INTERNAL_H

#include "postgres.h"

#include "http/exchange_internal.h"

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

extern void lfdw_easy_set_request(LfdwHttpExchange *exchange,
								  const LfdwHttpRequest *request);

#endif							/* LFDW_EASY_HANDLE_INTERNAL_H */
