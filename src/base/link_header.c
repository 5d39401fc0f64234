/*-------------------------------------------------------------------------
 *
 * link_header.c
 *		The Link header of HTTP (RFC 8288).
 *
 *		<https://h/orders?page=2>; rel="next", <https://h/orders?page=9>; rel=last
 *
 * A value has links with commas between them, each a URL in angle brackets and
 * parameters.  Of several parameters rel the first counts (section 3.3); its
 * value is one or more types, separated by blanks and compared without case.
 *
 * IDENTIFICATION
 *	  src/base/link_header.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/link_header.h"

/* What is left of a value. */
typedef struct LinkText
{
	const char *p;
	const char *end;
} LinkText;

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Passes over blanks; returns the byte after them, 0 at the end. */
static char
next_byte(LinkText *text)
{
	while (text->p < text->end && is_blank(*text->p))
		text->p++;
	return text->p < text->end ? *text->p : '\0';
}

/* Passes over a token or, in quotes, a string; *start and *len are the text. */
static void
read_value(LinkText *text, const char **start, size_t *len)
{
	bool		quoted = next_byte(text) == '"';

	if (quoted)
		text->p++;
	*start = text->p;
	while (text->p < text->end &&
		   (quoted ? *text->p != '"' :
			!is_blank(*text->p) && *text->p != ';' && *text->p != ',' && *text->p != '='))
	{
		if (quoted && *text->p == '\\' && text->p + 1 < text->end)
			text->p++;
		text->p++;
	}
	*len = text->p - *start;
	if (quoted && text->p < text->end)
		text->p++;
}

/* Is a type among those of a rel? */
static bool
has_type(const char *types, size_t len, const char *type)
{
	size_t		type_len = strlen(type);
	const char *end = types + len;

	while (types < end)
	{
		const char *stop = types;

		while (stop < end && !is_blank(*stop))
			stop++;
		if ((size_t) (stop - types) == type_len &&
			pg_strncasecmp(types, type, type_len) == 0)
			return true;
		types = stop < end ? stop + 1 : end;
	}
	return false;
}

/* Passes over the parameters of a link; has it the type? */
static bool
read_parameters(LinkText *text, const char *type)
{
	bool		has_rel = false;
	bool		found = false;

	while (next_byte(text) == ';')
	{
		const char *name;
		const char *value;
		size_t		name_len;
		size_t		value_len = 0;

		text->p++;
		next_byte(text);
		read_value(text, &name, &name_len);
		if (next_byte(text) == '=')
		{
			text->p++;
			read_value(text, &value, &value_len);
		}
		if (has_rel || name_len != 3 || pg_strncasecmp(name, "rel", 3) != 0)
			continue;
		has_rel = true;
		found = value_len > 0 && has_type(value, value_len, type);
	}
	return found;
}

/*
 * Finds the first link of a type, as "next", in the value of a Link header, which
 * is len bytes.  Its URL, as it stands there, goes to *url and *url_len.  False
 * where there is none, also where the value is no list of links.
 */
bool
lfdw_link_find(const char *value, size_t len, const char *rel,
			   const char **url, size_t *url_len)
{
	LinkText	text = {value, value + len};

	for (;;)
	{
		const char *stop;

		while (next_byte(&text) == ',')
			text.p++;
		if (next_byte(&text) != '<')
			return false;
		*url = text.p + 1;
		stop = memchr(*url, '>', text.end - *url);
		if (stop == NULL)
			return false;
		*url_len = stop - *url;
		text.p = stop + 1;
		if (read_parameters(&text, rel))
			return true;
		if (next_byte(&text) != ',')
			return false;
	}
}
