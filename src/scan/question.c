/*-------------------------------------------------------------------------
 *
 * question.c
 *		What a scan asks, as the result cache knows it.
 *
 * IDENTIFICATION
 *	  src/scan/question.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/sigv4.h"
#include "options/foreign_object.h"
#include "pushdown/payload.h"
#include "scan/question.h"

/* Conditions of which all choices are tried. */
#define DROPPED_MAX 4

/* Appends a text that may be NULL, and where it ends. */
static void
append_text(StringInfo out, const char *text)
{
	if (text)
		appendBinaryStringInfo(out, text, strlen(text));
	appendStringInfoChar(out, '\0');
}

/* Who asks whom, by which way. */
static void
append_way(StringInfo out, const LfdwTable *table, const LfdwCaller *caller)
{
	const LfdwFunction *function = &table->function;

	appendStringInfo(out, "%u;", MyDatabaseId);
	lfdw_foreign_mapping_version(out, caller->pool.umid);
	append_text(out, function->endpoint);
	append_text(out, function->route.region);
	append_text(out, function->name);
	append_text(out, function->qualifier);
	append_text(out, function->tenant_id);
	append_text(out, function->client_context);
}

/* What is asked, but for the key. */
static void
append_payload(StringInfo out, const LfdwTable *table, const LfdwKeyList *keys,
			   const char *columns)
{
	const LfdwArguments *sample = lfdw_key_list_sample(keys);
	LfdwPage	page = {.shown = true};

	if (sample->limit >= 0)
		page.limit = psprintf("" INT64_FORMAT, sample->limit);
	for (int i = 0; i < sample->nequalities; i++)
		appendStringInfo(out, "%d:%d;", sample->equalities[i].column->attnum,
						 sample->equalities[i].send_as);
	lfdw_payload_write(out, table, sample,
					   lfdw_part_first(sample, table->options->max_batch_keys),
					   columns, &page);
}

/*
 * The digest of what the questions of a scan have in common: who asks whom, by which
 * way, how the answer is read, and what is asked but for the key.  A payload is
 * written once for it, in the current context.
 */
void
lfdw_question_digest(uint8 digest[LFDW_QUESTION_DIGEST], const LfdwTable *table,
					 const LfdwCaller *caller, const LfdwKeyList *keys,
					 const char *columns)
{
	StringInfoData text;

	initStringInfo(&text);
	append_way(&text, table, caller);
	append_text(&text, table->version);
	append_payload(&text, table, keys, columns);
	if (!lfdw_sigv4_digest(digest, text.data, text.len))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute SHA-256")));
	pfree(text.data);
}

/* Is a condition one that a wider question need not have? */
static bool
can_be_dropped(const LfdwArguments *arguments, int index)
{
	const LfdwCondition *condition = &arguments->conditions[index];
	const LfdwColumn *column = condition->term->column;

	if (arguments->bound && index < arguments->bound->ncolumns)
		return false;
	return condition->outcome == LFDW_SENT && !column->required && !column->input &&
		!column->in_batch && !column->beside_batch;
}

/*
 * Have two lists the same keys, in the same order?  What is left of several lists of one
 * column has the order of the first, and that may have been left out; a join's list,
 * and so its tuples, cannot.
 */
static bool
has_same_keys(const LfdwKeyList *list, const LfdwKeyList *other)
{
	const LfdwEquality *equality;
	const LfdwEquality *other_equality;

	if (list->nkeys != other->nkeys || (list->index < 0) != (other->index < 0))
		return false;
	if (list->index < 0)
		return true;
	equality = &list->arguments->equalities[list->index];
	other_equality = &other->arguments->equalities[other->index];
	if (equality->column != other_equality->column)
		return false;
	for (int64 i = 0; i < list->nkeys; i++)
	{
		if (strcmp(equality->set.json[i], other_equality->set.json[i]) != 0)
			return false;
	}
	return true;
}

/* The question without some conditions, if its answer would do; else NULL. */
static LfdwWiderQuestion *
make_wider(const LfdwTable *table, const LfdwCaller *caller, const LfdwKeyList *keys,
		   const bool *dropped, const char *columns)
{
	LfdwWiderQuestion *wider = palloc(sizeof(LfdwWiderQuestion));
	const LfdwArguments *arguments = lfdw_arguments_without(table, keys->arguments,
															dropped);

	if (!lfdw_key_list_make(&wider->keys, arguments))
		return NULL;
	wider->whole = !has_same_keys(&wider->keys, keys);
	if (wider->whole && wider->keys.nkeys != 1)
		return NULL;
	lfdw_question_digest(wider->digest, table, caller, &wider->keys, columns);
	return wider;
}

/*
 * The questions without limit and for all columns that have some of the conditions: all
 * choices of them where they are few, else all and none.  A list of LfdwWiderQuestion,
 * those that leave the most rows out first, palloc'd.
 */
List *
lfdw_question_wider(const LfdwTable *table, const LfdwCaller *caller,
					const LfdwKeyList *keys)
{
	const LfdwArguments *arguments = keys->arguments;
	char	   *columns = lfdw_payload_columns(table, lfdw_table_attrs(table));
	bool	   *dropped = palloc(sizeof(bool) * (arguments->nconditions + 1));
	int		   *places = palloc(sizeof(int) * (arguments->nconditions + 1));
	int			n = 0;
	List	   *questions = NIL;

	for (int i = 0; i < arguments->nconditions; i++)
	{
		if (can_be_dropped(arguments, i))
			places[n++] = i;
	}
	for (uint32 choice = 0; choice < (n <= DROPPED_MAX ? 1U << n : 2U); choice++)
	{
		LfdwWiderQuestion *wider;

		memset(dropped, false, sizeof(bool) * (arguments->nconditions + 1));
		for (int i = 0; i < n; i++)
			dropped[places[i]] = n <= DROPPED_MAX ? (choice >> i & 1) : choice == 1;
		wider = make_wider(table, caller, keys, dropped, columns);
		if (wider)
			questions = lappend(questions, wider);
	}
	return questions;
}
