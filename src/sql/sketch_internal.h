/*-------------------------------------------------------------------------
 *
 * sketch_internal.h
 *		A foreign table sketched from an answer, step by step.
 *
 * The bytes of the answer are UTF-8 and were found to be valid JSON before they
 * are walked, so that walking them meets no error.  All is palloc'd in the
 * call's context, and texts are UTF-8 until the statement is written.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SKETCH_INTERNAL_H
#define LFDW_SKETCH_INTERNAL_H

#include "postgres.h"

#include "base/json_reader.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* What an answer holds, once it is unpacked. */
typedef enum LfdwSketchForm
{
	LFDW_SKETCH_NOTHING,		/* no bytes, or null */
	LFDW_SKETCH_JSON,			/* a value */
	LFDW_SKETCH_LINES,			/* values, one a line */
	LFDW_SKETCH_CSV,
	LFDW_SKETCH_RAW,			/* text, or bytes */
	LFDW_SKETCH_ENTRIES			/* JSON whose rows are an object's members */
} LfdwSketchForm;

/* A column of the table. */
typedef struct LfdwSketchColumn
{
	const char *name;			/* in JSON, of nname bytes */
	size_t		nname;
	const char *path;			/* of the option, "" the whole row */
	const char *type;			/* of SQL */
	bool		empty_is_null;	/* "" stands for NULL */
	int			seen;			/* kinds of its values ... */
	int			elements;		/* ... and of their elements */
	const char *wrapper;		/* the one member its values have, of nwrapper
								 * bytes; NULL: they have another form */
	size_t		nwrapper;
	const char *null_wrapper;	/* a wrapper that a NULL would have had */
	bool		unwrapped;		/* a value without the wrapper was seen */
	int			inner;			/* kinds of what is in the wrappers */
	int			parent;			/* number of the column that it is in, from 1;
								 * 0 for none */
	int			nvalues;		/* that are not null */
	int			nheld;			/* of these, those that columns go on in */
	bool		is_holder;		/* all are */
	bool		is_dropped;		/* what it is in is a column itself */
	const char *comment;		/* what is to be said of it, NULL for nothing */
} LfdwSketchColumn;

/* An option of the table. */
typedef struct LfdwSketchOption
{
	const char *name;
	const char *value;			/* UTF-8 */
} LfdwSketchOption;

typedef struct LfdwSketch
{
	const char *server;			/* in the database encoding, as the next ones */
	const char *function;		/* as it was given */
	const char *label;			/* the function's bare name */
	const char *payload;		/* JSON, an object */
	LfdwJsonValue payload_value;	/* the same, in UTF-8 */
	bool		has_route;		/* event and route say the payload */
	bool		has_text;		/* argument_format was said */
	int			row_limit;		/* rows looked at, at most */
	size_t		max_bytes;		/* of an answer */
	const char *status_hint;	/* what helps where its statusCode is an error */

	/* the answer */
	LfdwSketchForm form;
	LfdwJsonValue root;			/* of JSON */
	const char *text;			/* of lines, CSV and raw */
	size_t		len;
	bool		in_string;		/* the root was all of a string */
	bool		is_base64;		/* the text's bytes came in base64 */
	LfdwJsonValue headers;		/* an object; null where there are none */

	/* where its rows are */
	StringInfo	rows_path;		/* a JSON Pointer; "" for the root */
	LfdwJsonValue rows;			/* an array, or one row */
	LfdwJsonValue names;		/* of array rows' values; null: none */
	const char *prefix;			/* the path of the rows' values in what the
								 * table takes for rows; NULL: they are it */
	size_t		nrows;			/* in the answer */

	/* the statement */
	LfdwSketchColumn *columns;
	int			ncolumns;
	int			nleft_out;		/* members that no column was made for */
	List	   *options;		/* of LfdwSketchOption */
	List	   *comments;		/* of char *, UTF-8 */
} LfdwSketch;

/* sketch_answer.c */
extern void lfdw_sketch_open_answer(LfdwSketch *sketch, const char *bytes,
									size_t len);

/* sketch_csv.c */
extern bool lfdw_sketch_is_csv(const char *text, size_t len, bool declared);
extern void lfdw_sketch_find_csv_columns(LfdwSketch *sketch);

/* sketch_rows.c */
extern void lfdw_sketch_find_rows(LfdwSketch *sketch);
extern void lfdw_sketch_find_error_path(LfdwSketch *sketch);

/* sketch_column.c */
extern LfdwSketchColumn *lfdw_sketch_add_column(LfdwSketch *sketch,
												const char *name, size_t len);
extern void lfdw_sketch_note_value(LfdwSketchColumn *column,
								   const LfdwJsonValue *value);
extern void lfdw_sketch_decide_types(LfdwSketch *sketch);

/* sketch_columns.c */
extern void lfdw_sketch_find_columns(LfdwSketch *sketch);

/* sketch_pages.c */
extern void lfdw_sketch_find_pages(LfdwSketch *sketch);

/* sketch_payload.c */
typedef struct LfdwSketchArguments
{
	const char *base;			/* pointer to the object that has them, "" for
								 * the payload itself */
	LfdwJsonValue object;		/* that object; null where it is missing */
	bool		closed;			/* what is there is no object */
	bool		is_text;		/* their values are strings */
} LfdwSketchArguments;

extern void lfdw_sketch_find_arguments(const LfdwSketch *sketch,
									   LfdwSketchArguments *arguments);
extern char *lfdw_sketch_argument_place(const LfdwSketchArguments *arguments,
										const char *name);
extern bool lfdw_sketch_add_route(LfdwSketch *sketch, const char *url);
extern void lfdw_sketch_compare_payload(LfdwSketch *sketch);

/* sketch_text.c */
extern char *lfdw_sketch_write(const LfdwSketch *sketch);

/* sketch_walk.c */
typedef struct LfdwSketchWalk
{
	LfdwJsonReader reader;
	bool		is_object;
	LfdwJsonValue key;			/* of the member, in an object */
	LfdwJsonValue value;
} LfdwSketchWalk;

extern void lfdw_sketch_walk(LfdwSketchWalk *walk, const LfdwJsonValue *container);
extern bool lfdw_sketch_next(LfdwSketchWalk *walk);
extern bool lfdw_sketch_member(const LfdwJsonValue *object, const char *name,
							   LfdwJsonValue *value);
extern char *lfdw_sketch_decode(const LfdwJsonValue *string, size_t *len);
extern void lfdw_sketch_append_token(StringInfo pointer, const LfdwJsonValue *key);
extern bool lfdw_sketch_is_one_of(const LfdwJsonValue *key,
								  const char *const *words);
extern bool lfdw_sketch_number(const LfdwJsonValue *value, int *number);
extern bool lfdw_sketch_open_string(const LfdwSketch *sketch, LfdwJsonValue *value);
extern void lfdw_sketch_option(LfdwSketch *sketch, const char *name,
							   const char *value);
extern void lfdw_sketch_comment(LfdwSketch *sketch, const char *fmt,...) pg_attribute_printf(2, 3);

#endif							/* LFDW_SKETCH_INTERNAL_H */
