/*-------------------------------------------------------------------------
 *
 * sqlstate.h
 *		The SQLSTATEs of invocations that fail.
 *
 * IDENTIFICATION
 *	  src/lambda/sqlstate.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQLSTATE_H
#define LFDW_SQLSTATE_H

#include "postgres.h"

#include "base/aws_error.h"
#include "http/http_request.h"

extern int	lfdw_sqlstate_of_aws(LfdwAwsErrorClass class);
extern int	lfdw_sqlstate_of_transport(LfdwHttpFailure failure);

#endif							/* LFDW_SQLSTATE_H */
