/*-------------------------------------------------------------------------
 *
 * table_access.c
 *		What a foreign table's options leave no request for.
 *
 * IDENTIFICATION
 *	  src/options/table_access.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/choice.h"
#include "options/table_access.h"

/*
 * Why a table that is written cannot be read, a sentence, with a hint; NULL where
 * it can.
 */
const char *
lfdw_table_unreadable(const LfdwTable *table, const char **hint)
{
	if (lfdw_event_is_http(table->options->event) && table->options->http_route == NULL)
	{
		*hint = "Add the method and the path that reads it, as in route 'GET /orders'.";
		return "It has the option \"insert_route\", and no option \"route\".";
	}
	if (table->options->batch_argument && table->item == NULL &&
		table->options->insert_route == NULL)
	{
		*hint = "Set the options required 'true' and pushdown '=', or input 'true', of the columns that a query gives for it.";
		return "No column goes in the list of its option \"batch_argument\" when it is read.";
	}
	return NULL;
}

/*
 * Why no request of a table can tell the function to update, or to delete, rows: a
 * sentence, with a hint; NULL where one can.
 */
const char *
lfdw_table_unchangeable(const LfdwTable *table, bool deletes, const char **hint)
{
	const LfdwOptions *options = table->options;

	if (!lfdw_event_is_http(options->event))
	{
		*hint = "Set envelope 'true', or the options event and update_route or delete_route.";
		return options->envelope ? NULL :
			"With the option \"envelope\" 'false' no request says what is to be done.";
	}
	if (deletes)
	{
		*hint = "Add the method and the path, as in delete_route 'DELETE /orders/{id}'.";
		return options->delete_route ? NULL :
			"It has the option \"event\", and no option \"delete_route\".";
	}
	*hint = "Add the method and the path, as in update_route 'PATCH /orders/{id}'.";
	return options->update_route ? NULL :
		"It has the option \"event\", and no option \"update_route\".";
}
