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
