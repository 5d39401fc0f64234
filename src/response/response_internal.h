/*-------------------------------------------------------------------------
 *
 * response_internal.h
 *		What the files of the reader of an answer share: the state of one answer.
 *
 * IDENTIFICATION
 *	  src/response/response_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESPONSE_INTERNAL_H
#define LFDW_RESPONSE_INTERNAL_H

#include "postgres.h"

#include "response/response.h"

typedef enum LfdwResponseState
{
	LFDW_STATE_START,			/* before the root value */
	LFDW_STATE_MEMBERS,			/* in a container on the way to the rows */
	LFDW_STATE_ROWS,			/* in the array of rows */
	LFDW_STATE_LINES,			/* a row a line */
	LFDW_STATE_FINISH,			/* the root object is at its end */
	LFDW_STATE_TAIL				/* only white space may follow */
} LfdwResponseState;

/* A container that has been entered, and what may be found in it. */
typedef struct LfdwFrame
{
	bool		is_object;
	int			index;			/* of the next element of an array */
	bool		to_rows;		/* lies on the way to the rows */
	bool		to_cursor;
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

struct LfdwResponse
{
	const LfdwTable *table;
	LfdwRow    *row;
	LfdwBody   *source;			/* NULL once a body or string was opened */
	int			answer;			/* of the source, which is read */
	const char *part;			/* what was opened, for messages, or "" */
	LfdwPointer *rows_path;		/* in UTF-8 */
	LfdwPointer *cursor_path;	/* in UTF-8, NULL for none */

	LfdwJsonReader reader;
	LfdwJsonReader root;		/* before the root value */
	int			nouter;
	LfdwJsonReader *outer;		/* those around the strings entered */
	LfdwResponseState state;
	bool		keep;			/* bytes from root on are still needed */
	int			nframes;
	LfdwFrame  *frames;
	bool		first_line;
	bool		rows_in_string;
	bool		row_ready;		/* this step read a row */
	size_t		stalled;		/* bytes that the last undone step lacked an
								 * end in */

	/* what the root object said so far */
	bool		rows_seen;		/* rows were read from their member */
	bool		deferred;		/* rows stand there, to be read at the end */
	bool		decided;		/* second walk: the rows are the rows */
	bool		maybe_gateway;	/* may it have API Gateway's form? */
	bool		other_members;	/* any but API Gateway's */
	bool		has_status;		/* a statusCode that is a number ... */
	double		status;			/* ... this one */
	LfdwPlace	body;
	LfdwPlace	is_base64;
	LfdwRowOrder *order;		/* "columns", or NULL */
	char	   *cursor;			/* JSON in the database encoding, or NULL */

	/* what it says of a further page that no option reads */
	char	   *page_member;	/* its name, or NULL */
	bool		page_surely;	/* by that name alone */
	bool		page_read;		/* a column reads it, if this is a row */
	bool		last_page;		/* it says that there is none */
};

extern LfdwJsonStatus lfdw_response_start(LfdwResponse *response);
extern LfdwJsonStatus lfdw_response_enter(LfdwResponse *response,
										  LfdwJsonType type, bool to_rows,
										  bool to_cursor);
extern void lfdw_response_report_json(const LfdwResponse *response);
extern void lfdw_response_report_form(const LfdwResponse *response,
									  const char *detail, const char *hint);
extern void lfdw_response_report_no_member(LfdwResponse *response, bool alone);
extern void lfdw_response_report_no_rows(LfdwResponse *response);
extern void lfdw_response_report_own(const LfdwResponse *response,
									 const LfdwJsonValue *object);
extern bool lfdw_response_is_raised(const LfdwResponse *response,
									LfdwJsonReader reader);
extern void lfdw_response_report_raised(const LfdwResponse *response,
										LfdwJsonReader reader);
extern LfdwJsonReader lfdw_response_root(const LfdwResponse *response);
extern bool lfdw_response_note_member(LfdwResponse *response,
									  const LfdwJsonValue *key,
									  const LfdwJsonValue *value);
extern void lfdw_response_note_page(LfdwResponse *response,
									const LfdwJsonValue *key,
									const LfdwJsonValue *value);
extern void lfdw_response_set_cursor(LfdwResponse *response,
									 const LfdwJsonValue *value);
extern bool lfdw_response_is_gateway(const LfdwResponse *response);
extern void lfdw_response_unwrap(LfdwResponse *response);
extern void lfdw_response_open(LfdwResponse *response,
							   const LfdwJsonReader *inside, const char *part);

#endif							/* LFDW_RESPONSE_INTERNAL_H */
