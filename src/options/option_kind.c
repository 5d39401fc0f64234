/*-------------------------------------------------------------------------
 *
 * option_kind.c
 *		The kinds of option values, and the parser of each.
 *
 * A parser takes the text of a value and the address of the field it belongs
 * in; it returns false with the reason, fit for an error's DETAIL, where the
 * text is not of the kind.  What it stores is palloc'd in the current context.
 *
 * IDENTIFICATION
 *	  src/options/option_kind.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "base/arn.h"
#include "base/http_route.h"
#include "base/json_pointer.h"
#include "base/json_reader.h"
#include "base/uri.h"
#include "options/argument_name.h"
#include "options/choice.h"
#include "options/operator.h"
#include "options/option_kind.h"
#include "options/option_list.h"
#include "value/value_format.h"

static bool
parse_number_option(LfdwOptionKind kind, const char *value, double min,
					double max, void *field, char **why)
{
	const char *hint = NULL;
	int			number;
	double		real;
	bool		parsed;

	if (kind == LFDW_KIND_INT)
	{
		parsed = parse_int(value, &number, 0, &hint);
		real = parsed ? number : 0;
	}
	else
		parsed = parse_real(value, &real, 0, &hint);

	if (!parsed || !(real >= min && real <= max))
	{
		*why = psprintf("It must be a number from %.15g to %.15g.", min, max);
		return false;
	}
	if (kind == LFDW_KIND_INT)
		*(int *) field = number;
	else
		*(double *) field = real;
	return true;
}

/*
 * Walks the members of a JSON object in the database encoding.  Returns false
 * where the text is no JSON object; *found tells whether it has the key.
 */
static bool
scan_object(const char *text, const char *key, bool *found, char **why)
{
	LfdwJsonReader reader;
	LfdwJsonType type;
	LfdwJsonStatus status;
	LfdwJsonValue name;
	LfdwJsonValue value;

	*found = false;
	text = pg_server_to_any(text, strlen(text), PG_UTF8);
	key = pg_server_to_any(key, strlen(key), PG_UTF8);
	lfdw_json_init(&reader, text, strlen(text), true);
	status = lfdw_json_peek(&reader, &type);
	if (status == LFDW_JSON_OK && type != LFDW_JSON_OBJECT)
	{
		*why = pstrdup("It must be a JSON object.");
		return false;
	}
	if (status == LFDW_JSON_OK)
		status = lfdw_json_enter(&reader);
	while (status == LFDW_JSON_OK)
	{
		status = lfdw_json_member(&reader, &name);
		if (status != LFDW_JSON_OK)
			break;
		if (lfdw_json_is(&name, key))
			*found = true;
		status = lfdw_json_value(&reader, &value);
	}
	if (status == LFDW_JSON_END)
		status = lfdw_json_end(&reader);
	if (status == LFDW_JSON_OK)
		return true;
	*why = psprintf("It must be a JSON object: %s at byte " UINT64_FORMAT ".",
					status == LFDW_JSON_BAD ? reader.error : "nothing",
					status == LFDW_JSON_BAD ? reader.error_at : 0);
	return false;
}

static bool
parse_object(const char *value, bool is_payload, char **field, char **why)
{
	bool		found;

	if (!scan_object(value, LFDW_ENVELOPE_KEY, &found, why))
		return false;
	if (found && is_payload)
	{
		*why = pstrdup("The member \"" LFDW_ENVELOPE_KEY "\" is the envelope's.");
		return false;
	}
	*field = pstrdup(value);
	return true;
}

/* An argument, or '' for the payload itself. */
static bool
parse_batch_argument(const char *value, char **field, char **why)
{
	if (value[0] != '\0')
		return lfdw_argument_name_parse(value, field, why);
	*field = pstrdup(value);
	return true;
}

static bool
parse_pointer(const char *value, LfdwPointer **field, char **why)
{
	const char *problem;

	if (lfdw_pointer_parse(value, field, &problem))
		return true;
	*why = pstrdup(problem);
	return false;
}

/* A word of a choice. */
static bool
parse_choice(LfdwOptionKind kind, const char *value, int *field, char **why)
{
	LfdwChoice	choice = LFDW_CHOICE_EVENT + (kind - LFDW_KIND_EVENT);

	if (lfdw_choice_parse(choice, value, field))
		return true;
	*why = psprintf("It must be %s.", lfdw_choice_words(choice));
	return false;
}

static bool
parse_format(const char *value, LfdwFormat *field, char **why)
{
	if (lfdw_format_find(value, field))
		return true;
	*why = pstrdup(lfdw_format_choice);
	return false;
}

static bool
parse_log_type(const char *value, bool *field, char **why)
{
	*field = strcmp(value, "Tail") == 0;
	if (*field || strcmp(value, "None") == 0)
		return true;
	*why = pstrdup("It must be None or Tail.");
	return false;
}

/* Has a text min to max letters, digits and some other characters? */
static bool
is_made_of(const char *value, const char *others, size_t min, size_t max)
{
	for (const char *p = value; *p; p++)
	{
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
			!(*p >= '0' && *p <= '9') && strchr(others, *p) == NULL)
			return false;
	}
	return strlen(value) >= min && strlen(value) <= max;
}

/* Can a text be sent in a header, without becoming another one? */
static bool
is_header_value(const char *value)
{
	for (const char *p = value; *p; p++)
	{
		if ((unsigned char) *p < ' ' || *p == 0x7F)
			return false;
	}
	return value[0] != '\0';
}

/* What is wrong with the text of a kind that is kept as it is; NULL if nothing. */
static const char *
text_problem(LfdwOptionKind kind, const char *value)
{
	LfdwFunctionName name;
	LfdwUrl		url;
	LfdwHttpRoute *route;
	const char *why = NULL;

	switch (kind)
	{
		case LFDW_KIND_REGION:
			return lfdw_region_is_valid(value) ? NULL :
				"A region looks like \"eu-west-1\".";
		case LFDW_KIND_URL:
			return lfdw_url_parse(value, &url, &why) ? NULL : why;
		case LFDW_KIND_ROUTE:
			return lfdw_http_route_parse(pg_server_to_any(value, strlen(value),
														  PG_UTF8),
										 &route, &why) ? NULL : why;
		case LFDW_KIND_FUNCTION:
			return lfdw_function_name_parse(value, &name, &why) ? NULL : why;
		case LFDW_KIND_QUALIFIER:
			return lfdw_qualifier_is_valid(value) ? NULL :
				"A qualifier is a version, an alias or $LATEST.";
		case LFDW_KIND_PATH:
			return is_absolute_path(value) ? NULL :
				"It must be the absolute path of a file.";
		case LFDW_KIND_ROLE:
			return strncmp(value, "arn:", 4) == 0 && strstr(value, ":role/") &&
				is_made_of(value, ":/+=,.@_-", 20, 2048) ? NULL :
				"A role is given as \"arn:aws:iam::123456789012:role/name\".";
		case LFDW_KIND_SESSION_NAME:
			return is_made_of(value, "+=,.@_-", 2, 64) ? NULL :
				"It must be 2 to 64 letters, digits or characters of \"_+=,.@-\".";
		case LFDW_KIND_EXTERNAL_ID:
			return is_made_of(value, "+=,.@:/_-", 2, 1224) ? NULL :
				"It must be 2 to 1224 letters, digits or characters of \"_+=,.@:/-\".";
		case LFDW_KIND_TENANT:
			return is_made_of(value, "._:/=+-@ ", 1, 256) ? NULL :
				"It must be 1 to 256 letters, digits or characters of \"._:/=+-@ \".";
		case LFDW_KIND_HEADER:
			return is_made_of(value, "!#$%&'*+-.^_`|~", 1, 256) ? NULL :
				"It must be the name of a header.";
		case LFDW_KIND_TEXT:
			return NULL;
		default:
			return is_header_value(value) ? NULL :
				"It must not be empty, and must not contain control characters.";
	}
}

/* The kinds that are kept as text once they are found good. */
static bool
parse_text(LfdwOptionKind kind, const char *value, char **field, char **why)
{
	const char *problem = text_problem(kind, value);

	if (problem)
		*why = pstrdup(problem);
	else
		*field = pstrdup(value);
	return problem == NULL;
}

/*
 * Parses the text of an option value into the field of its kind.
 *
 * min and max bound numbers.  Returns false with a palloc'd reason in *why
 * where the text is not of the kind.
 */
bool
lfdw_option_parse(LfdwOptionKind kind, const char *value, double min,
				  double max, void *field, char **why)
{
	switch (kind)
	{
		case LFDW_KIND_BOOL:
			*why = pstrdup("It must be true or false.");
			return parse_bool(value, field);
		case LFDW_KIND_INT:
		case LFDW_KIND_REAL:
			return parse_number_option(kind, value, min, max, field, why);
		case LFDW_KIND_OBJECT:
		case LFDW_KIND_ITEM:
			return parse_object(value, kind == LFDW_KIND_OBJECT, field, why);
		case LFDW_KIND_ARGUMENT:
			return lfdw_argument_name_parse(value, field, why);
		case LFDW_KIND_BATCH_ARGUMENT:
			return parse_batch_argument(value, field, why);
		case LFDW_KIND_POINTER:
			return parse_pointer(value, field, why);
		case LFDW_KIND_PUSHDOWN:
			return lfdw_option_list_pushdown(value, field, why);
		case LFDW_KIND_FORMAT:
			return parse_format(value, field, why);
		case LFDW_KIND_LOG_TYPE:
			return parse_log_type(value, field, why);
		case LFDW_KIND_CAPABILITIES:
			return lfdw_option_list_capabilities(value, field, why);
		case LFDW_KIND_STATUS_LIST:
			return lfdw_option_list_statuses(value, field, why);
		case LFDW_KIND_NAME_LIST:
			return lfdw_option_list_names(value, field, why);
		case LFDW_KIND_FUNCTION_LIST:
			return lfdw_option_list_functions(value, field, why);
		default:
			if (kind >= LFDW_KIND_EVENT)
				return parse_choice(kind, value, field, why);
			return parse_text(kind, value, field, why);
	}
}

/* What lambda_fdw_options() calls a kind; static text. */
const char *
lfdw_option_kind_name(LfdwOptionKind kind)
{
	switch (kind)
	{
		case LFDW_KIND_BOOL:
			return "boolean";
		case LFDW_KIND_INT:
			return "integer";
		case LFDW_KIND_REAL:
			return "number";
		case LFDW_KIND_STRING:
		case LFDW_KIND_TEXT:
			return "text";
		case LFDW_KIND_REGION:
			return "region";
		case LFDW_KIND_URL:
			return "URL";
		case LFDW_KIND_FUNCTION:
			return "function name";
		case LFDW_KIND_QUALIFIER:
			return "version or alias";
		case LFDW_KIND_PATH:
			return "path of a file";
		case LFDW_KIND_ROLE:
			return "ARN of a role";
		case LFDW_KIND_SESSION_NAME:
		case LFDW_KIND_EXTERNAL_ID:
		case LFDW_KIND_TENANT:
			return "identifier";
		case LFDW_KIND_ROUTE:
			return "method and path";
		case LFDW_KIND_HEADER:
			return "name of a header";
		case LFDW_KIND_OBJECT:
		case LFDW_KIND_ITEM:
			return "JSON object";
		case LFDW_KIND_ARGUMENT:
		case LFDW_KIND_BATCH_ARGUMENT:
			return "member name or JSON Pointer";
		case LFDW_KIND_POINTER:
			return "JSON Pointer";
		case LFDW_KIND_PUSHDOWN:
			return "list of operators";
		case LFDW_KIND_FORMAT:
			return lfdw_format_names;
		case LFDW_KIND_LOG_TYPE:
			return "None or Tail";
		case LFDW_KIND_CAPABILITIES:
			return "list of limit and order_by";
		case LFDW_KIND_STATUS_LIST:
			return "list of statuses";
		case LFDW_KIND_NAME_LIST:
			return "list of names";
		case LFDW_KIND_FUNCTION_LIST:
			return "list of functions";
		default:
			return lfdw_choice_words(LFDW_CHOICE_EVENT + (kind - LFDW_KIND_EVENT));
	}
}
