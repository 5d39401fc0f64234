/*-------------------------------------------------------------------------
 *
 * value_in_internal.h
 *		What the files share that make a Datum of a JSON value.
 *
 * IDENTIFICATION
 *	  src/value/value_in_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_VALUE_IN_INTERNAL_H
#define LFDW_VALUE_IN_INTERNAL_H

#include "postgres.h"

#include "value/value.h"

typedef struct LfdwElements LfdwElements;

struct LfdwConverter
{
	LfdwConvert convert;		/* goes on with lfdw_value_from_input where it
								 * does not know the spelling */
	Oid			typid;			/* what convert and input make */
	int32		typmod;
	LfdwFormat	format;
	bool		utf8;			/* the database keeps JSON's own bytes */
	bool		sql_ascii;		/* ... but core takes no escape for them */
	FmgrInfo	input;			/* typid's input function */
	Oid			typioparam;
	LfdwElements *elements;		/* of an array, where core need not take it */
	Oid			domain;			/* the column's type if that is a domain */
	void	   *domain_cache;	/* domain_check's */
	MemoryContext context;		/* where the converter lives */
	Oid			column_typid;
	int32		column_typmod;
	const char *colname;
	FmgrInfo	populate;		/* json_populate_record, once it was needed */
	TupleDesc	row_desc;		/* of its one-column record */
	Datum		row;			/* that record, NULL in its column */
};

extern Datum lfdw_value_from_input(LfdwConverter *converter,
								   const LfdwJsonValue *value);
extern bool lfdw_value_takes_elements(Oid type);
extern LfdwElements *lfdw_value_elements(LfdwConverter *converter);
extern bool lfdw_value_from_elements(LfdwElements *elements,
									 const LfdwJsonValue *array, Datum *result);
extern LfdwConvert lfdw_value_convert_text(Oid typid, int32 typmod);
extern LfdwConvert lfdw_value_convert_number(Oid typid);
extern LfdwConvert lfdw_value_convert_time(Oid typid, int32 typmod);

#endif							/* LFDW_VALUE_IN_INTERNAL_H */
