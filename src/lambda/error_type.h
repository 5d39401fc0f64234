/*-------------------------------------------------------------------------
 *
 * error_type.h
 *		What a function's errorType says.
 *
 * IDENTIFICATION
 *	  src/lambda/error_type.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ERROR_TYPE_H
#define LFDW_ERROR_TYPE_H

#include "postgres.h"

#include "nodes/pg_list.h"

extern bool lfdw_error_type_is_among(const char *error_type,
									 const List *errors);

#endif							/* LFDW_ERROR_TYPE_H */
