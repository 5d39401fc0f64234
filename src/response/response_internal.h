/*-------------------------------------------------------------------------
 *
 * response_internal.h
 *		What the files of the reader of an answer share: the state of one answer.
 *
 * Each file calls those before it in this order, and none after:
 *
 *		row_name.c			names of members, by hash
 *		row_path.c			the columns' paths
 *		row_walk.c			one row: the values below a path
 *		row.c				one row: where its values stand
 *		row_form.c			one row: an entry, a record of CSV, a body
 *		row_store.c			one row: its values as a tuple
 *		response_error.c	what is wrong with an answer
 *		error_path.c		the function's own error in it
 *		split_echo.c		which split of the rows it is of
 *		response_pages.c	what it says of a page after it
 *		gateway_header.c	the headers of API Gateway's form
 *		gateway_body.c		its body
 *		gateway.c			that form
 *		root_object.c		what the root object's members say
 *		answer_report.c		what the answer of a write says of its rows
 *		response_csv.c		the rows of CSV
 *		response_rows.c		the rows of an answer
 *		response_aligned.c	those of an answer with one for each of a batch
 *		response_members.c	the way to them
 *		response_text.c		answers that are text
 *		response_write.c	answers of writes
 *		response_head.c		the head of a streamed answer
 *		response_start.c	the root value
 *		response_ahead.c	what the rest says, before it is read
 *		response.c			the steps in their order
 *
 * IDENTIFICATION
 *	  src/response/response_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESPONSE_INTERNAL_H
#define LFDW_RESPONSE_INTERNAL_H

#include "postgres.h"

#include "options/paging.h"
#include "pg/message.h"
#include "response/response.h"
#include "response/write_answer.h"

/*
 * What an error of the answer's JSON shows of it begins so many bytes before the
 * place, or at the answer's beginning, and has LFDW_EXCERPT_MAX bytes.
 */
#define LFDW_EXCERPT_BEFORE (LFDW_EXCERPT_MAX / 2)

/* Room for a status or a boolean in a string. */
#define LFDW_SHORT_TEXT 32

typedef enum LfdwResponseState
{
	LFDW_STATE_START,			/* before the root value */
	LFDW_STATE_HEAD,			/* before that, of a streamed answer */
	LFDW_STATE_MEMBERS,			/* in a container on the way to the rows */
	LFDW_STATE_ROWS,			/* in the array of rows */
	LFDW_STATE_LINES,			/* a row a line */
	LFDW_STATE_ENTRIES,			/* in the object whose members are rows */
	LFDW_STATE_CSV,				/* in CSV */
	LFDW_STATE_FINISH,			/* the root object is at its end */
	LFDW_STATE_TAIL				/* only white space may follow */
} LfdwResponseState;

/* What an option leads to beside the rows. */
typedef enum LfdwMark
{
	LFDW_MARK_CURSOR,			/* the next page's */
	LFDW_MARK_MORE				/* whether a page follows */
} LfdwMark;

#define LFDW_NMARKS 2

/* A container that has been entered, and what may be found in it. */
typedef struct LfdwFrame
{
	bool		is_object;
	int			index;			/* of the next element of an array */
	bool		to_rows;		/* lies on the way to the rows */
	bool		to_mark[LFDW_NMARKS];	/* the same of marks */
	bool		in_string;		/* has its own reader, over a string's text */
} LfdwFrame;

/* A value kept by its place, since the window may move. */
typedef struct LfdwPlace
{
	bool		found;
	LfdwJsonType type;
	bool		escaped;
	uint64		offset;			/* in the whole answer */
	size_t		len;
} LfdwPlace;

/* What the root object has of API Gateway's form. */
typedef struct LfdwGateway
{
	bool		has_status;		/* a statusCode that is a number ... */
	double		status;			/* ... this one */
	LfdwPlace	body;
	LfdwPlace	is_base64;
	LfdwPlace	headers;
	LfdwPlace	multi_headers;
} LfdwGateway;

/* What the root object said so far; nothing, where another value is opened. */
typedef struct LfdwRootNotes
{
	bool		rows_seen;		/* rows were read from their member */
	bool		deferred;		/* rows stand there, to be read at the end */
	bool		decided;		/* second walk: the rows are the rows */
	bool		error_checked;	/* error_path has none */
	bool		split_checked;	/* it is of the split asked for */
	bool		other_members;	/* any that no form of its own has */
	LfdwGateway gateway;
	LfdwRowOrder *order;		/* "columns", or NULL */
	char	   *cursor;			/* JSON in the database encoding, or NULL */
	LfdwMore	more;			/* what more_path leads to */

	/* what it says of a further page that no option reads */
	LfdwUnreadPage page;		/* name NULL: nothing */
	bool		page_surely;	/* by that name alone */
	bool		page_read;		/* a column reads it, if this is a row */
	bool		last_page;		/* it says that there is none */
} LfdwRootNotes;

/* What an answer has that is aligned with its call's batch. */
typedef struct LfdwAligned
{
	int			ntuples;		/* of the batch */
	LfdwPointer *index_path;	/* in UTF-8, NULL: by order */
	int			nelements;		/* read so far */
	int			tuple;			/* the one that the last of them answers */
	bool		inside;			/* in an element that is several rows */
	bool		ended;			/* all were read */
	bool	   *answered;		/* by tuple: it has a row */
} LfdwAligned;

/* What is read of the answer of a write. */
typedef struct LfdwWriteReading
{
	bool		wanted;			/* rows are, unless some failed */
	bool		reported;		/* a root object says what became of them */
	LfdwWriteAnswer answer;
} LfdwWriteReading;

struct LfdwResponse
{
	const LfdwTable *table;
	LfdwRow    *row;
	LfdwBody   *source;			/* NULL once a body or string was opened */
	int			answer;			/* of the source, which is read */
	const char *part;			/* what was opened, for messages, or "" */
	bool		in_form;		/* that was what the root object's form held */
	LfdwPointer *rows_path;		/* in UTF-8 */
	LfdwPointer *error_path;	/* in UTF-8, NULL for none */
	LfdwPointer *marks[LFDW_NMARKS];	/* in UTF-8, NULL for none */
	LfdwPaging	paging;
	LfdwPointer *row_cursor_path;	/* in UTF-8, NULL for none */
	StringInfoData row_cursor;	/* of the last row, as it came; "" for none */
	MemoryContext row_strings;	/* JSON in strings on the way to it */
	char	   *header_cursor;	/* as notes have one, or NULL */
	bool		unread_link;	/* a header that no option reads has one */

	LfdwJsonReader reader;
	LfdwJsonReader root;		/* before the root value */
	int			nouter;
	LfdwJsonReader *outer;		/* those around the strings entered */
	LfdwResponseState state;
	bool		keep;			/* the bytes from root on are still needed */
	int			nframes;
	LfdwFrame  *frames;
	bool		first_line;
	bool		rows_in_string;
	bool		row_ready;		/* this step read a row ... */
	bool		row_given;		/* ... or one before */
	bool		may_pass;		/* nothing of rows is wanted, nor their text */
	int			passed;			/* rows that were passed over behind it */
	bool		may_have_none;	/* the options no_rows_... hold */
	int			split;			/* that was asked for, -1: none */
	bool		none;			/* by these, there are no rows */
	LfdwCsv		csv;			/* in LFDW_STATE_CSV */
	int			csv_nfields;	/* of the header ... */
	int		   *csv_fields;		/* ... by column, -1 for none */
	LfdwAligned *aligned;		/* NULL: the answer is no such */
	LfdwWriteReading *write;	/* NULL: the answer is of a read */
	size_t		stalled;		/* unread bytes when the last step was undone */
	LfdwRootNotes notes;
};

/* response.c */
extern void lfdw_response_show_window(LfdwResponse *response);

/* response_error.c */
extern void lfdw_response_report_json(const LfdwResponse *response);
extern void lfdw_response_report_form(const LfdwResponse *response,
									  const char *detail, const char *hint);
extern bool lfdw_response_is_raised(const LfdwResponse *response,
									LfdwJsonReader reader);
extern void lfdw_response_report_no_entries(const LfdwResponse *response,
											const LfdwJsonValue *value);
extern void lfdw_response_take_raised(LfdwResponse *response,
									  LfdwJsonReader reader, bool alone);
extern void lfdw_response_report_no_list(const LfdwResponse *response);
extern void lfdw_response_refuse_row(LfdwResponse *response, bool alone);
extern void lfdw_response_lack_rows(LfdwResponse *response,
									LfdwJsonReader reader);

/* error_path.c */
extern bool lfdw_error_path_is_nothing(const LfdwJsonValue *value);
extern char *lfdw_error_path_message(LfdwJsonReader object);
extern LfdwJsonStatus lfdw_error_path_check(LfdwResponse *response,
											LfdwJsonReader root);
extern LfdwJsonStatus lfdw_error_path_check_early(LfdwResponse *response,
												  LfdwJsonReader root,
												  bool may_say_none,
												  bool *waits);

/* split_echo.c */
extern LfdwJsonStatus lfdw_split_echo_check(LfdwResponse *response,
											LfdwJsonReader root);

/* A value kept by its place. */
static inline LfdwJsonValue
lfdw_response_value_at(const LfdwResponse *response, const LfdwPlace *place)
{
	LfdwJsonValue value;

	value.type = place->type;
	value.escaped = place->escaped;
	value.text = response->reader.data + (place->offset - response->reader.offset);
	value.len = place->len;
	return value;
}

/* response_pages.c */
extern char *lfdw_response_cursor_json(const LfdwJsonValue *value);
extern LfdwMore lfdw_response_more_of(const LfdwJsonValue *value);
extern void lfdw_response_note_mark(LfdwResponse *response, LfdwMark mark,
									const LfdwJsonValue *value);
extern void lfdw_response_note_row(LfdwResponse *response);
extern void lfdw_response_note_page(LfdwResponse *response,
									const LfdwJsonValue *key,
									const LfdwJsonValue *value);

/* gateway_header.c */
extern void lfdw_gateway_take_headers(LfdwResponse *response);

/* gateway_body.c */
extern void lfdw_gateway_short_text(const LfdwJsonValue *value,
									char buf[LFDW_SHORT_TEXT]);
extern const char *lfdw_gateway_read_body(const LfdwResponse *response,
										  size_t *len);

/* gateway.c */
extern bool lfdw_gateway_note_member(LfdwResponse *response,
									 const LfdwJsonValue *key,
									 const LfdwJsonValue *value);
extern bool lfdw_gateway_names(const LfdwJsonValue *key);
extern bool lfdw_gateway_has_member(const LfdwResponse *response,
									const LfdwJsonValue *key);
extern bool lfdw_gateway_is_begun(const LfdwResponse *response);
extern bool lfdw_gateway_has_body(const LfdwResponse *response);
extern bool lfdw_gateway_is_form(const LfdwResponse *response);
extern bool lfdw_gateway_says_none(const LfdwResponse *response);
extern void lfdw_gateway_report_status(const LfdwResponse *response,
									   const char *text, size_t len);
extern void lfdw_gateway_refuse(LfdwResponse *response, const char *text,
								size_t len);
extern LfdwJsonStatus lfdw_gateway_open_body(LfdwResponse *response,
											 LfdwJsonReader *inside);

/* root_object.c */
extern LfdwJsonReader lfdw_root_reader(const LfdwResponse *response);
extern bool lfdw_root_is_undecided(const LfdwResponse *response);
extern bool lfdw_root_may_hold_form(const LfdwResponse *response,
									const LfdwJsonValue *key);
extern LfdwJsonStatus lfdw_root_open_form(LfdwResponse *response,
										  LfdwJsonReader *inside,
										  bool *is_form);
extern bool lfdw_root_may_be_error(const LfdwJsonValue *key);
extern bool lfdw_root_may_begin_form(const LfdwResponse *response,
									 const LfdwJsonValue *key);
extern bool lfdw_root_may_say_none(const LfdwResponse *response);
extern LfdwJsonStatus lfdw_root_check_status(LfdwResponse *response);
extern void lfdw_root_note_other(LfdwResponse *response);
extern bool lfdw_root_note_member(LfdwResponse *response,
								  const LfdwJsonValue *key,
								  const LfdwJsonValue *value);

/* answer_report.c */
extern void lfdw_answer_report_read(LfdwResponse *response, LfdwJsonReader root);
extern bool lfdw_answer_report_wants_rows(const LfdwResponse *response);
extern bool lfdw_answer_report_is_no_row(const LfdwResponse *response);

/* response_csv.c */
extern void lfdw_csv_report_other(const LfdwResponse *response,
								  LfdwJsonType type);
extern LfdwJsonStatus lfdw_csv_enter(LfdwResponse *response, const char *text,
									 size_t len);
extern LfdwJsonStatus lfdw_csv_step(LfdwResponse *response);
extern LfdwJsonStatus lfdw_csv_read_rows(LfdwResponse *response);

/* response_rows.c */
extern void lfdw_response_enter_string(LfdwResponse *response,
									   const LfdwJsonReader *inside);
extern void lfdw_response_leave_string(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_pass(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_read_row(LfdwResponse *response, bool alone);
extern LfdwJsonStatus lfdw_response_leave_rows(LfdwResponse *response,
											   LfdwResponseState at_root);
extern LfdwJsonStatus lfdw_response_read_rows(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_enter_rows(LfdwResponse *response,
											   LfdwResponseState state);
extern LfdwJsonStatus lfdw_response_step_rows(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_step_entries(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_step_lines(LfdwResponse *response);

/* response_aligned.c */
extern LfdwAligned *lfdw_aligned_create(int ntuples, LfdwPointer *index_path);
extern LfdwJsonStatus lfdw_aligned_step(LfdwResponse *response);

/* response_members.c */
extern LfdwJsonStatus lfdw_response_enter_root(LfdwResponse *response,
											   LfdwJsonType type, bool wanted);
extern LfdwJsonStatus lfdw_response_step_members(LfdwResponse *response);
extern void lfdw_response_open(LfdwResponse *response,
							   const LfdwJsonReader *inside, const char *part);

/* response_text.c */
extern bool lfdw_text_is_body(const LfdwResponse *response);
extern LfdwJsonStatus lfdw_text_take(LfdwResponse *response,
									 const char *text, size_t len);
extern LfdwJsonStatus lfdw_text_take_object(LfdwResponse *response);
extern LfdwJsonStatus lfdw_text_start(LfdwResponse *response);

/* response_write.c */
extern LfdwJsonStatus lfdw_write_start(LfdwResponse *response);
extern LfdwJsonStatus lfdw_write_finish(LfdwResponse *response);

/* response_head.c */
extern LfdwJsonStatus lfdw_response_take_head(LfdwResponse *response);

/* response_start.c */
extern LfdwJsonStatus lfdw_response_start(LfdwResponse *response);

#endif							/* LFDW_RESPONSE_INTERNAL_H */
