/*-------------------------------------------------------------------------
 *
 * http_event.c
 *		Events of HTTP requests, as API Gateway sends them.
 *
 * An event is the table's payload with members added, each of which has a slot;
 * http_request_event.c gives them their values, call by call.  The members are
 * those of "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway",
 * payload format versions 1.0 and 2.0, without authorizers and client
 * certificates; what is in none of them, as a proxy of a laptop has it.
 *
 * IDENTIFICATION
 *	  src/options/http_event.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "base/json_pointer.h"
#include "base/json_reader.h"
#include "options/http_event_internal.h"
#include "value/json_text.h"

#define HOST "lambda-fdw.localhost"
#define AGENT "lambda_fdw"

static const char route_owner[] = "the option route";
static const char event_owner[] = "the option event";
static const char payload_owner[] = "the option payload";

static const LfdwHttpMember v1_members[] = {
	{"/version", LFDW_HTTP_CONSTANT, true, "\"1.0\""},
	{"/resource", LFDW_HTTP_ROUTE_PATH, true, NULL},
	{"/path", LFDW_HTTP_URL_PATH, true, NULL},
	{"/httpMethod", LFDW_HTTP_METHOD, true, NULL},
	{"/headers", LFDW_HTTP_HEADER_TEXTS, true, NULL},
	{"/multiValueHeaders", LFDW_HTTP_HEADER_LISTS, true, NULL},
	{"/queryStringParameters", LFDW_HTTP_QUERY_TEXTS, true, NULL},
	{"/multiValueQueryStringParameters", LFDW_HTTP_QUERY_LISTS, true, NULL},
	{"/pathParameters", LFDW_HTTP_PARAMETERS, true, NULL},
	{"/stageVariables", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/accountId", LFDW_HTTP_CONSTANT, false, "\"anonymous\""},
	{"/requestContext/apiId", LFDW_HTTP_CONSTANT, false, "\"lambda-fdw\""},
	{"/requestContext/domainName", LFDW_HTTP_CONSTANT, false, "\"" HOST "\""},
	{"/requestContext/domainPrefix", LFDW_HTTP_CONSTANT, false, "\"lambda-fdw\""},
	{"/requestContext/extendedRequestId", LFDW_HTTP_REQUEST_ID, false, NULL},
	{"/requestContext/httpMethod", LFDW_HTTP_METHOD, false, NULL},
	{"/requestContext/identity/accessKey", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/accountId", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/caller", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/cognitoAuthenticationProvider", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/cognitoAuthenticationType", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/cognitoIdentityId", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/cognitoIdentityPoolId", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/principalOrgId", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/sourceIp", LFDW_HTTP_CONSTANT, false, "\"127.0.0.1\""},
	{"/requestContext/identity/user", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/identity/userAgent", LFDW_HTTP_USER_AGENT, false, NULL},
	{"/requestContext/identity/userArn", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/path", LFDW_HTTP_URL_PATH, false, NULL},
	{"/requestContext/protocol", LFDW_HTTP_CONSTANT, false, "\"HTTP/1.1\""},
	{"/requestContext/requestId", LFDW_HTTP_REQUEST_ID, false, NULL},
	{"/requestContext/requestTime", LFDW_HTTP_TIME, false, NULL},
	{"/requestContext/requestTimeEpoch", LFDW_HTTP_EPOCH, false, NULL},
	{"/requestContext/resourceId", LFDW_HTTP_CONSTANT, false, "null"},
	{"/requestContext/resourcePath", LFDW_HTTP_ROUTE_PATH, false, NULL},
	{"/requestContext/stage", LFDW_HTTP_CONSTANT, false, "\"$default\""},
	{"/body", LFDW_HTTP_BODY, true, NULL},
	{"/isBase64Encoded", LFDW_HTTP_CONSTANT, true, "false"},
	{NULL, LFDW_HTTP_CONSTANT, false, NULL}
};

static const LfdwHttpMember v2_members[] = {
	{"/version", LFDW_HTTP_CONSTANT, true, "\"2.0\""},
	{"/routeKey", LFDW_HTTP_ROUTE_KEY, true, NULL},
	{"/rawPath", LFDW_HTTP_URL_PATH, true, NULL},
	{"/rawQueryString", LFDW_HTTP_RAW_QUERY, true, NULL},
	{"/headers", LFDW_HTTP_HEADER_TEXTS, true, NULL},
	{"/queryStringParameters", LFDW_HTTP_QUERY_TEXTS, true, NULL},
	{"/pathParameters", LFDW_HTTP_PARAMETERS, true, NULL},
	{"/requestContext/accountId", LFDW_HTTP_CONSTANT, false, "\"anonymous\""},
	{"/requestContext/apiId", LFDW_HTTP_CONSTANT, false, "\"lambda-fdw\""},
	{"/requestContext/domainName", LFDW_HTTP_CONSTANT, false, "\"" HOST "\""},
	{"/requestContext/domainPrefix", LFDW_HTTP_CONSTANT, false, "\"lambda-fdw\""},
	{"/requestContext/http/method", LFDW_HTTP_METHOD, false, NULL},
	{"/requestContext/http/path", LFDW_HTTP_URL_PATH, false, NULL},
	{"/requestContext/http/protocol", LFDW_HTTP_CONSTANT, false, "\"HTTP/1.1\""},
	{"/requestContext/http/sourceIp", LFDW_HTTP_CONSTANT, false, "\"127.0.0.1\""},
	{"/requestContext/http/userAgent", LFDW_HTTP_USER_AGENT, false, NULL},
	{"/requestContext/requestId", LFDW_HTTP_REQUEST_ID, false, NULL},
	{"/requestContext/routeKey", LFDW_HTTP_ROUTE_KEY, false, NULL},
	{"/requestContext/stage", LFDW_HTTP_CONSTANT, false, "\"$default\""},
	{"/requestContext/time", LFDW_HTTP_TIME, false, NULL},
	{"/requestContext/timeEpoch", LFDW_HTTP_EPOCH, false, NULL},
	{"/body", LFDW_HTTP_BODY, true, NULL},
	{"/isBase64Encoded", LFDW_HTTP_CONSTANT, true, "false"},
	{NULL, LFDW_HTTP_CONSTANT, false, NULL}
};

/* Headers of every request; version 2.0 has their names in lower case. */
static const struct
{
	const char *name;
	const char *text;
	bool		with_body;
}			default_headers[] =

{
	{"Accept", "application/json", false},
	{"Content-Type", "application/json", true},
	{"Host", HOST, false},
	{"User-Agent", AGENT, false},
	{"X-Forwarded-For", "127.0.0.1", false},
	{"X-Forwarded-Port", "443", false},
	{"X-Forwarded-Proto", "https", false}
};

/* Is this the name of an argument?  Case does not tell headers apart. */
static bool
has_name(const LfdwHttpArgument *argument, LfdwHttpPlace place, const char *name)
{
	if (argument->place != place)
		return false;
	return place == LFDW_HTTP_HEADER ? pg_strcasecmp(argument->name, name) == 0 :
		strcmp(argument->name, name) == 0;
}

/* The last argument of a name that is no default, or NULL. */
static LfdwHttpArgument *
find_argument(const LfdwHttpEvent *event, LfdwHttpPlace place, const char *name)
{
	LfdwHttpArgument *found = NULL;
	ListCell   *lc;

	foreach(lc, event->arguments)
	{
		LfdwHttpArgument *argument = lfirst(lc);

		if (argument->owner && has_name(argument, place, name))
			found = argument;
	}
	return found;
}

/* The text in lower case, as far as it is ASCII; palloc'd. */
static char *
lower_case(const char *text)
{
	char	   *copy = pstrdup(text);

	for (char *p = copy; *p; p++)
		*p = pg_ascii_tolower((unsigned char) *p);
	return copy;
}

static LfdwHttpArgument *
add_argument(LfdwHttpEvent *event, LfdwHttpPlace place, const char *name,
			 const char *text, const char *owner)
{
	LfdwHttpArgument *argument = palloc0(sizeof(LfdwHttpArgument));

	argument->place = place;
	argument->name = place == LFDW_HTTP_HEADER && event->is_v2 ?
		lower_case(name) : pstrdup(name);
	argument->slot = -1;
	argument->text = text;
	argument->owner = owner;
	event->arguments = lappend(event->arguments, argument);
	return argument;
}

/* A text of the route in the database encoding. */
static char *
route_text(const char *text)
{
	return pg_any_to_server(text, strlen(text), PG_UTF8);
}

/* Takes what the route gives: parameters of the path, and the fixed query. */
static void
add_route(LfdwHttpEvent *event)
{
	const LfdwHttpQuery *query = &event->route->query;

	for (int i = 0; i < event->route->nsegments; i++)
	{
		if (event->route->segments[i].name)
			add_argument(event, LFDW_HTTP_PATH, event->route->segments[i].name,
						 NULL, route_owner);
	}
	for (int i = 0; i < query->nparameters; i++)
		add_argument(event, LFDW_HTTP_QUERY,
					 route_text(query->parameters[i].name),
					 route_text(query->parameters[i].value), route_owner);
}

/* Raises HV024 about what the option payload may not have beside an event. */
static void
report_payload(const char *member, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"payload\" cannot have the member \"%s\" with the option \"event\"",
					member),
			 errdetail("%s", detail)));
}

/* Takes the headers of the payload, an object that the reader stands before. */
static void
add_payload_headers(LfdwHttpEvent *event, LfdwJsonReader *reader)
{
	LfdwJsonType type;
	LfdwJsonValue key;
	LfdwJsonValue value;

	(void) lfdw_json_peek(reader, &type);
	if (type != LFDW_JSON_OBJECT)
		report_payload("headers", "Headers are an object of texts.");
	(void) lfdw_json_enter(reader);
	while (lfdw_json_member(reader, &key) == LFDW_JSON_OK)
	{
		char	   *name;

		key.type = LFDW_JSON_STRING;
		name = lfdw_json_value_text(&key);
		(void) lfdw_json_value(reader, &value);
		if (value.type == LFDW_JSON_NULL || value.type >= LFDW_JSON_ARRAY)
			report_payload("headers", psprintf("The header \"%s\" is no text.", name));
		if (find_argument(event, LFDW_HTTP_HEADER, name))
			report_payload("headers", psprintf("The header \"%s\" is there twice.", name));
		add_argument(event, LFDW_HTTP_HEADER, name, lfdw_json_value_text(&value),
					 payload_owner);
	}
}

/*
 * Takes the body that the payload has, an object or a text that holds one: its
 * members stay, and arguments join them.
 */
static void
add_payload_body(LfdwHttpEvent *event, LfdwJsonReader *reader)
{
	LfdwJsonReader inside;
	LfdwJsonType type;
	LfdwJsonValue value;
	LfdwJsonValue rest;
	char	   *text;

	if (event->is_snowflake || !event->route->has_body)
		return;
	(void) lfdw_json_value(reader, &value);
	text = value.type == LFDW_JSON_STRING ? lfdw_json_value_text(&value) :
		pnstrdup(value.text, value.len);
	lfdw_json_init(&inside, text, strlen(text), true);
	if (lfdw_json_peek(&inside, &type) != LFDW_JSON_OK || type != LFDW_JSON_OBJECT ||
		lfdw_json_value(&inside, &rest) != LFDW_JSON_OK ||
		lfdw_json_end(&inside) != LFDW_JSON_OK)
		report_payload("body", "With the option route it is a JSON object, or a text that holds one.");
	event->body = lfdw_template_create(pg_any_to_server(text, strlen(text), PG_UTF8));
	event->body_given = true;
}

/*
 * Takes the headers that every request has, those of the payload, and defaults;
 * and the payload's body.
 */
static void
add_headers(LfdwHttpEvent *event, const char *payload)
{
	const char *utf8 = payload ? pg_server_to_any(payload, strlen(payload), PG_UTF8) : "{}";
	LfdwJsonReader reader;
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_init(&reader, utf8, strlen(utf8), true);
	(void) lfdw_json_enter(&reader);
	while (lfdw_json_member(&reader, &key) == LFDW_JSON_OK)
	{
		LfdwJsonReader inside = reader;

		if (lfdw_json_is(&key, "headers"))
			add_payload_headers(event, &inside);
		else if (lfdw_json_is(&key, "body"))
			add_payload_body(event, &inside);
		(void) lfdw_json_value(&reader, &value);
	}
	for (int i = 0; i < (int) lengthof(default_headers); i++)
	{
		if (find_argument(event, LFDW_HTTP_HEADER, default_headers[i].name))
			continue;
		add_argument(event, LFDW_HTTP_HEADER, default_headers[i].name,
					 default_headers[i].text, NULL)->with_body =
			default_headers[i].with_body;
	}
}

/* The pointer that a text is, which is known to be one. */
static LfdwPointer *
pointer_of(const char *text)
{
	LfdwPointer *pointer;
	const char *why;

	if (!lfdw_pointer_parse(text, &pointer, &why))
		elog(ERROR, "invalid JSON Pointer \"%s\"", text);
	return pointer;
}

/*
 * Gives the members that the route makes their places (own), or the others, which
 * payload and arguments may give instead.
 */
static void
place_members(LfdwHttpEvent *event, bool own)
{
	for (int i = 0; event->members[i].pointer; i++)
	{
		const LfdwHttpMember *member = &event->members[i];
		LfdwPointer *pointer = pointer_of(member->pointer);
		bool		headers = member->part == LFDW_HTTP_HEADER_TEXTS;
		const char *owner = headers ? event_owner : route_owner;
		const char *why;
		int			flags = 0;

		if (member->own != own)
			continue;
		event->slots[i] = lfdw_template_new_slot(event->payload, owner);
		if (headers || (member->part == LFDW_HTTP_BODY && event->body_given))
			flags = LFDW_PLACE_ON_VALUE;
		why = lfdw_template_place(event->payload, pointer, event->slots[i], flags);
		if (why && own)
			report_payload(pointer->tokens[0],
						   psprintf("It is given by %s.", member->part == LFDW_HTTP_HEADER_LISTS ?
									"its member \"headers\"" : owner));
		if (why)
			event->slots[i] = -1;
	}
}

/*
 * Makes an event of a table's payload, a template of its own, for the options
 * event and route.
 *
 * Palloc'd in the current context.  lfdw_http_event_place gives arguments their
 * places, lfdw_http_event_complete ends that.  Raises HV024 where the payload has
 * what the route gives.
 */
LfdwHttpEvent *
lfdw_http_event_create(const LfdwOptions *options, LfdwTemplate *payload)
{
	LfdwHttpEvent *event = palloc0(sizeof(LfdwHttpEvent));
	const char *text = pg_server_to_any(options->http_route,
										strlen(options->http_route), PG_UTF8);
	LfdwHttpRoute *route;
	const char *why;

	if (!lfdw_http_route_parse(text, &route, &why))
		elog(ERROR, "invalid route \"%s\"", options->http_route);
	event->is_v2 = options->event == LFDW_EVENT_APIGATEWAY_V2;
	event->is_snowflake = options->event == LFDW_EVENT_SNOWFLAKE;
	event->route = route;
	event->members = event->is_v2 ? v2_members : v1_members;
	event->slots = palloc(sizeof(int) * Max(lengthof(v1_members), lengthof(v2_members)));
	event->payload = payload;
	event->body = lfdw_template_create(NULL);
	add_route(event);
	add_headers(event, options->payload);
	place_members(event, true);
	return event;
}

/* The headers of a Snowflake external function by this name. */
static void
add_snowflake_headers(LfdwHttpEvent *event, const char *relname)
{
	static const struct
	{
		const char *name;
		const char *text;
		LfdwHttpPart part;
	}			headers[] =

	{
		{"sf-external-function-format", "json", LFDW_HTTP_CONSTANT},
		{"sf-external-function-format-version", "1.0", LFDW_HTTP_CONSTANT},
		{"sf-external-function-name", NULL, LFDW_HTTP_CONSTANT},
		{"sf-external-function-current-query-id", NULL, LFDW_HTTP_QUERY_ID},
		{"sf-external-function-query-batch-id", NULL, LFDW_HTTP_REQUEST_ID}
	};

	for (int i = 0; i < (int) lengthof(headers); i++)
	{
		const char *text = headers[i].text;

		if (find_argument(event, LFDW_HTTP_HEADER, headers[i].name))
			continue;
		if (text == NULL && headers[i].part == LFDW_HTTP_CONSTANT)
			text = relname;
		add_argument(event, LFDW_HTTP_HEADER, headers[i].name, text, NULL)->part =
			headers[i].part;
	}
}

/*
 * Ends an event: its members that neither payload nor arguments give.  relname is
 * the table's name, which must live as long.
 */
void
lfdw_http_event_complete(LfdwHttpEvent *event, const char *relname)
{
	place_members(event, false);
	if (event->is_snowflake)
		add_snowflake_headers(event, relname);
}

/* Gives a slot its place in the body; returns as lfdw_template_place does. */
static const char *
place_in_body(LfdwHttpEvent *event, const LfdwPointer *pointer, int slot,
			  int flags, const char *owner)
{
	while (lfdw_template_nslots(event->body) <= slot)
		(void) lfdw_template_new_slot(event->body, owner);
	return lfdw_template_place(event->body, pointer, slot, flags);
}

/* Makes a slot a parameter or a header; returns as lfdw_template_place does. */
static const char *
place_argument(LfdwHttpEvent *event, LfdwHttpPlace place, const char *name,
			   int slot, int flags, const char *owner)
{
	LfdwHttpArgument *found = find_argument(event, place, name);

	if (found && (found->slot >= 0 ||
				  (found->text && !(flags & LFDW_PLACE_ON_VALUE))))
		return psprintf("It is taken by %s", found->owner);
	if (place == LFDW_HTTP_PATH && found == NULL)
		return psprintf("The option route has no {%s}", name);
	if (place != LFDW_HTTP_PATH)
		found = add_argument(event, place, name, NULL, NULL);
	found->slot = slot;
	found->owner = owner;
	return NULL;
}

/* The place that the first token of a pointer stands for; false for none. */
static bool
find_place(const LfdwHttpEvent *event, const char *token, LfdwHttpPlace *place)
{
	bool		is_list = !event->is_v2 && strncmp(token, "multiValue", 10) == 0;

	if (strcmp(token, "pathParameters") == 0)
		*place = LFDW_HTTP_PATH;
	else if (strcmp(token, "queryStringParameters") == 0 ||
			 (is_list && strcmp(token + 10, "QueryStringParameters") == 0))
		*place = LFDW_HTTP_QUERY;
	else if (strcmp(token, "headers") == 0 ||
			 (is_list && strcmp(token + 10, "Headers") == 0))
		*place = LFDW_HTTP_HEADER;
	else
		return false;
	return true;
}

/* Places an argument that is a JSON Pointer into the event. */
static const char *
place_pointer(LfdwHttpEvent *event, LfdwPointer *pointer, int slot, int flags,
			  const char *owner)
{
	LfdwPointer inside = {pointer->ntokens - 1, pointer->tokens + 1};
	LfdwHttpPlace place;

	if (strcmp(pointer->tokens[0], "body") == 0)
		return place_in_body(event, &inside, slot, flags, owner);
	if (inside.ntokens == 0 || !find_place(event, pointer->tokens[0], &place))
		return lfdw_template_place(event->payload, pointer, slot, flags);
	if (inside.ntokens > 1)
		return psprintf("\"/%s/%s\" is a text, which has no members",
						pointer->tokens[0], inside.tokens[0]);
	return place_argument(event, place, inside.tokens[0], slot, flags, owner);
}

/*
 * Gives an argument its place in the event.
 *
 * argument is as options have it: the empty text, a JSON Pointer, or a name, which
 * is a parameter of the route's path if that has one of the name, else of the
 * query where requests have no body, else a member of the body.  slot and flags
 * are those of lfdw_template_place, owner says in words whose it is, and must live
 * as long.  Returns NULL, or why it cannot stand there, as that does.
 */
const char *
lfdw_http_event_place(LfdwHttpEvent *event, const char *argument, int slot,
					  int flags, const char *owner)
{
	if (argument[0] == '/')
		return place_pointer(event, pointer_of(argument), slot, flags, owner);
	if (argument[0] == '\0')
		return event->route->has_body ?
			place_in_body(event, pointer_of(""), slot, flags, owner) :
			psprintf("Requests of the method %s have no body", event->route->method);
	if (find_argument(event, LFDW_HTTP_PATH, argument))
		return place_argument(event, LFDW_HTTP_PATH, argument, slot, flags, owner);
	if (event->route->has_body)
		return place_in_body(event, lfdw_pointer_to(argument), slot, flags, owner);
	return place_argument(event, LFDW_HTTP_QUERY, argument, slot, flags, owner);
}

/* Do requests of the route's method have a body? */
bool
lfdw_http_event_has_body(const LfdwHttpEvent *event)
{
	return event->route->has_body;
}

/*
 * The name of a parameter of the route's path, by number, and the slot that gives
 * it its value, -1 for none; NULL behind the last one.
 */
const char *
lfdw_http_event_parameter(const LfdwHttpEvent *event, int number, int *slot)
{
	ListCell   *lc;

	foreach(lc, event->arguments)
	{
		const LfdwHttpArgument *argument = lfirst(lc);

		if (argument->place == LFDW_HTTP_PATH && number-- == 0)
		{
			*slot = argument->slot;
			return argument->name;
		}
	}
	return NULL;
}
