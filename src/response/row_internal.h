/*-------------------------------------------------------------------------
 *
 * row_internal.h
 *		What the files of rows share: the row that was read last.
 *
 * IDENTIFICATION
 *	  src/response/row_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_INTERNAL_H
#define LFDW_ROW_INTERNAL_H

#include "postgres.h"

#include "response/row.h"
#include "response/row_path_internal.h"
#include "value/value.h"

/* A column that is wanted. */
typedef struct LfdwRowWanted
{
	int			column;			/* its index */
	int			attribute;		/* its number in tuples, from 0 */
	bool		null_alone;		/* without a member it is NULL, and nothing
								 * else */
	LfdwConverter *converter;
	LfdwConvert shortcut;		/* converts JSON other than null, or is NULL */
} LfdwRowWanted;

struct LfdwRow
{
	const LfdwTable *table;
	LfdwPathNode *root;			/* the paths of the columns */
	int			nread;			/* columns that an answer has: not of input */
	LfdwRowOrder table_order;
	bool		by_place;		/* paths say where array rows have values */
	int			unplaced;		/* the column whose path does not, or -1 */
	MemoryContext strings;		/* JSON in strings of the row read last */
	LfdwConverter **converters; /* by column; NULL where not wanted */
	int			nwanted;		/* the same, without those that are not */
	LfdwRowWanted *wanted;
	LfdwAnswerFormat format;	/* what the values are texts of */
	bool		kept;			/* rows are kept: none is passed over */
	bool		copy;			/* conversions may run SQL: see store */
	const char **null_if;		/* by column, in UTF-8; NULL: none has any */

	/* the row that was read last */
	uint64		number;			/* counting from 1 */
	uint64		reading;		/* ... the times that a row was begun to be
								 * read */
	int			element;		/* of an aligned answer, from 0; else -1 */
	const char *text;			/* the whole of it */
	size_t		len;
	bool		is_string;		/* text is without its quotes */
	bool		is_object;
	const char *object;			/* the object, if it is one, also in a string */
	size_t		object_len;
	bool		has_members;	/* any at all ... */
	bool		has_known;		/* ... and one on a column's path */
	bool	   *found;			/* by column */
	LfdwJsonValue *values;
	int			current;		/* column under conversion, for CONTEXT */
};

/* Gives a value to the columns of a node. */
static inline void
lfdw_row_set_value(LfdwRow *row, const LfdwPathNode *node,
				   const LfdwJsonValue *value)
{
	for (int i = 0; i < node->ncolumns; i++)
	{
		row->found[node->columns[i]] = true;
		row->values[node->columns[i]] = *value;
	}
}

extern void lfdw_row_set_wanted(LfdwRow *row);
extern void lfdw_row_forget(LfdwRow *row);
extern bool lfdw_row_open_string(LfdwRow *row, const LfdwJsonValue *string,
								 LfdwJsonReader *inside);
extern LfdwJsonStatus lfdw_row_read_object(LfdwRow *row, LfdwJsonReader *reader,
										   LfdwPathNode *node);
extern LfdwJsonStatus lfdw_row_read_array(LfdwRow *row, LfdwJsonReader *reader,
										  LfdwPathNode *node);
extern LfdwJsonStatus lfdw_row_read_node(LfdwRow *row, LfdwJsonReader *reader,
										 LfdwPathNode *node);

#endif							/* LFDW_ROW_INTERNAL_H */
