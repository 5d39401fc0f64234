/*-------------------------------------------------------------------------
 *
 * body.c
 *		The bytes of an answer, whatever they come from.
 *
 * IDENTIFICATION
 *	  src/lambda/body.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/wait.h"
#include "lambda/body.h"

/* What is shown of an answer that has not begun. */
static LfdwBuffer nothing;

/*
 * Sets up a body of which nothing has arrived.  widen is called with source
 * where the reader can discard nothing and needs more.
 */
void
lfdw_body_init(LfdwBody *body, void *source, void (*widen) (void *source))
{
	memset(body, 0, sizeof(*body));
	body->source = source;
	body->widen = widen;
	body->end_by_us = PG_INT64_MAX;
	lfdw_body_set(body, NULL, false, 1);
}

/*
 * Has the reader see a window from now on, or nothing if it is NULL.  The
 * window must live until another is set; what is appended to it is seen at
 * once.
 */
void
lfdw_body_set(LfdwBody *body, LfdwBuffer *window, bool ended, int answer)
{
	body->window = window ? window : &nothing;
	body->ended = ended;
	body->answer = answer;
}

/* Drops the first len of the bytes shown; the others stay where they are. */
void
lfdw_body_discard(LfdwBody *body, size_t len)
{
	lfdw_buffer_discard(body->window, len);
}

/*
 * Asks for more than is shown by a reader who still needs all of it: a full
 * window grows.  Returns whether there can be more; it is there after a wait.
 */
bool
lfdw_body_more(LfdwBody *body)
{
	if (!body->ended)
		body->widen(body->source);
	return !body->ended;
}

/*
 * Says that the answer is wrong whatever follows, and that what follows only
 * shows it.  No other answer comes in its place, and it ends after this time at
 * the latest, or where it breaks off, with what has arrived.
 */
void
lfdw_body_end_within(LfdwBody *body, int timeout_ms)
{
	body->committed = true;
	if (body->end_by_us == PG_INT64_MAX)
		body->end_by_us = lfdw_wait_now_us() + timeout_ms * INT64CONST(1000);
}
