/*-------------------------------------------------------------------------
 *
 * extension.h
 *		Which versions of its extensions' SQL this library serves.
 *
 * IDENTIFICATION
 *	  src/pg/extension.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EXTENSION_H
#define LFDW_EXTENSION_H

#include "postgres.h"

#include "fmgr.h"

/* The library's version, as META.json has it. */
#define LFDW_VERSION "1.0.0"

/* The extensions that have functions in this library. */
typedef enum LfdwExtension
{
	LFDW_EXTENSION_LAMBDA_FDW,
	LFDW_EXTENSION_AWS_LAMBDA,
	LFDW_EXTENSION_AWS_S3,
	LFDW_EXTENSION_AWS_ML,
	LFDW_NEXTENSIONS
} LfdwExtension;

/* What is known of an extension in this database. */
typedef struct LfdwExtensionState
{
	const char *name;			/* static */
	const char *newest;			/* of the versions served; static */
	char	   *installed;		/* palloc'd; NULL where it is not */
	bool		served;			/* or not installed */
} LfdwExtensionState;

/*
 * Defines a function of SQL, whose body is run_NAME: it runs if the library serves
 * the version of the extension's SQL, whose arguments and columns it may not have
 * otherwise (55000; see lfdw_extension_check).
 */
#define LFDW_SQL_FUNCTION(extension, name) \
	PG_FUNCTION_INFO_V1(name); \
	static Datum run_##name(PG_FUNCTION_ARGS); \
	Datum \
	name(PG_FUNCTION_ARGS) \
	{ \
		lfdw_extension_check(extension); \
		return run_##name(fcinfo); \
	} \
	static Datum run_##name(PG_FUNCTION_ARGS)

extern void lfdw_extension_install(void);
extern void lfdw_extension_check(LfdwExtension extension);
extern void lfdw_extension_read(LfdwExtension extension,
								LfdwExtensionState *state);

#endif							/* LFDW_EXTENSION_H */
