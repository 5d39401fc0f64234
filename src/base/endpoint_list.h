/*-------------------------------------------------------------------------
 *
 * endpoint_list.h
 *		A list of the endpoints that may be called.
 *
 * IDENTIFICATION
 *	  src/base/endpoint_list.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ENDPOINT_LIST_H
#define LFDW_ENDPOINT_LIST_H

#include "base/uri.h"

extern bool lfdw_endpoint_list_is_valid(const char *list, const char **why);
extern bool lfdw_endpoint_list_has(const char *list, const LfdwUrl *url);

#endif							/* LFDW_ENDPOINT_LIST_H */
