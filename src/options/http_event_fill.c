/*-------------------------------------------------------------------------
 *
 * http_event_fill.c
 *		The request that a call is, in all forms that its event has.
 *
 * A value is a text wherever it is not in the body; a list is a parameter or a
 * header several times, in the path one text with commas.  Path and query string
 * are percent-encoded (RFC 3986) in path, rawPath and rawQueryString, and nowhere
 * else.
 *
 * IDENTIFICATION
 *	  src/options/http_event_fill.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "pgtime.h"
#include "utils/timestamp.h"

#include "aws/client.h"
#include "base/uri.h"
#include "options/event.h"
#include "options/http_event_internal.h"
#include "pg/message.h"
#include "value/json_text.h"
#include "value/json_writer.h"

/* A parameter of the query or a header, with the texts it is sent with. */
typedef struct TextList
{
	const char *name;
	List	   *texts;
} TextList;

typedef struct Request
{
	const LfdwHttpEvent *event;
	const char *const *values;	/* by slot */
	bool		shown;			/* by EXPLAIN, with its placeholders */
	const char *path;			/* percent-encoded */
	const char **parameters;	/* of the path, by segment; not encoded */
	List	   *query;			/* of TextList */
	List	   *headers;		/* of TextList */
	const char *body;			/* JSON, NULL for none */
} Request;

static char *
to_utf8(const char *text)
{
	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

static char *
from_utf8(const char *text)
{
	return pg_any_to_server(text, strlen(text), PG_UTF8);
}

/* Appends a text percent-encoded; EXPLAIN's placeholders stay what they are. */
static void
append_encoded(StringInfo out, const Request *request, const char *text,
			   bool keep_slash)
{
	const char *utf8 = to_utf8(text);

	if (request->shown && text[0] == '$')
		appendStringInfoString(out, text);
	else
		lfdw_uri_encode(out, utf8, strlen(utf8), keep_slash);
}

/* Texts with commas between them. */
static char *
join_texts(List *texts)
{
	StringInfoData joined;
	ListCell   *lc;

	initStringInfo(&joined);
	foreach(lc, texts)
		appendStringInfo(&joined, "%s%s", lc == list_head(texts) ? "" : ",",
						 (char *) lfirst(lc));
	return joined.data;
}

/* Adds texts to those of a name. */
static List *
add_texts(List *lists, const char *name, List *texts)
{
	TextList   *list;
	ListCell   *lc;

	foreach(lc, lists)
	{
		list = lfirst(lc);
		if (strcmp(list->name, name) == 0)
		{
			list->texts = list_concat(list->texts, texts);
			return lists;
		}
	}
	list = palloc(sizeof(TextList));
	list->name = name;
	list->texts = texts;
	return lappend(lists, list);
}

/* Does another argument give what is fixed otherwise? */
static bool
is_replaced(const Request *request, const LfdwHttpArgument *fixed)
{
	ListCell   *lc;

	foreach(lc, request->event->arguments)
	{
		const LfdwHttpArgument *argument = lfirst(lc);

		if (argument->place == fixed->place && argument->slot >= 0 &&
			request->values[argument->slot] &&
			pg_strcasecmp(argument->name, fixed->name) == 0)
			return true;
	}
	return false;
}

/* What a request has in its query or its headers; parts has its stamps. */
static List *
collect(const Request *request, LfdwHttpPlace place, const char *const *parts)
{
	List	   *lists = NIL;
	ListCell   *lc;

	foreach(lc, request->event->arguments)
	{
		const LfdwHttpArgument *argument = lfirst(lc);
		List	   *texts = NIL;

		if (argument->place != place || (argument->with_body && !request->body))
			continue;
		if (argument->slot < 0 && !is_replaced(request, argument))
			texts = list_make1(argument->text ? unconstify(char *, argument->text) :
							   lfdw_json_text(parts[argument->part]));
		else if (argument->slot >= 0 && request->values[argument->slot])
			texts = lfdw_json_texts(request->values[argument->slot]);
		if (texts)
			lists = add_texts(lists, argument->name, texts);
	}
	return lists;
}

/* The value of a parameter of the path. */
static char *
parameter_text(const Request *request, const char *name)
{
	ListCell   *lc;

	foreach(lc, request->event->arguments)
	{
		const LfdwHttpArgument *argument = lfirst(lc);

		if (argument->place == LFDW_HTTP_PATH && argument->slot >= 0 &&
			strcmp(argument->name, name) == 0 && request->values[argument->slot])
			return join_texts(lfdw_json_texts(request->values[argument->slot]));
	}
	elog(ERROR, "parameter \"%s\" of the route has no value", name);
}

/* Makes the path, and its parameters, of the route. */
static void
make_path(Request *request)
{
	const LfdwHttpRoute *route = request->event->route;
	StringInfoData path;

	request->parameters = palloc0(sizeof(char *) * (route->nsegments + 1));
	initStringInfo(&path);
	for (int i = 0; i < route->nsegments; i++)
	{
		const LfdwRouteSegment *segment = &route->segments[i];

		appendStringInfoChar(&path, '/');
		if (segment->text)
		{
			appendStringInfoString(&path, segment->text);
			continue;
		}
		request->parameters[i] = parameter_text(request, segment->name);
		append_encoded(&path, request, request->parameters[i], segment->greedy);
	}
	request->path = route->nsegments == 0 ? "/" : path.data;
}

/*
 * Puts the path and the query of the next page's URL in place of the request's.
 * Parameters of the path stay where it does not fit the route.
 */
static void
take_url(Request *request, const char *url)
{
	const LfdwHttpRoute *route = request->event->route;
	char	  **parameters = palloc(sizeof(char *) * (route->nsegments + 1));
	LfdwHttpTarget target;
	const char *why;

	if (!lfdw_http_target_parse(to_utf8(url), request->path, &target, &why))
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_STRING_FORMAT),
				 errmsg("the URL of the next page cannot be used: \"%s\"",
						lfdw_error_excerpt(url, strlen(url))),
				 errdetail("%s", why)));
	request->path = target.path;
	request->query = NIL;
	for (int i = 0; i < target.query.nparameters; i++)
		request->query =
			add_texts(request->query, from_utf8(target.query.parameters[i].name),
					  list_make1(from_utf8(target.query.parameters[i].value)));
	if (!lfdw_http_route_match(route, target.path, parameters))
		return;
	for (int i = 0; i < route->nsegments; i++)
		request->parameters[i] = parameters[i] ? from_utf8(parameters[i]) : NULL;
}

/* Makes the member body: a string that holds what the body's places have. */
static void
make_body(Request *request)
{
	StringInfoData body;

	initStringInfo(&body);
	lfdw_template_write(&body, request->event->body, request->values);
	request->body = body.data;
	if (strcmp(body.data, "{}") == 0 && !request->event->body_given)
		request->body = NULL;
	else if (body.data[0] != '"')
		request->body = lfdw_json_quote(body.data);
}

/* The query, percent-encoded, as JSON. */
static char *
raw_query(const Request *request)
{
	StringInfoData query;
	ListCell   *lc;
	ListCell   *lt;

	initStringInfo(&query);
	foreach(lc, request->query)
	{
		const TextList *list = lfirst(lc);

		foreach(lt, list->texts)
		{
			if (query.len > 0)
				appendStringInfoChar(&query, '&');
			append_encoded(&query, request, list->name, false);
			appendStringInfoChar(&query, '=');
			append_encoded(&query, request, lfirst(lt), false);
		}
	}
	return lfdw_json_quote(query.data);
}

/*
 * An object with a text a name: all of them in version 2.0, in 1.0 the last one.
 * NULL where there is none.
 */
static char *
text_object(const Request *request, List *lists)
{
	StringInfoData object;
	ListCell   *lc;

	if (lists == NIL)
		return NULL;
	initStringInfo(&object);
	appendStringInfoChar(&object, '{');
	foreach(lc, lists)
	{
		const TextList *list = lfirst(lc);

		lfdw_json_append_string_member(&object, list->name,
									   request->event->is_v2 ? join_texts(list->texts) :
									   llast(list->texts));
	}
	appendStringInfoChar(&object, '}');
	return object.data;
}

/* An object with an array of texts a name; NULL where there is none. */
static char *
list_object(List *lists)
{
	StringInfoData object;
	ListCell   *lc;
	ListCell   *lt;

	if (lists == NIL)
		return NULL;
	initStringInfo(&object);
	appendStringInfoChar(&object, '{');
	foreach(lc, lists)
	{
		const TextList *list = lfirst(lc);

		lfdw_json_append_key(&object, list->name);
		appendStringInfoChar(&object, '[');
		foreach(lt, list->texts)
		{
			lfdw_json_append_comma(&object);
			lfdw_json_append_string(&object, lfirst(lt));
		}
		appendStringInfoChar(&object, ']');
	}
	appendStringInfoChar(&object, '}');
	return object.data;
}

/* The parameters of the path as an object; NULL where there are none. */
static char *
parameter_object(const Request *request)
{
	const LfdwHttpRoute *route = request->event->route;
	List	   *lists = NIL;

	for (int i = 0; i < route->nsegments; i++)
	{
		if (route->segments[i].name)
			lists = add_texts(lists, route->segments[i].name,
							  list_make1(unconstify(char *, request->parameters[i])));
	}
	return text_object(request, lists);
}

/* The time now, as API Gateway writes it. */
static char *
shown_time(pg_time_t now)
{
	char		text[64];

	pg_strftime(text, sizeof(text), "\"%d/%b/%Y:%H:%M:%S +0000\"", pg_gmtime(&now));
	return pstrdup(text);
}

/* The header that says who asks, which every request has. */
static char *
user_agent(const Request *request)
{
	ListCell   *lc;

	foreach(lc, request->headers)
	{
		const TextList *list = lfirst(lc);

		if (pg_strcasecmp(list->name, "user-agent") == 0)
			return lfdw_json_quote(llast(list->texts));
	}
	return NULL;
}

/* Makes the parts that tell requests apart, and are the same in all members. */
static void
make_stamps(const Request *request, const char **parts)
{
	TimestampTz now = request->shown ? 0 : GetCurrentTimestamp();
	int64		epoch = request->shown ? 0 :
	now / 1000 + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * INT64CONST(86400000);

	parts[LFDW_HTTP_REQUEST_ID] =
		lfdw_json_quote(request->shown ? LFDW_SHOWN_UUID : lfdw_client_uuid());
	parts[LFDW_HTTP_TIME] = shown_time((pg_time_t) (epoch / 1000));
	parts[LFDW_HTTP_EPOCH] = psprintf("" INT64_FORMAT, epoch);
	parts[LFDW_HTTP_QUERY_ID] = psprintf("" INT64_FORMAT, request->shown ? 0 :
										 (int64) GetCurrentStatementStartTimestamp());
}

/* Makes all parts of a request, as JSON; NULL for what has nothing in it. */
static void
make_parts(const Request *request, const char **parts)
{
	const LfdwHttpRoute *route = request->event->route;
	char	   *route_path = from_utf8(route->path);

	parts[LFDW_HTTP_METHOD] = lfdw_json_quote(route->method);
	parts[LFDW_HTTP_ROUTE_PATH] = lfdw_json_quote(route_path);
	parts[LFDW_HTTP_ROUTE_KEY] = lfdw_json_quote(psprintf("%s %s", route->method, route_path));
	parts[LFDW_HTTP_URL_PATH] = lfdw_json_quote(request->path);
	parts[LFDW_HTTP_RAW_QUERY] = raw_query(request);
	parts[LFDW_HTTP_PARAMETERS] = parameter_object(request);
	parts[LFDW_HTTP_QUERY_TEXTS] = text_object(request, request->query);
	parts[LFDW_HTTP_QUERY_LISTS] = list_object(request->query);
	parts[LFDW_HTTP_HEADER_TEXTS] = text_object(request, request->headers);
	parts[LFDW_HTTP_HEADER_LISTS] = list_object(request->headers);
	parts[LFDW_HTTP_USER_AGENT] = user_agent(request);
	parts[LFDW_HTTP_BODY] = request->body;
}

/*
 * Gives the members of an event their values, which those of the arguments'
 * slots make.
 *
 * values is JSON by slot of the payload; what is added is palloc'd in the current
 * context.  url is that of the page wanted, in the database encoding, NULL for the
 * route's own.  With shown, placeholders stand for what each request has anew.
 * Raises HV00B for a URL that is none.
 */
void
lfdw_http_event_fill(const LfdwHttpEvent *event, const char **values,
					 const char *url, bool shown)
{
	const char *parts[LFDW_HTTP_NPARTS] = {NULL};
	Request		request = {.event = event,.values = values,.shown = shown};

	make_body(&request);
	make_path(&request);
	make_stamps(&request, parts);
	request.query = collect(&request, LFDW_HTTP_QUERY, parts);
	request.headers = collect(&request, LFDW_HTTP_HEADER, parts);
	if (url)
		take_url(&request, url);
	make_parts(&request, parts);
	for (int i = 0; event->members[i].pointer; i++)
	{
		const LfdwHttpMember *member = &event->members[i];
		const char *json = member->part == LFDW_HTTP_CONSTANT ? member->json :
		parts[member->part];

		if (event->slots[i] >= 0)
			values[event->slots[i]] = json || event->is_v2 ? json : "null";
	}
}
