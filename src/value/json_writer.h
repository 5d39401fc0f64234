/*-------------------------------------------------------------------------
 *
 * json_writer.h
 *		JSON is written: strings, keys, commas.
 *
 * Everything is in the database encoding, as the rest of a query is.
 *
 * IDENTIFICATION
 *	  src/value/json_writer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_WRITER_H
#define LFDW_JSON_WRITER_H

#include "postgres.h"

#include "lib/stringinfo.h"

extern void lfdw_json_append_text(StringInfo out, const char *text, size_t len);
extern void lfdw_json_append_string(StringInfo out, const char *text);
extern char *lfdw_json_quote(const char *text);
extern void lfdw_json_append_key(StringInfo out, const char *key);
extern void lfdw_json_append_member(StringInfo out, const char *key,
									const char *json);
extern void lfdw_json_append_string_member(StringInfo out, const char *key,
										   const char *text);
extern void lfdw_json_append_members(StringInfo out, const char *object);

/*
 * Starts an element or a member: with a comma, unless it is the first.  No
 * value ends in an opening bracket, so the last byte tells.
 */
static inline void
lfdw_json_append_comma(StringInfo out)
{
	char		last = out->len > 0 ? out->data[out->len - 1] : '[';

	if (last != '[' && last != '{')
		appendStringInfoCharMacro(out, ',');
}

static inline void
lfdw_json_append_bool(StringInfo out, bool value)
{
	appendStringInfoString(out, value ? "true" : "false");
}

#endif							/* LFDW_JSON_WRITER_H */
