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

typedef struct LfdwResponse LfdwResponse;

extern LfdwResponse *lfdw_response_create(const LfdwTable *table,
										  LfdwRow *row,
										  LfdwBody *source);
extern void lfdw_response_allow_no_rows(LfdwResponse *response);
extern LfdwResponseStatus lfdw_response_next(LfdwResponse *response);
extern const char *lfdw_response_cursor(const LfdwResponse *response);
extern const char *lfdw_response_page_member(const LfdwResponse *response);

#endif							/* LFDW_RESPONSE_H */
