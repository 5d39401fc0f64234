/*-------------------------------------------------------------------------
 *
 * internal_query.c
 *		SQL that no client has sent: errors point into it.
 *
 * IDENTIFICATION
 *	  src/pg/internal_query.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pg/internal_query.h"

/* An error's position is one in the text, not in the client's statement. */
static void
move_position(void *arg)
{
	LfdwInternalQuery *query = (LfdwInternalQuery *) arg;
	int			position = geterrposition();

	if (position > 0)
	{
		errposition(0);
		internalerrposition(position);
		internalerrquery(query->text);
	}
}

/*
 * From here to lfdw_internal_query_end, or to an error, the parser is given this
 * text, in the database's encoding.
 */
void
lfdw_internal_query_begin(LfdwInternalQuery *query, const char *text)
{
	query->text = text;
	query->callback.callback = move_position;
	query->callback.arg = query;
	query->callback.previous = error_context_stack;
	error_context_stack = &query->callback;
}

/* The parser is given the client's statement again, where there is one. */
void
lfdw_internal_query_end(LfdwInternalQuery *query)
{
	error_context_stack = query->callback.previous;
}
