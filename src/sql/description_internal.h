/*-------------------------------------------------------------------------
 *
 * description_internal.h
 *		A function's description, read step by step.
 *
 * IDENTIFICATION
 *	  src/sql/description_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DESCRIPTION_INTERNAL_H
#define LFDW_DESCRIPTION_INTERNAL_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "sql/description.h"
#include "sql/sketch_internal.h"

/*
 * Tables of a description, at most: creating each takes a lock until the
 * transaction ends, and by default a server has some 6,400 of them.
 */
#define LFDW_DESCRIBED_TABLES_MAX 1000

/* Bytes of a type's text, at most: a name, a schema's, and modifiers. */
#define LFDW_DESCRIBED_TYPE_MAX 256

/* Where in a description its reader is; texts fit for messages. */
typedef struct LfdwDescriptionPlace
{
	const LfdwDescriptionUse *use;	/* what it is read for */
	const char *label;			/* the function's bare name */
	const char *table;			/* its name, or number; NULL outside of one */
	const char *column;			/* the same of a column */
} LfdwDescriptionPlace;

/* description_read.c */
extern List *lfdw_description_read(const char *label, const LfdwDescriptionUse *use,
								   const LfdwJsonValue *tables,
								   const LfdwJsonValue *root);

/* description_value.c */
extern void lfdw_description_report(const LfdwDescriptionPlace *place, int sqlstate,
									const char *hint, const char *fmt,...)
			pg_attribute_printf(4, 5);
extern List *lfdw_description_add_option(const LfdwDescriptionPlace *place,
										 List *options, bool of_column,
										 const LfdwJsonValue *key,
										 const LfdwJsonValue *value,
										 const char *const *words, int nwords);

/* description_type.c */
extern void lfdw_description_find_type(const LfdwDescriptionPlace *place,
									   const char *text, Oid *typid, int32 *typmod);
extern Oid	lfdw_description_find_collation(const LfdwDescriptionPlace *place,
											const char *name, Oid typid);

#endif							/* LFDW_DESCRIPTION_INTERNAL_H */
