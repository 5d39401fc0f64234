/*-------------------------------------------------------------------------
 *
 * sketch_payload.c
 *		What a payload tells of the function's arguments.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_payload.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_kind.h"
#include "base/json_member.h"
#include "base/json_pointer.h"
#include "base/uri.h"
#include "sql/sketch_internal.h"

/* A batch is looked for so many objects deep. */
#define BATCH_DEPTH 3

/* The members of an HTTP event that its route makes. */
static const char *const route_members[] = {
	"version", "resource", "path", "httpmethod", "routekey", "rawpath",
	"rawquerystring", "querystringparameters",
	"multivaluequerystringparameters", "pathparameters", "cookies", "body",
	"isbase64encoded", NULL
};

/* Is the payload an event of API Gateway, as far as it goes? */
static bool
is_http_event(const LfdwSketch *sketch)
{
	LfdwJsonValue value;

	return lfdw_sketch_member(&sketch->payload_value, "queryStringParameters", &value) ||
		lfdw_sketch_member(&sketch->payload_value, "httpMethod", &value) ||
		lfdw_sketch_member(&sketch->payload_value, "rawPath", &value) ||
		lfdw_sketch_member(&sketch->payload_value, "routeKey", &value);
}

/* Are the rows those of a GraphQL connection? */
static bool
is_connection(const LfdwSketch *sketch)
{
	const char *last = strrchr(sketch->rows_path->data, '/');

	return last && (strcmp(last, "/edges") == 0 || strcmp(last, "/nodes") == 0);
}

/*
 * Finds the arguments in the body of an HTTP request, if the payload has one
 * that is a JSON object.
 */
static bool
find_body(const LfdwSketch *sketch, LfdwSketchArguments *arguments)
{
	LfdwJsonValue body;
	LfdwJsonValue query;
	LfdwJsonValue variables = {LFDW_JSON_NULL, false, "null", 4};
	bool		given;

	if (!lfdw_sketch_member(&sketch->payload_value, "body", &body) ||
		!lfdw_sketch_open_string(sketch, &body) || body.type != LFDW_JSON_OBJECT)
		return false;
	arguments->is_text = false;
	arguments->base = "/body";
	arguments->object = body;
	given = lfdw_sketch_member(&body, "variables", &variables);
	if (given || lfdw_sketch_member(&body, "query", &query) || is_connection(sketch))
	{
		arguments->base = "/body/variables";
		arguments->object = variables;
		arguments->closed = given && variables.type != LFDW_JSON_OBJECT;
	}
	return true;
}

/* Finds where the payload has the function's arguments. */
void
lfdw_sketch_find_arguments(const LfdwSketch *sketch,
						   LfdwSketchArguments *arguments)
{
	const LfdwJsonValue *payload = &sketch->payload_value;
	LfdwJsonValue value;
	LfdwJsonValue variables;
	const char *base = NULL;

	arguments->closed = false;
	if (find_body(sketch, arguments))
		return;
	arguments->is_text = is_http_event(sketch);
	if (arguments->is_text)
		base = "queryStringParameters";
	else if (lfdw_sketch_member(payload, "arguments", &value) &&
			 value.type == LFDW_JSON_OBJECT)
		base = "arguments";
	else if (lfdw_sketch_member(payload, "query", &value) &&
			 value.type == LFDW_JSON_STRING &&
			 (memchr(value.text, '{', value.len) != NULL ||
			  (lfdw_sketch_member(payload, "variables", &variables) &&
			   variables.type == LFDW_JSON_OBJECT)))
		base = "variables";

	arguments->base = base ? psprintf("/%s", base) : "";
	arguments->object = *payload;
	if (base == NULL)
		return;
	if (!lfdw_sketch_member(payload, base, &arguments->object))
		arguments->object.type = LFDW_JSON_NULL;
	else
		arguments->closed = arguments->object.type != LFDW_JSON_OBJECT;
}

/* The place of an argument, as options have it. */
char *
lfdw_sketch_argument_place(const LfdwSketchArguments *arguments,
						   const char *name)
{
	StringInfoData place;

	if (arguments->base[0] == '\0' && name[0] != '/')
		return pstrdup(name);
	initStringInfo(&place);
	appendStringInfoString(&place, arguments->base);
	lfdw_pointer_append(&place, name);
	return place.data;
}

/* Appends the query of a route: the payload's, percent-encoded. */
static void
append_query(StringInfo route, const LfdwJsonValue *parameters)
{
	LfdwSketchWalk walk;
	char		before = '?';

	lfdw_sketch_walk(&walk, parameters);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		size_t		len;
		const char *text = lfdw_sketch_decode(&walk.key, &len);

		appendStringInfoChar(route, before);
		lfdw_uri_encode(route, text, len, false);
		appendStringInfoChar(route, '=');
		text = lfdw_sketch_decode(&walk.value, &len);
		lfdw_uri_encode(route, text, len, false);
		before = '&';
	}
}

/* What of an event's payload its route does not make; NULL for nothing. */
static const char *
rest_of_payload(const LfdwSketch *sketch)
{
	StringInfoData rest;
	LfdwSketchWalk walk;

	initStringInfo(&rest);
	lfdw_sketch_walk(&walk, &sketch->payload_value);
	while (lfdw_sketch_next(&walk))
	{
		if (lfdw_sketch_is_one_of(&walk.key, route_members) ||
			walk.value.type != LFDW_JSON_OBJECT)
			continue;
		appendStringInfo(&rest, "%s\"%.*s\": %.*s",
						 rest.len > 0 ? ", " : "{",
						 (int) walk.key.len, walk.key.text,
						 (int) walk.value.len, walk.value.text);
	}
	if (rest.len == 0)
		return NULL;
	appendStringInfoChar(&rest, '}');
	return rest.data;
}

/* A member that is a string, or that of an object of the payload; NULL for none. */
static char *
payload_text(const LfdwSketch *sketch, const char *name)
{
	LfdwJsonValue value;

	return lfdw_sketch_member(&sketch->payload_value, name, &value) &&
		value.type == LFDW_JSON_STRING && value.len > 0 ?
		lfdw_sketch_decode(&value, NULL) : NULL;
}

/* Has the payload a member with something in it? */
static bool
has_something(const LfdwSketch *sketch, const char *name)
{
	LfdwJsonValue value;

	return lfdw_sketch_member(&sketch->payload_value, name, &value) &&
		!lfdw_json_ends_pages(&value);
}

/* The path of a URL, or of one without scheme and host; NULL for neither. */
static char *
url_path(const char *url)
{
	const char *path = url ? strstr(url, "://") : NULL;

	path = path ? strchr(path + 3, '/') : url;
	return path && path[0] == '/' ? pnstrdup(path, strcspn(path, "?#")) : NULL;
}

/*
 * Says the payload as event and route, where it is an event of API Gateway that
 * they build; false where they do not.  What it lacks is GET, and the path of a
 * URL of the same function, which may be NULL.
 */
bool
lfdw_sketch_add_route(LfdwSketch *sketch, const char *url)
{
	char	   *method = payload_text(sketch, "httpMethod");
	char	   *path = payload_text(sketch, "path");
	bool		is_v2 = payload_text(sketch, "rawPath") != NULL;
	StringInfoData route;
	LfdwJsonValue value;

	if (is_v2)
	{
		path = payload_text(sketch, "rawPath");
		if (lfdw_sketch_member(&sketch->payload_value, "requestContext", &value) &&
			lfdw_sketch_member(&value, "http", &value) &&
			lfdw_sketch_member(&value, "method", &value) &&
			value.type == LFDW_JSON_STRING)
			method = lfdw_sketch_decode(&value, NULL);
	}
	if (method == NULL)
		method = "GET";
	if (path == NULL)
		path = url_path(url);
	if (!is_http_event(sketch) || path == NULL || path[0] != '/' ||
		strpbrk(path, "{}?# ") != NULL || has_something(sketch, "body") ||
		has_something(sketch, "pathParameters") || has_something(sketch, "cookies"))
		return false;
	initStringInfo(&route);
	appendStringInfo(&route, "%s %s", method, path);
	if (lfdw_sketch_member(&sketch->payload_value, "queryStringParameters", &value))
		append_query(&route, &value);
	lfdw_sketch_option(sketch, "event", is_v2 ? "apigateway_v2" : "apigateway_v1");
	lfdw_sketch_option(sketch, "route", route.data);
	sketch->payload = rest_of_payload(sketch);
	sketch->has_route = true;
	return true;
}

/* Says of a column that the payload has its value, and how a query could. */
static void
compare_argument(LfdwSketch *sketch, const LfdwSketchArguments *arguments,
				 const LfdwJsonValue *key)
{
	for (int i = 0; i < sketch->ncolumns; i++)
	{
		LfdwSketchColumn *column = &sketch->columns[i];
		char	   *place;

		if (column->comment ||
			!(lfdw_json_is_alike(key, column->name, column->nname) ||
			  lfdw_json_string_equals(key, column->name, column->nname)))
			continue;
		place = lfdw_sketch_argument_place(arguments,
										   lfdw_sketch_decode(key, NULL));
		column->comment = psprintf("pushdown '=%s%s', once %s is not in the payload, has queries send it",
								   strcmp(place, column->name) == 0 ? "" : ":",
								   strcmp(place, column->name) == 0 ? "" : place,
								   place);
		return;
	}
}

/*
 * Says that the payload may be a batch, where it has a list of as many elements
 * as the answer has rows.
 */
static void
compare_batch(LfdwSketch *sketch, StringInfo path, const LfdwJsonValue *object,
			  int depth)
{
	LfdwSketchWalk walk;
	LfdwSketchWalk element;
	int			len = path->len;

	lfdw_sketch_walk(&walk, object);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		size_t		nelements = 0;

		lfdw_sketch_append_token(path, &walk.key);
		if (walk.value.type == LFDW_JSON_ARRAY)
		{
			lfdw_sketch_walk(&element, &walk.value);
			while (lfdw_sketch_next(&element))
				nelements++;
			if (nelements > 1 && nelements == sketch->nrows)
				lfdw_sketch_comment(sketch, "The payload has a list of %zu at %s, as the answer has rows: if they belong together, batch_argument '%s' with batch_answer 'aligned', and columns with input 'true', sends a query's own.",
									nelements, path->data, path->data);
		}
		else if (depth > 0)
			compare_batch(sketch, path, &walk.value, depth - 1);
		path->len = len;
		path->data[len] = '\0';
	}
}

/* Says what the payload tells of the columns, and of a batch. */
void
lfdw_sketch_compare_payload(LfdwSketch *sketch)
{
	LfdwSketchArguments arguments;
	LfdwSketchWalk walk;
	StringInfoData path;

	initStringInfo(&path);
	compare_batch(sketch, &path, &sketch->payload_value, BATCH_DEPTH);
	lfdw_sketch_find_arguments(sketch, &arguments);
	lfdw_sketch_walk(&walk, &arguments.object);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		if (walk.value.type < LFDW_JSON_ARRAY && walk.value.type != LFDW_JSON_NULL)
			compare_argument(sketch, &arguments, &walk.key);
	}
}
