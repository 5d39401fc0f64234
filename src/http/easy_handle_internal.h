/*-------------------------------------------------------------------------
 *
 * easy_handle_internal.h
 *		Libcurl's handles: what they are told of requests, and used again for.
 *
 * For the files that call libcurl.
 *
 * IDENTIFICATION
 *	  src/http/easy_handle_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EASY_HANDLE_INTERNAL_H
#define LFDW_EASY_HANDLE_INTERNAL_H

#include "postgres.h"

#include "http/callback_internal.h"

extern void lfdw_easy_begin(LfdwHttpExchange *exchange,
							const LfdwHttpRequest *request, void *share);
extern void lfdw_easy_end(LfdwHttpExchange *exchange);
extern void lfdw_easy_free_idle(LfdwHttpPool *pool);

#endif							/* LFDW_EASY_HANDLE_INTERNAL_H */
