/*-------------------------------------------------------------------------
 *
 * arguments_hash.c
 *		A hash of what a (re)scan asks.
 *
 * Processes that evaluate the same conditions by themselves find out by it whether
 * they came to the same.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments_hash.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "pushdown/arguments_hash.h"

static uint64
add_number(uint64 hash, int64 number)
{
	return hash_combine64(hash, hash_bytes_extended((const unsigned char *) &number,
													sizeof(number), 0));
}

/* Adds a text, which may be NULL. */
static uint64
add_text(uint64 hash, const char *text)
{
	if (text == NULL)
		return add_number(hash, -1);
	return hash_combine64(hash, hash_bytes_extended((const unsigned char *) text,
													strlen(text), 0));
}

static uint64
add_equality(uint64 hash, const LfdwEquality *equality)
{
	hash = add_number(hash, equality->column->attnum);
	hash = add_number(hash, equality->send_as);
	hash = add_number(hash, equality->set.nvalues);
	for (int i = 0; i < equality->set.nvalues; i++)
		hash = add_text(hash, equality->set.json[i]);
	return hash;
}

static uint64
add_tuples(uint64 hash, const LfdwTuples *tuples)
{
	hash = add_number(hash, tuples->ntuples);
	for (int64 i = 0; i < tuples->ntuples * tuples->ncolumns; i++)
		hash = add_number(hash, tuples->places[i]);
	return hash;
}

/*
 * The hash of all that the calls of a (re)scan carry: of the values as they are sent,
 * in their order.
 */
uint64
lfdw_arguments_hash(const LfdwArguments *arguments)
{
	uint64		hash = add_number(0, arguments->nothing);

	hash = add_number(hash, arguments->limit);
	for (int i = 0; i < arguments->nequalities; i++)
		hash = add_equality(hash, &arguments->equalities[i]);
	if (arguments->tuples)
		hash = add_tuples(hash, arguments->tuples);
	for (int i = 0; i < arguments->nothers; i++)
		hash = add_text(hash, arguments->others[i].json);
	for (int i = 0; i < arguments->nfilters; i++)
		hash = add_text(hash, arguments->filters[i].json);
	return hash;
}
