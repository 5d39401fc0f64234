/*-------------------------------------------------------------------------
 *
 * client_context.h
 *		The client context of an invocation, as its header takes it.
 *
 * IDENTIFICATION
 *	  src/lambda/client_context.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CLIENT_CONTEXT_H
#define LFDW_CLIENT_CONTEXT_H

#include "postgres.h"

#include "aws/caller.h"

extern char *lfdw_client_context_encode(const char *context);
extern char *lfdw_client_context_of(const LfdwCaller *caller);

#endif							/* LFDW_CLIENT_CONTEXT_H */
