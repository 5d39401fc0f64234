/*-------------------------------------------------------------------------
 *
 * description_value.c
 *		What a function says of a table or column, as the text of an option.
 *
 * IDENTIFICATION
 *	  src/sql/description_value.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "utils/builtins.h"

#include "options/described_option.h"
#include "pg/message.h"
#include "sql/description_internal.h"
#include "value/json_string.h"
#include "value/json_text.h"

/* What separates the elements of an option that is a list. */
#define LIST_SEPARATOR ", "

/* Where a reader is, as the beginning of a DETAIL. */
static char *
place_text(const LfdwDescriptionPlace *place)
{
	if (place->table == NULL)
		return "";
	if (place->column == NULL)
		return psprintf("Table %s: ", place->table);
	return psprintf("Table %s, column %s: ", place->table, place->column);
}

/*
 * Raises the error about a description at a place, with this SQLSTATE; hint may
 * be NULL.  What the format is given must be fit for a message.
 */
void
lfdw_description_report(const LfdwDescriptionPlace *place, int sqlstate,
						const char *hint, const char *fmt,...)
{
	StringInfoData detail;
	va_list		args;
	int			needed;

	initStringInfo(&detail);
	for (;;)
	{
		va_start(args, fmt);
		needed = appendStringInfoVA(&detail, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&detail, needed);
	}
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("the description of Lambda function \"%s\" cannot be used",
					place->label),
			 errdetail("%s%s", place_text(place), detail.data),
			 hint ? errhint("%s", hint) : 0));
}

/* Refuses an option that others decide about: who pays, who waits. */
static void
report_denied(const LfdwDescriptionPlace *place, const LfdwJsonValue *key)
{
	lfdw_description_report(place, ERRCODE_FDW_INVALID_OPTION_NAME,
							"Leave it out of the description; the foreign table's owner can set it.",
							"The option \"%s\" is not a function's to say.",
							lfdw_json_shown(key));
}

/* Refuses a member that there is none of; closest may be NULL. */
static void
report_unknown(const LfdwDescriptionPlace *place, const LfdwJsonValue *key,
			   const char *closest)
{
	lfdw_description_report(place, ERRCODE_FDW_INVALID_OPTION_NAME,
							closest ? psprintf("Perhaps \"%s\" was meant.", closest) : NULL,
							"\"%s\" is no member of it.", lfdw_json_shown(key));
}

static void
report_value(const LfdwDescriptionPlace *place, const LfdwJsonValue *key,
			 const LfdwJsonValue *value, const char *why)
{
	lfdw_description_report(place, ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE, NULL,
							"The member \"%s\" cannot be %s: %s",
							lfdw_json_shown(key), lfdw_json_shown_value(value),
							lfdw_error_text(why, strlen(why), LFDW_MESSAGE_MAX));
}

/* A text in double quotes; one in it is there twice. */
static char *
quoted(const char *text)
{
	StringInfoData result;

	initStringInfo(&result);
	appendStringInfoChar(&result, '"');
	for (; *text; text++)
	{
		if (*text == '"')
			appendStringInfoChar(&result, '"');
		appendStringInfoChar(&result, *text);
	}
	appendStringInfoChar(&result, '"');
	return result.data;
}

/*
 * An element of a list as the option has it; NULL where the option's lists have
 * no such elements.  In a list of operators a name behind a colon can have a
 * comma, in a list of names all can.
 */
static char *
list_element(LfdwOptionKind kind, char *text)
{
	char	   *colon = strchr(text, ':');

	if (strpbrk(text, ",\"") == NULL)
		return text;
	if (kind == LFDW_KIND_NAME_LIST)
		return quoted(text);
	if (kind != LFDW_KIND_PUSHDOWN || colon == NULL ||
		strcspn(text, ",\"") < (size_t) (colon - text))
		return NULL;
	return psprintf("%.*s:%s", (int) (colon - text), text, quoted(colon + 1));
}

static bool
is_list(LfdwOptionKind kind)
{
	return kind == LFDW_KIND_PUSHDOWN || kind == LFDW_KIND_CAPABILITIES ||
		kind == LFDW_KIND_STATUS_LIST || kind == LFDW_KIND_NAME_LIST;
}

/* The text of an array; NULL for an empty one, which says nothing. */
static char *
list_text(const LfdwDescriptionPlace *place, LfdwOptionKind kind,
		  const LfdwJsonValue *key, const LfdwJsonValue *value)
{
	StringInfoData list;
	LfdwSketchWalk walk;

	if (!is_list(kind))
		report_value(place, key, value, "The option is not a list.");
	initStringInfo(&list);
	lfdw_sketch_walk(&walk, value);
	while (lfdw_sketch_next(&walk))
	{
		char	   *element = NULL;

		if (walk.value.type == LFDW_JSON_STRING ||
			walk.value.type == LFDW_JSON_NUMBER)
			element = list_element(kind, lfdw_json_value_text(&walk.value));
		if (element == NULL)
			report_value(place, key, &walk.value,
						 "It is not an element of the option's list.");
		if (list.len > 0)
			appendStringInfoString(&list, LIST_SEPARATOR);
		appendStringInfoString(&list, element);
	}
	return list.len > 0 ? list.data : NULL;
}

/* The text of an option's value; NULL where it says nothing. */
static char *
option_text(const LfdwDescriptionPlace *place, LfdwOptionKind kind,
			const LfdwJsonValue *key, const LfdwJsonValue *value)
{
	switch (value->type)
	{
		case LFDW_JSON_NULL:
			return NULL;
		case LFDW_JSON_ARRAY:
			return list_text(place, kind, key, value);
		case LFDW_JSON_OBJECT:
			if (kind != LFDW_KIND_OBJECT && kind != LFDW_KIND_ITEM)
				report_value(place, key, value, "The option is not an object.");
			/* FALLTHROUGH */
		default:
			return lfdw_json_value_text(value);
	}
}

/*
 * Adds a member of a table's or column's object to its options, with its text in
 * the database encoding; one that is null, or an empty list, says nothing.
 *
 * words are those that the object has beside options, for hints.  Raises HV00D for
 * a member that is no option or not a function's to say, HV024 for a value that
 * the option does not take or that is there twice.
 */
List *
lfdw_description_add_option(const LfdwDescriptionPlace *place, List *options,
							bool of_column, const LfdwJsonValue *key,
							const LfdwJsonValue *value,
							const char *const *words, int nwords)
{
	char	   *name = lfdw_json_value_text(key);
	LfdwOptionKind kind;
	LfdwDescribedName found = lfdw_described_option_find(of_column, name, &kind);
	char	   *text;
	char	   *why = NULL;
	ListCell   *lc;

	if (found == LFDW_DESCRIBED_DENIED)
		report_denied(place, key);
	if (found == LFDW_DESCRIBED_NONE)
		report_unknown(place, key,
					   lfdw_described_option_closest(of_column, name, words, nwords));
	foreach(lc, options)
	{
		if (strcmp(((DefElem *) lfirst(lc))->defname, name) == 0)
			report_value(place, key, value, "The member is there twice.");
	}
	text = option_text(place, kind, key, value);
	if (text == NULL)
		return options;
	if (!lfdw_described_option_takes(of_column, name, text, &why))
		report_value(place, key, value, why);
	return lappend(options, makeDefElem(name, (Node *) makeString(text), -1));
}
