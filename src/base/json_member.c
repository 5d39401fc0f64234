/*-------------------------------------------------------------------------
 *
 * json_member.c
 *		What the name or the value of a member of an answer suggests.
 *
 * Nothing here decides what a row is: it serves the warnings about answers
 * that were read as the options say, and probably were not meant so.
 *
 * IDENTIFICATION
 *	  src/base/json_member.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/json_member.h"

/* Letters and digits of the names by which APIs tell of a further page. */
static const char *const page_names[] = {
	"continuationtoken", "endcursor", "hasmore",
	"hasmoreitems", "hasmorepages", "hasmoreresults", "hasnext",
	"hasnextpage", "istruncated", "lastevaluatedkey", "moredataavailable",
	"morepages", "moreresults", "moreresultsavailable", "nextbatch",
	"nextcontinuationtoken", "nextcursor", "nextkey", "nextlink",
	"nextmarker", "nextoffset", "nextpage", "nextpagecursor", "nextpagelink",
	"nextpagenumber", "nextpagetoken", "nextpageuri", "nextpageurl",
	"nextrecordsurl", "nextstart", "nexttoken", "nexturi", "nexturl",
	"odatanextlink", "pagetoken", "paginationtoken", "resumptiontoken",
	"unprocessedids", "unprocesseditems", "unprocessedkeys"
};

/* Words that mean a further page beside rows, and anything elsewhere. */
static const char *const page_words[] = {
	"continuation", "cursor", "more", "next", "truncated"
};

static inline bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || (unsigned char) c >= 0x80;
}

static inline char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Have two names the same letters and digits, whatever their case? */
static bool
same_letters(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const char *a_end = a + a_len;
	const char *b_end = b + b_len;

	for (;;)
	{
		while (a < a_end && !is_letter(*a))
			a++;
		while (b < b_end && !is_letter(*b))
			b++;
		if (a == a_end || b == b_end)
			return a == a_end && b == b_end;
		if (lower(*a++) != lower(*b++))
			return false;
	}
}

/* A key's text: where it stands, or decoded to buf; NULL where it is long. */
static const char *
key_text(const LfdwJsonValue *key, char *buf, size_t *len)
{
	*len = key->len;
	if (key->len >= LFDW_LETTERS_MAX)
		return NULL;
	if (!key->escaped)
		return key->text;
	*len = lfdw_json_unescape(key, buf);
	return buf;
}

/*
 * Is a key the same name in another spelling, as orderId is for order_id?
 * The name, len bytes of UTF-8, is not the key itself.
 */
bool
lfdw_json_is_alike(const LfdwJsonValue *key, const char *name, size_t len)
{
	char		buf[LFDW_LETTERS_MAX];
	size_t		key_len;
	const char *text = key_text(key, buf, &key_len);

	return text != NULL && key_len > 0 && is_letter(text[0]) &&
		same_letters(text, key_len, name, len);
}

/*
 * Writes the letters and digits of a key, in lower case, to buf, which has room for
 * LFDW_LETTERS_MAX bytes; returns how many.  Keys of the same letters are alike.
 * None where it begins with another character, or is longer.
 */
size_t
lfdw_json_letters(const LfdwJsonValue *key, char *buf)
{
	char		decoded[LFDW_LETTERS_MAX];
	size_t		len;
	const char *text = key_text(key, decoded, &len);
	size_t		n = 0;

	if (text == NULL || len == 0 || !is_letter(text[0]))
		return 0;
	for (size_t i = 0; i < len; i++)
	{
		if (is_letter(text[i]))
			buf[n++] = lower(text[i]);
	}
	return n;
}

/* Does a key's name speak of a further page? */
LfdwPageName
lfdw_json_page_name(const LfdwJsonValue *key)
{
	char		buf[LFDW_LETTERS_MAX];
	size_t		len;
	const char *text = key_text(key, buf, &len);

	if (text == NULL)
		return LFDW_PAGE_NO;
	for (int i = 0; i < (int) lengthof(page_names); i++)
	{
		if (same_letters(text, len, page_names[i], strlen(page_names[i])))
			return LFDW_PAGE_SURELY;
	}
	for (int i = 0; i < (int) lengthof(page_words); i++)
	{
		if (same_letters(text, len, page_words[i], strlen(page_words[i])))
			return LFDW_PAGE_BESIDE_ROWS;
	}
	return LFDW_PAGE_NO;
}

/*
 * Is a value, as a cursor, the end of the pages: null, false, "", {} or []?
 */
bool
lfdw_json_ends_pages(const LfdwJsonValue *value)
{
	LfdwJsonReader reader;
	LfdwJsonValue key;

	switch (value->type)
	{
		case LFDW_JSON_NULL:
		case LFDW_JSON_FALSE:
			return true;
		case LFDW_JSON_STRING:
			return value->len == 0;
		case LFDW_JSON_ARRAY:
		case LFDW_JSON_OBJECT:
			lfdw_json_init(&reader, value->text, value->len, true);
			lfdw_json_enter(&reader);
			return (value->type == LFDW_JSON_ARRAY ?
					lfdw_json_element(&reader) :
					lfdw_json_member(&reader, &key)) == LFDW_JSON_END;
		default:
			return false;
	}
}
