/*-------------------------------------------------------------------------
 *
 * join_internal.h
 *		The plan and the state of a bind join.
 *
 * IDENTIFICATION
 *	  src/join/join_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JOIN_INTERNAL_H
#define LFDW_JOIN_INTERNAL_H

#include "postgres.h"

#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "nodes/extensible.h"
#include "pushdown/bound.h"
#include "pushdown/value_set.h"
#include "utils/typcache.h"

/* The children of a bind join, in custom_plans and custom_ps. */
enum LfdwJoinChild
{
	LFDW_JOIN_OUTER,
	LFDW_JOIN_INNER
};

/* What its custom_exprs are; all of them see the scan tuple. */
enum LfdwJoinExpression
{
	LFDW_JOIN_OUTER_KEYS,		/* a list, one for each column of the key */
	LFDW_JOIN_INNER_KEYS,		/* the same */
	LFDW_JOIN_QUALS,			/* a list */
	LFDW_JOIN_OTHER_QUALS		/* a list, for after NULLs were filled in */
};

/* Indexes of the lists in its custom_private. */
enum LfdwJoinPrivate
{
	LFDW_JOIN_NUMBERS,			/* IntList, see LfdwJoinNumber */
	LFDW_JOIN_WAITING,			/* Float: the part of the cost that is waiting */
	LFDW_JOIN_KEYS				/* the terms of the key's columns, what
								 * lfdw_term_serialize made */
};

enum LfdwJoinNumber
{
	LFDW_JOIN_TYPE,
	LFDW_JOIN_BATCH_KEYS,		/* keys of a batch */
	LFDW_JOIN_FIRST_KEYS,		/* keys of the first batch */
	LFDW_JOIN_OUTER_WIDTH,		/* columns of the scan tuple that are outer */
	LFDW_JOIN_INNER_WIDTH		/* and inner */
};

/* A row of the outer side, for as long as its batch. */
typedef struct LfdwOuterRow
{
	MinimalTuple tuple;
	bool		matched;
	struct LfdwOuterRow *next_of_key;
	struct LfdwOuterRow *next;
} LfdwOuterRow;

/* A row of the inner side that is kept for later batches. */
typedef struct LfdwInnerRow
{
	MinimalTuple tuple;
	struct LfdwInnerRow *next;
} LfdwInnerRow;

/*
 * A key: a tuple of values, one for each column of the join's key, as sets of
 * values hold them.
 */
typedef struct LfdwKey
{
	struct LfdwKey *next;		/* it equals this one and may be sent
								 * differently, as 1.0 and 1.00 */
	Datum		values[FLEXIBLE_ARRAY_MEMBER];
} LfdwKey;

/* What is remembered of a key. */
typedef struct LfdwAnswer
{
	LfdwKey    *keys;			/* those that it answers, once it is complete */
	bool		complete;		/* all of its rows are here */
	LfdwInnerRow *rows;
} LfdwAnswer;

/* The entry of a key: of a batch, with its outer rows; or of what is remembered. */
typedef struct LfdwKeyEntry
{
	LfdwKey    *key;
	uint32		hash;
	char		status;			/* of simplehash */
	bool		recalled;		/* of a batch: its answer is complete */
	LfdwOuterRow *rows;
	LfdwAnswer *answer;			/* of a batch: NULL where none is known yet */
} LfdwKeyEntry;

/* One side's value of a column of the key. */
typedef struct LfdwKeySide
{
	ExprState  *expr;			/* over the scan tuple */
	Oid			type;			/* as it comes */
} LfdwKeySide;

/* A column of the key: where its values come from, how they are hashed. */
typedef struct LfdwKeyColumn
{
	LfdwKeySide sides[LFDW_JOIN_INNER + 1];
	TypeCacheEntry *type;		/* bigint for all integers */
	Oid			collation;
	bool		by_bits;		/* equal ones are the same Datum */
} LfdwKeyColumn;

typedef struct LfdwKeyType
{
	int			ncolumns;
	LfdwKeyColumn *columns;
} LfdwKeyType;

#define SH_PREFIX lfdw_keytab
#define SH_ELEMENT_TYPE LfdwKeyEntry
#define SH_KEY_TYPE LfdwKey *
#define SH_SCOPE extern
#define SH_DECLARE
#include "lib/simplehash.h"

typedef enum LfdwJoinPhase
{
	LFDW_JOIN_READ,				/* the next batch of outer rows */
	LFDW_JOIN_REMEMBERED,		/* keys whose answer is known */
	LFDW_JOIN_ASKED,			/* rows that the function returns */
	LFDW_JOIN_UNMATCHED			/* outer rows without a match */
} LfdwJoinPhase;

typedef struct LfdwJoinState
{
	CustomScanState css;
	PlanState  *outer;
	ForeignScanState *inner;
	JoinType	jointype;
	int			outer_width;
	int			inner_width;
	ExprState  *joinqual;
	ExprState  *otherqual;
	LfdwKeyType key_type;
	LfdwKey    *key;			/* of the row in the scan tuple */
	LfdwBound	bound;			/* the keys that the batch asks for */

	/* the batch */
	LfdwJoinPhase phase;
	int			batch_keys;		/* how many keys it may have */
	int			max_keys;
	size_t		max_bytes;
	bool		once;			/* it will not be scanned again */
	bool		outer_done;
	MemoryContext batch_context;
	lfdw_keytab_hash *keys;
	int			nspellings;		/* further ones of all keys */
	LfdwOuterRow *rows;			/* all, those without a key too */
	LfdwOuterRow **last;

	/* what is remembered of earlier batches */
	MemoryContext memory_context;
	lfdw_keytab_hash *memory;
	size_t		max_memory;
	bool		remembers;		/* somebody may ask for the batch's answers */

	/* where the join is */
	lfdw_keytab_iterator iterator;
	LfdwKeyEntry *entry;		/* whose rows are joined to the inner row */
	LfdwOuterRow *row;			/* the next of them; or the next unmatched */
	LfdwInnerRow *answer;		/* the next remembered inner row */
	TupleTableSlot *outer_slot;
	TupleTableSlot *inner_slot;

	/* counted for EXPLAIN */
	int64		batches;
	int64		keys_sent;
	int64		keys_saved;
	int64		others;			/* inner rows of keys that were not asked for */
} LfdwJoinState;

/* join_exec.c */
extern Node *lambdaCreateCustomScanState(CustomScan *plan);

/* join_explain.c */
extern void lambdaExplainCustomScan(CustomScanState *node, List *ancestors,
									ExplainState *es);

/* join_batch.c */
extern void lfdw_join_batch_reset(LfdwJoinState *state);
extern void lfdw_join_batch_forget(LfdwJoinState *state);
extern void lfdw_join_batch_add(LfdwJoinState *state, TupleTableSlot *slot,
								bool has_key);
extern bool lfdw_join_batch_is_full(const LfdwJoinState *state);
extern int	lfdw_join_batch_make_bound(LfdwJoinState *state);
extern void lfdw_join_batch_remember(LfdwJoinState *state,
									 TupleTableSlot *slot);
extern void lfdw_join_batch_complete(LfdwJoinState *state);

#endif							/* LFDW_JOIN_INTERNAL_H */
