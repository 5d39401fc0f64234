/*-------------------------------------------------------------------------
 *
 * gateway_header.c
 *		The headers in an answer of API Gateway's form.
 *
 * Their names are compared without case.  "headers" has one value a name,
 * "multiValueHeaders" a list of them, which are the same headers where a name is
 * in both (API Gateway's documentation of Lambda proxy integrations, format 1.0).
 *
 * IDENTIFICATION
 *	  src/response/gateway_header.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/link_header.h"
#include "response/response_internal.h"
#include "value/json_writer.h"

/* The header whose value is a list of links. */
#define LINK_HEADER "link"

/* Is a key the name of a header, in any case? */
static bool
is_header(const LfdwJsonValue *key, const char *name)
{
	size_t		len = strlen(name);

	return !key->escaped && key->len == len &&
		pg_strncasecmp(key->text, name, len) == 0;
}

/* The URL of rel="next" in a Link header, as a JSON string; NULL for none. */
static char *
next_link(const LfdwJsonValue *value)
{
	StringInfoData json;
	char	   *text;
	const char *url;
	size_t		len;
	size_t		url_len;

	if (value->type != LFDW_JSON_STRING)
		return NULL;
	text = MemoryContextAllocHuge(CurrentMemoryContext, value->len + 1);
	len = lfdw_json_unescape(value, text);
	if (!lfdw_link_find(text, len, "next", &url, &url_len) || url_len == 0)
		return NULL;
	initStringInfo(&json);
	lfdw_json_append_string(&json, pg_any_to_server(pnstrdup(url, url_len),
													url_len, PG_UTF8));
	return json.data;
}

/* The cursor in one value of the header, or NULL. */
static char *
cursor_of(const char *name, const LfdwJsonValue *value)
{
	if (pg_strcasecmp(name, LINK_HEADER) == 0)
		return next_link(value);
	return lfdw_response_cursor_json(value);
}

/* The same of all its values, of which the first counts that has one. */
static char *
cursor_of_values(const char *name, const LfdwJsonValue *value)
{
	LfdwJsonReader reader;
	LfdwJsonValue element;
	char	   *cursor = NULL;

	if (value->type != LFDW_JSON_ARRAY)
		return cursor_of(name, value);
	lfdw_json_init(&reader, value->text, value->len, true);
	lfdw_json_enter(&reader);
	while (cursor == NULL && lfdw_json_element(&reader) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &element) == LFDW_JSON_OK)
		cursor = cursor_of(name, &element);
	return cursor;
}

/* The cursor in a header of one of the two members, NULL for none. */
static char *
find_cursor(const LfdwResponse *response, const LfdwPlace *place,
			const char *name)
{
	LfdwJsonReader reader;
	LfdwJsonValue key;
	LfdwJsonValue value;
	char	   *cursor = NULL;

	if (!place->found || place->type != LFDW_JSON_OBJECT)
		return NULL;
	value = lfdw_response_value_at(response, place);
	lfdw_json_init(&reader, value.text, value.len, true);
	lfdw_json_enter(&reader);
	while (cursor == NULL && lfdw_json_member(&reader, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&reader, &value) == LFDW_JSON_OK)
	{
		if (is_header(&key, name))
			cursor = cursor_of_values(name, &value);
	}
	return cursor;
}

/*
 * Keeps what the headers say of the next page: the cursor, or that there is a
 * link to one that no option reads.  The root object is whole.
 */
void
lfdw_gateway_take_headers(LfdwResponse *response)
{
	const LfdwGateway *gateway = &response->notes.gateway;
	bool		wanted = response->paging == LFDW_PAGING_HEADER;
	const char *name = wanted ? response->table->options->cursor_header :
	LINK_HEADER;
	char	   *cursor = find_cursor(response, &gateway->multi_headers, name);

	if (cursor == NULL)
		cursor = find_cursor(response, &gateway->headers, name);
	if (wanted)
		response->header_cursor = cursor;
	else
		response->unread_link = cursor != NULL;
}
