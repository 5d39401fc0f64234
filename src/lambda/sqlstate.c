/*-------------------------------------------------------------------------
 *
 * sqlstate.c
 *		The SQLSTATEs of invocations that fail.
 *
 * IDENTIFICATION
 *	  src/lambda/sqlstate.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lambda/sqlstate.h"

/* The SQLSTATE of a class of AWS's errors. */
int
lfdw_sqlstate_of_aws(LfdwAwsErrorClass class)
{
	switch (class)
	{
		case LFDW_AWS_AUTHENTICATION:
			return ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		case LFDW_AWS_ACCESS_DENIED:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case LFDW_AWS_NOT_FOUND:
			return ERRCODE_FDW_TABLE_NOT_FOUND;
		case LFDW_AWS_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case LFDW_AWS_THROTTLED:
			return ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
		case LFDW_AWS_NOT_READY:
			return ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE;
		case LFDW_AWS_ENVIRONMENT:
			return ERRCODE_FDW_UNABLE_TO_CREATE_EXECUTION;
		case LFDW_AWS_MODEL_FAILED:
			return ERRCODE_EXTERNAL_ROUTINE_EXCEPTION;
		case LFDW_AWS_UNAVAILABLE:
			return ERRCODE_CONNECTION_FAILURE;
		case LFDW_AWS_BAD_REQUEST:
			break;
	}
	return ERRCODE_FDW_ERROR;
}

/* The SQLSTATE of an exchange that failed. */
int
lfdw_sqlstate_of_transport(LfdwHttpFailure failure)
{
	switch (failure)
	{
		case LFDW_HTTP_CANNOT_CONNECT:
		case LFDW_HTTP_CONNECT_TIMEOUT:
		case LFDW_HTTP_PROXY_REFUSED:
		case LFDW_HTTP_TLS:
		case LFDW_HTTP_UNREACHABLE:
			return ERRCODE_FDW_UNABLE_TO_ESTABLISH_CONNECTION;
		case LFDW_HTTP_FORBIDDEN_ADDRESS:
			return ERRCODE_INSUFFICIENT_PRIVILEGE;
		case LFDW_HTTP_NO_DESCRIPTOR:
			return ERRCODE_INSUFFICIENT_RESOURCES;
		case LFDW_HTTP_TOO_LARGE:
		case LFDW_HTTP_HEADERS_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		case LFDW_HTTP_NO_MEMORY:
			return ERRCODE_FDW_OUT_OF_MEMORY;
		case LFDW_HTTP_REQUEST_TIMEOUT:
		case LFDW_HTTP_BROKEN:
			break;
	}
	return ERRCODE_CONNECTION_FAILURE;
}
