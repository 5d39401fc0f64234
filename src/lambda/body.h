/*-------------------------------------------------------------------------
 *
 * body.h
 *		The bytes of an answer, whatever they come from.
 *
 * A source fills a window of bytes, which its reader is shown and discards
 * from.  The bytes are in one piece and in the answer's order.  To look at
 * them changes nothing: the source takes in what arrives when whoever owns it
 * says so, as lfdw_invoke_look does.
 *
 * IDENTIFICATION
 *	  src/lambda/body.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BODY_H
#define LFDW_BODY_H

#include "postgres.h"

#include "base/buffer.h"

typedef struct LfdwBody LfdwBody;

struct LfdwBody
{
	/* the source's */
	LfdwBuffer *window;			/* what has arrived and was not discarded */
	bool		ended;			/* nothing follows what is in the window */
	int			answer;			/* the bytes are of this answer, from 1 */
	void	   *source;
	void		(*widen) (void *source);	/* lets the window grow if it is
											 * full */

	/* the reader's */
	bool		committed;		/* no other answer may take this one's place */
	int64		end_by_us;		/* it ends by this time of lfdw_wait_now_us,
								 * with what has arrived; PG_INT64_MAX: when
								 * it ends */
};

/*
 * The bytes that have arrived and were not discarded, *len of them.  They may
 * move, and more may stand behind them, whenever anything is waited for.
 */
static inline const char *
lfdw_body_show(const LfdwBody *body, size_t *len)
{
	*len = body->window->len;
	return *len > 0 ? lfdw_buffer_bytes(body->window) : "";
}

/*
 * Has the answer ended, and as it should, so that all the rest of it is shown?
 * An answer that breaks off never has: its source raises the error, or has
 * another answer follow.
 */
static inline bool
lfdw_body_ended(const LfdwBody *body)
{
	return body->ended;
}

/*
 * Which answer is shown, counting from 1.  Once it is another, nothing that was
 * read before holds.
 */
static inline int
lfdw_body_answer(const LfdwBody *body)
{
	return body->answer;
}

/* Says that what was read is in use: no other answer may follow this one. */
static inline void
lfdw_body_commit(LfdwBody *body)
{
	body->committed = true;
}

extern void lfdw_body_discard(LfdwBody *body, size_t len);
extern bool lfdw_body_more(LfdwBody *body);
extern void lfdw_body_end_within(LfdwBody *body, int timeout_ms);

/* for sources */
extern void lfdw_body_init(LfdwBody *body, void *source,
						   void (*widen) (void *source));
extern void lfdw_body_set(LfdwBody *body, LfdwBuffer *window, bool ended,
						  int answer);

#endif							/* LFDW_BODY_H */
