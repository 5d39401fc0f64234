/*-------------------------------------------------------------------------
 *
 * response.h
 *		The forms of an answer, read row by row while it arrives.
 *
 * IDENTIFICATION
 *	  src/response/response.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESPONSE_H
#define LFDW_RESPONSE_H

#include "postgres.h"

#include "lambda/body.h"
#include "response/row.h"

typedef enum LfdwResponseStatus
{
	LFDW_RESPONSE_ROW,			/* a row was read: lfdw_row_store takes it */
	LFDW_RESPONSE_MORE,			/* wait for more of the answer */
	LFDW_RESPONSE_END,			/* the answer is at its end */
	LFDW_RESPONSE_NO_ROWS		/* so it is: it says that there are no rows */
} LfdwResponseStatus;

/* What an answer says of whether a page follows. */
typedef enum LfdwMore
{
	LFDW_MORE_UNSAID,
	LFDW_MORE_NO,
	LFDW_MORE_YES
} LfdwMore;

/* Whether the rest of an answer is known before it is read. */
typedef enum LfdwLook
{
	LFDW_LOOK_EARLY,			/* not yet: look again */
	LFDW_LOOK_NONE,				/* it will not be */
	LFDW_LOOK_KNOWN
} LfdwLook;

/* What it comes to. */
typedef struct LfdwResponseAhead
{
	int64		nrows;			/* that were not read */
	LfdwMore	more;
	const char *cursor;			/* JSON in the database encoding, or NULL */
} LfdwResponseAhead;

/* How an answer names a page that nobody reads. */
typedef enum LfdwUnreadKind
{
	LFDW_UNREAD_CURSOR,			/* by a member that is its cursor, or URL */
	LFDW_UNREAD_FLAG,			/* by a member that says that there is one */
	LFDW_UNREAD_LINK,			/* by a Link header */
	LFDW_UNREAD_MORE			/* at more_path, and pages have ended */
} LfdwUnreadKind;

typedef struct LfdwUnreadPage
{
	LfdwUnreadKind kind;
	const char *name;			/* of the member */
	const char *path;			/* JSON Pointer to it */
} LfdwUnreadPage;

typedef struct LfdwResponse LfdwResponse;

extern LfdwResponse *lfdw_response_create(const LfdwTable *table,
										  LfdwRow *row,
										  LfdwBody *source);
extern void lfdw_response_allow_no_rows(LfdwResponse *response);
extern void lfdw_response_align(LfdwResponse *response, int ntuples);
extern void lfdw_response_expect_split(LfdwResponse *response, int split);
extern bool lfdw_response_take_passed(LfdwResponse *response);
extern LfdwResponseStatus lfdw_response_next(LfdwResponse *response);
extern const char *lfdw_response_cursor(const LfdwResponse *response);
extern int	lfdw_response_unmatched(const LfdwResponse *response);
extern LfdwLook lfdw_response_look_ahead(LfdwResponse *response, size_t max_bytes,
										 LfdwResponseAhead *ahead);
extern LfdwMore lfdw_response_more(const LfdwResponse *response);
extern bool lfdw_response_unread_page(const LfdwResponse *response,
									  LfdwUnreadPage *page);

#endif							/* LFDW_RESPONSE_H */
