/*-------------------------------------------------------------------------
 *
 * option_list.c
 *		Option values that are lists, separated by commas.
 *
 * A parser returns false with the reason where the text
 * is not of the kind.
 *
 * IDENTIFICATION
 *	  src/options/option_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/argument_name.h"
#include "options/option_list.h"

/* Trims blanks in place. */
static char *
trim(char *text)
{
	char	   *end;

	while (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')
		text++;
	end = text + strlen(text);
	while (end > text && strchr(" \t\n\r", end[-1]))
		*--end = '\0';
	return text;
}

/* Makes one blank of every run of them, in place. */
static void
squeeze(char *text)
{
	char	   *out = text;

	for (char *in = text; *in; in++)
	{
		bool		blank = strchr(" \t\n\r", *in) != NULL;

		if (!blank || (out > text && out[-1] != ' '))
			*out++ = blank ? ' ' : *in;
	}
	*out = '\0';
}

/*
 * Cuts the first item off a list at the first comma that does not stand in
 * double quotes; returns what is left, NULL for nothing.
 */
static char *
cut_item(char *list)
{
	bool		quoted = false;

	for (; *list && (quoted || *list != ','); list++)
		quoted ^= *list == '"';
	if (*list == '\0')
		return NULL;
	*list = '\0';
	return list + 1;
}

/*
 * Takes the double quotes off a text, in place, where it stands in them; one
 * that is meant is there twice.  NULL where they do not end with the text.
 */
static char *
unquote(char *text)
{
	char	   *in = text + 1;
	char	   *out = text;

	if (*text != '"')
		return text;
	for (; *in && !(in[0] == '"' && in[1] != '"'); in++)
	{
		in += *in == '"';
		*out++ = *in;
	}
	if (in[0] != '"' || in[1] != '\0')
		return NULL;
	*out = '\0';
	return text;
}

/* Parses an item, without the blanks around it, into what a list is parsed into. */
typedef bool (*ItemParser) (char *item, void *field, char **why);

/* Parses the items of a list, one after the other. */
static bool
parse_items(const char *value, ItemParser parse_item, void *field, char **why)
{
	char	   *item = pstrdup(value);

	while (item)
	{
		char	   *rest = cut_item(item);

		if (!parse_item(trim(item), field, why))
			return false;
		item = rest;
	}
	return true;
}

/* One item of a pushdown list: an operator, perhaps ":" and an argument. */
static bool
parse_pushdown_item(char *item, void *field, char **why)
{
	LfdwPushdown *pushdown = field;
	char	   *colon = strchr(item, ':');
	char	   *argument = NULL;
	int			op;

	if (colon)
	{
		char	   *name = unquote(trim(colon + 1));

		*colon = '\0';
		if (name == NULL)
		{
			*why = psprintf("The name after \"%s:\" has a double quote that is not closed at its end.",
							trim(item));
			return false;
		}
		if (!lfdw_argument_name_parse(name, &argument, why))
			return false;
	}
	item = trim(item);
	squeeze(item);
	for (op = 0; op < LFDW_NOPERATORS; op++)
	{
		if (pg_strcasecmp(item, lfdw_operators[op].name) == 0)
			break;
	}
	if (op == LFDW_NOPERATORS)
	{
		*why = psprintf("\"%s\" is not an operator that can be pushed down; they are %s, each perhaps with \":argument\".",
						item, lfdw_operator_names);
		return false;
	}
	if (pushdown[op].declared)
	{
		*why = psprintf("The operator \"%s\" is there twice.", item);
		return false;
	}
	pushdown[op].declared = true;
	pushdown[op].argument = argument;
	return true;
}

/*
 * The operators of the option "pushdown": LFDW_NOPERATORS of them, palloc'd, with
 * their arguments.
 */
bool
lfdw_option_list_pushdown(const char *value, LfdwPushdown **field, char **why)
{
	*field = palloc0(sizeof(LfdwPushdown) * LFDW_NOPERATORS);
	return parse_items(value, parse_pushdown_item, *field, why);
}

static bool
parse_capability(char *item, void *field, char **why)
{
	int		   *capabilities = field;

	if (pg_strcasecmp(item, "limit") == 0)
		*capabilities |= LFDW_CAPABLE_LIMIT;
	else if (pg_strcasecmp(item, "order_by") == 0)
		*capabilities |= LFDW_CAPABLE_ORDER_BY;
	else
	{
		*why = psprintf("\"%s\" is not a capability; they are limit and order_by.",
						item);
		return false;
	}
	return true;
}

/* A list of what the function honours, separated by commas. */
bool
lfdw_option_list_capabilities(const char *value, int *field, char **why)
{
	*field = 0;
	return parse_items(value, parse_capability, field, why);
}

static bool
parse_status(char *item, void *field, char **why)
{
	List	  **statuses = field;
	int			status;

	if (strlen(item) != 3 || strspn(item, "0123456789") != 3 ||
		(status = atoi(item)) < 100)
	{
		*why = psprintf("\"%s\" is not a status; they have three digits, as in '404, 410'.",
						item);
		return false;
	}
	*statuses = lappend_int(*statuses, status);
	return true;
}

/* A list of HTTP statuses, separated by commas. */
bool
lfdw_option_list_statuses(const char *value, List **field, char **why)
{
	*field = NIL;
	return parse_items(value, parse_status, field, why);
}

static bool
parse_name(char *item, void *field, char **why)
{
	List	  **names = field;

	item = unquote(item);
	if (item == NULL || *item == '\0')
	{
		*why = pstrdup("It must be a list of names, separated by commas.");
		return false;
	}
	*names = lappend(*names, item);
	return true;
}

/* A list of names, separated by commas, perhaps in double quotes. */
bool
lfdw_option_list_names(const char *value, List **field, char **why)
{
	*field = NIL;
	return parse_items(value, parse_name, field, why);
}

/* Is this a pattern of a function: "name", or "account:function:name"? */
static bool
is_function_pattern(const char *text)
{
	size_t		len = strspn(text, "0123456789*");
	const char *between = ":function:";

	if (len > 0 && strncmp(text + len, between, strlen(between)) == 0)
		text += len + strlen(between);
	return text[0] != '\0' &&
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.*") == strlen(text);
}

static bool
parse_function(char *item, void *field, char **why)
{
	List	  **functions = field;

	if (!is_function_pattern(item))
	{
		*why = psprintf("\"%s\" is not a pattern of functions: a name, with * for any characters, or with an account before it, as in 123456789012:function:name; without region and qualifier.",
						item);
		return false;
	}
	*functions = lappend(*functions, item);
	return true;
}

/* A list of patterns of functions, separated by commas. */
bool
lfdw_option_list_functions(const char *value, List **field, char **why)
{
	*field = NIL;
	return parse_items(value, parse_function, field, why);
}
