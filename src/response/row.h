/*-------------------------------------------------------------------------
 *
 * row.h
 *		One row of an answer: from JSON to a slot.
 *
 * IDENTIFICATION
 *	  src/response/row.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_H
#define LFDW_ROW_H

#include "postgres.h"

#include "base/csv.h"
#include "base/json_reader.h"
#include "executor/tuptable.h"
#include "nodes/bitmapset.h"
#include "options/table.h"

typedef struct LfdwRow LfdwRow;

/* The order of an array row's values; -1 for one no column takes. */
typedef struct LfdwRowOrder
{
	int			ncolumns;
	int		   *columns;		/* indexes of the table's columns */
} LfdwRowOrder;

/* What the payload that a row answers carried as values of a column. */
typedef struct LfdwCarried
{
	int			nvalues;		/* 0: none */
	Oid			type;
	Datum		value;			/* the first */
} LfdwCarried;

/* element is the row's number in an aligned answer, from 0; -1 in any other. */
typedef LfdwCarried (*LfdwCarriedBy) (const void *chain,
									  const LfdwColumn *column,
									  int element);

extern LfdwRow *lfdw_row_create(const LfdwTable *table,
								const Bitmapset *attrs);
extern void lfdw_row_set_kept(LfdwRow *row, bool kept);
extern const LfdwRowOrder *lfdw_row_table_order(const LfdwRow *row);
extern bool lfdw_row_by_place(const LfdwRow *row);
extern bool lfdw_row_knows(const LfdwRow *row, const LfdwJsonValue *key);
extern bool lfdw_row_takes_all(const LfdwRow *row);
extern int	lfdw_row_find_column(const LfdwRow *row, const char *name);
extern LfdwJsonStatus lfdw_row_read(LfdwRow *row, LfdwJsonReader *reader,
									const LfdwRowOrder *order);
extern int	lfdw_row_pass(const LfdwRow *row, LfdwJsonReader *reader, int max);
extern void lfdw_row_count_passed(LfdwRow *row);
extern LfdwJsonStatus lfdw_row_read_entry(LfdwRow *row,
										  const LfdwJsonValue *key,
										  LfdwJsonReader *reader);
extern int *lfdw_row_read_header(LfdwRow *row, const LfdwCsv *csv,
								 const LfdwColumn **twice, bool *known);
extern void lfdw_row_read_csv(LfdwRow *row, const LfdwCsv *csv,
							  const int *fields);
extern void lfdw_row_read_raw(LfdwRow *row, const char *body, size_t len);
extern void lfdw_row_set_element(LfdwRow *row, int element);
extern bool lfdw_row_has_no_member(const LfdwRow *row, bool alone);
extern bool lfdw_row_has_known(const LfdwRow *row);
extern bool lfdw_row_is_empty(const LfdwRow *row);
extern const char *lfdw_row_text(const LfdwRow *row, size_t *len);
extern uint64 lfdw_row_number(const LfdwRow *row);
extern LfdwJsonReader lfdw_row_object(const LfdwRow *row);
extern const LfdwColumn *lfdw_row_missed(const LfdwRow *row,
										 const char **alike,
										 const char **path);
extern bool lfdw_row_takes_bytes(const LfdwRow *row);
extern bool lfdw_row_takes_scalar(const LfdwRow *row);
extern void lfdw_row_store(LfdwRow *row, TupleTableSlot *slot,
						   LfdwCarriedBy carried_by, const void *chain);
extern void lfdw_row_store_over(LfdwRow *row, TupleTableSlot *slot);
extern bool lfdw_row_wants_any(const LfdwRow *row);
extern bool lfdw_row_wants_nothing(const LfdwRow *row);

#endif							/* LFDW_ROW_H */
