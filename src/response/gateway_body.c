/*-------------------------------------------------------------------------
 *
 * gateway_body.c
 *		The body in the form that API Gateway takes: text, base64, gzip.
 *
 * IDENTIFICATION
 *	  src/response/gateway_body.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "pg/message.h"
#include "response/response_internal.h"
#include "value/body_coding.h"

/* A string or scalar of few bytes, decoded to buf; "" where there are more. */
void
lfdw_gateway_short_text(const LfdwJsonValue *value, char buf[LFDW_SHORT_TEXT])
{
	buf[0] = '\0';
	if (value->len < LFDW_SHORT_TEXT)
		lfdw_json_unescape(value, buf);
}

/* Does isBase64Encoded say so, as a boolean or a string of one? */
static bool
is_base64(const LfdwResponse *response)
{
	LfdwJsonValue value;
	char		text[LFDW_SHORT_TEXT];

	if (!response->notes.gateway.is_base64.found)
		return false;
	value = lfdw_response_value_at(response, &response->notes.gateway.is_base64);
	if (value.type != LFDW_JSON_STRING)
		return value.type == LFDW_JSON_TRUE;
	lfdw_gateway_short_text(&value, text);
	return pg_strcasecmp(text, "true") == 0;
}

/*
 * The first value of a header, of any case, in an object of headers: a string, or
 * a list of them; decoded, palloc'd, NULL where there is none.
 */
static char *
find_header(LfdwJsonReader headers, const char *name)
{
	LfdwJsonValue key;
	LfdwJsonValue value;
	LfdwJsonReader list;

	lfdw_json_enter(&headers);
	while (lfdw_json_member(&headers, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(&headers, &value) == LFDW_JSON_OK)
	{
		char	   *text;

		if (key.len != strlen(name) ||
			pg_strncasecmp(key.text, name, key.len) != 0)
			continue;
		if (value.type == LFDW_JSON_ARRAY)
		{
			lfdw_json_init(&list, value.text, value.len, true);
			lfdw_json_enter(&list);
			if (lfdw_json_element(&list) != LFDW_JSON_OK ||
				lfdw_json_value(&list, &value) != LFDW_JSON_OK)
				continue;
		}
		if (value.type != LFDW_JSON_STRING)
			continue;
		text = palloc(value.len + 1);
		text[lfdw_json_unescape(&value, text)] = '\0';
		return text;
	}
	return NULL;
}

/* A header of the form, NULL where it has none. */
static char *
gateway_header(const LfdwResponse *response, const char *name)
{
	const LfdwPlace *places[] = {
		&response->notes.gateway.headers,
		&response->notes.gateway.multi_headers
	};

	for (int i = 0; i < (int) lengthof(places); i++)
	{
		LfdwJsonReader reader;
		LfdwJsonValue headers;
		char	   *value;

		if (!places[i]->found || places[i]->type != LFDW_JSON_OBJECT)
			continue;
		headers = lfdw_response_value_at(response, places[i]);
		lfdw_json_init(&reader, headers.text, headers.len, true);
		value = find_header(reader, name);
		if (value)
			return value;
	}
	return NULL;
}

/* Raises the error about a body that is not what it says it is. */
static void
report_body(const LfdwResponse *response, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("the body that Lambda function \"%s\" answered with is %s",
					response->table->function.label, what),
			 errhint("%s", hint)));
}

/*
 * Undoes the coding of a body that came in base64: gzip by the header
 * Content-Encoding, or by its first bytes where they cannot be meant themselves.
 */
static char *
decode_content(const LfdwResponse *response, char *bytes, size_t *len)
{
	char	   *encoding = gateway_header(response, "content-encoding");
	int			given = response->table->function.route.limits.max_response_bytes;
	size_t		max = given > 0 ? given : LFDW_UNPACKED_MAX;
	const char *function = response->table->function.label;
	bool		is_gzip = lfdw_body_is_gzip(bytes, *len);

	if (encoding == NULL || encoding[0] == '\0' ||
		pg_strcasecmp(encoding, "identity") == 0)
		return is_gzip && !lfdw_row_takes_bytes(response->row) ?
			lfdw_body_unpack(bytes, len, max, function) : bytes;
	if (pg_strcasecmp(encoding, "gzip") != 0 &&
		pg_strcasecmp(encoding, "x-gzip") != 0)
		report_body(response, psprintf("encoded as \"%s\"",
									   lfdw_error_excerpt(encoding, strlen(encoding))),
					"Let the function answer without compression, or with gzip.");
	if (!is_gzip)
		report_body(response, "no valid gzip",
					"Its header Content-Encoding says that it is.");
	return lfdw_body_unpack(bytes, len, max, function);
}

/*
 * The body's text or bytes, once the root object is whole; *len is 0 where it has
 * none.  NULL where it is not the base64 that it should be.  Raises 22P02 for gzip
 * that cannot be unpacked, and 54000 where that is past max_response_bytes.
 */
const char *
lfdw_gateway_read_body(const LfdwResponse *response, size_t *len)
{
	LfdwJsonValue body = {LFDW_JSON_NULL, false, "", 0};
	char	   *text;

	if (response->notes.gateway.body.found)
		body = lfdw_response_value_at(response, &response->notes.gateway.body);
	*len = body.type == LFDW_JSON_NULL ? 0 : body.len;
	if (body.type != LFDW_JSON_STRING)
		return body.text;
	text = MemoryContextAllocHuge(CurrentMemoryContext, body.len + 1);
	*len = lfdw_json_unescape(&body, text);
	if (*len == 0 || !is_base64(response))
		return text;
	text = lfdw_body_decode_base64(text, len);
	return text ? decode_content(response, text, len) : NULL;
}
