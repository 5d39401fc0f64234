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

#include "base/gzip.h"
#include "pg/compat.h"
#include "pg/message.h"
#include "pg/owner.h"
#include "response/response_internal.h"

/* What is unpacked has so much room at first, at least. */
#define UNPACKED_MIN (64 * 1024)

/* A string or scalar of few bytes, decoded to buf; "" where there are more. */
void
lfdw_gateway_short_text(const LfdwJsonValue *value, char buf[LFDW_SHORT_TEXT])
{
	buf[0] = '\0';
	if (value->len < LFDW_SHORT_TEXT)
		lfdw_json_unescape(value, buf);
}

/*
 * Reads base64 with or without its padding: bytes, palloc'd; NULL where it is
 * none.
 */
static char *
decode_base64(const char *text, size_t *len)
{
	char	   *padded = MemoryContextAllocHuge(CurrentMemoryContext, *len + 3);
	char	   *bytes;
	size_t		n = 0;
	int			decoded;

	for (size_t i = 0; i < *len; i++)
	{
		if (strchr(" \t\r\n", text[i]) == NULL)
			padded[n++] = text[i];
	}
	while (n % 4 != 0 && n % 4 != 1)
		padded[n++] = '=';
	bytes = MemoryContextAllocHuge(CurrentMemoryContext, n + 1);
	decoded = lfdw_b64_decode(padded, (int) n, bytes);
	if (decoded < 0)
		return NULL;
	*len = decoded;
	return bytes;
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

static void
release_gzip(void *gzip)
{
	lfdw_gzip_free(gzip);
}

/* A reader of gzip that ends with the current context. */
static LfdwGzip *
make_gzip(void)
{
	LfdwGzip   *gzip = palloc0(sizeof(LfdwGzip));

	lfdw_owner_register(CurrentMemoryContext, release_gzip, gzip);
	if (!lfdw_gzip_init(gzip))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return gzip;
}

/* Unpacks a body, which may not come to more than an answer may have. */
static char *
unpack(const LfdwResponse *response, const char *packed, size_t *len)
{
	size_t		max = response->table->function.route.limits.max_response_bytes;
	size_t		room = Min(max + 1, Max(*len * 4, UNPACKED_MIN));
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext, room);
	LfdwGzip   *gzip = make_gzip();
	size_t		taken = 0;
	size_t		made = 0;
	size_t		used;

	do
	{
		CHECK_FOR_INTERRUPTS();
		if (made == room)
		{
			room = Min(max + 1, room * 2);
			text = repalloc_huge(text, room);
		}
		made += lfdw_gzip_read(gzip, packed + taken, *len - taken, &used,
							   text + made, room - made);
		taken += used;
	} while (made <= max && gzip->error == NULL && (taken < *len || gzip->more));
	if (made > max)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the body that Lambda function \"%s\" answered with is too large when it is unpacked",
						response->table->function.label),
				 errhint("The option max_response_bytes allows %zu bytes.", max)));
	if (!lfdw_gzip_end(gzip))
		report_body(response, "no valid gzip",
					psprintf("It cannot be unpacked: %s.", gzip->error));
	lfdw_gzip_free(gzip);
	*len = made;
	return text;
}

/*
 * Undoes the coding of a body that came in base64: gzip by the header
 * Content-Encoding, or by its first bytes where they cannot be meant themselves.
 */
static char *
decode_content(const LfdwResponse *response, char *bytes, size_t *len)
{
	char	   *encoding = gateway_header(response, "content-encoding");
	bool		is_gzip = *len >= LFDW_GZIP_MAGIC_LEN &&
	memcmp(bytes, LFDW_GZIP_MAGIC, LFDW_GZIP_MAGIC_LEN) == 0;

	if (encoding == NULL || encoding[0] == '\0' ||
		pg_strcasecmp(encoding, "identity") == 0)
		return is_gzip && !lfdw_row_takes_bytes(response->row) ?
			unpack(response, bytes, len) : bytes;
	if (pg_strcasecmp(encoding, "gzip") != 0 &&
		pg_strcasecmp(encoding, "x-gzip") != 0)
		report_body(response, psprintf("encoded as \"%s\"",
									   lfdw_error_excerpt(encoding, strlen(encoding))),
					"Let the function answer without compression, or with gzip.");
	if (!is_gzip)
		report_body(response, "no valid gzip",
					"Its header Content-Encoding says that it is.");
	return unpack(response, bytes, len);
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
	text = decode_base64(text, len);
	return text ? decode_content(response, text, len) : NULL;
}
