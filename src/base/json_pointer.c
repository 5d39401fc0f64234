/*-------------------------------------------------------------------------
 *
 * json_pointer.c
 *		JSON Pointers (RFC 6901): the way to a value in a document.
 *
 * Texts and tokens are in any encoding whose characters beyond ASCII have no
 * byte of ASCII, as all server encodings are.
 *
 * IDENTIFICATION
 *	  src/base/json_pointer.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/json_pointer.h"

/* Turns ~1 into "/" and ~0 into "~", in place. */
static void
unescape_token(char *token)
{
	char	   *out = token;

	for (char *in = token; *in; in++)
		*out++ = (*in == '~') ? (*++in == '1' ? '/' : '~') : *in;
	*out = '\0';
}

/*
 * Takes a pointer's text apart: "" or tokens after slashes, with ~1 for "/" and
 * ~0 for "~".
 *
 * The result is palloc'd.  Returns false where the text is no pointer, with a
 * static text in *why.
 */
bool
lfdw_pointer_parse(const char *text, LfdwPointer **pointer, const char **why)
{
	char	   *copy;
	int			slashes = 0;

	for (const char *p = text; *p; p++)
	{
		slashes += (*p == '/');
		if (*p == '~' && p[1] != '0' && p[1] != '1')
		{
			*why = "In a JSON Pointer \"~\" is written \"~0\", and \"/\" in a name \"~1\".";
			return false;
		}
	}
	if (text[0] != '\0' && text[0] != '/')
	{
		*why = "A JSON Pointer is empty or begins with \"/\".";
		return false;
	}
	*pointer = palloc0(sizeof(LfdwPointer));
	(*pointer)->tokens = palloc(sizeof(char *) * (slashes + 1));
	copy = pstrdup(text);
	while ((copy = strchr(copy, '/')) != NULL)
	{
		*copy++ = '\0';
		(*pointer)->tokens[(*pointer)->ntokens++] = copy;
	}
	for (int i = 0; i < (*pointer)->ntokens; i++)
		unescape_token((*pointer)->tokens[i]);
	return true;
}

/* The pointer to a member of the document itself; palloc'd. */
LfdwPointer *
lfdw_pointer_to(const char *token)
{
	LfdwPointer *pointer = palloc(sizeof(LfdwPointer));

	pointer->ntokens = 1;
	pointer->tokens = palloc(sizeof(char *));
	pointer->tokens[0] = pstrdup(token);
	return pointer;
}

/* Adds a token to a pointer's text. */
void
lfdw_pointer_append(StringInfo text, const char *token)
{
	appendStringInfoChar(text, '/');
	for (const char *p = token; *p; p++)
	{
		if (*p == '~' || *p == '/')
			appendStringInfoString(text, *p == '~' ? "~0" : "~1");
		else
			appendStringInfoChar(text, *p);
	}
}

/*
 * A path's tokens joined by dots, palloc'd: the column's name in payloads.  NULL for
 * the whole document.
 */
char *
lfdw_pointer_dotted(const LfdwPointer *pointer)
{
	StringInfoData name;

	if (pointer->ntokens == 0)
		return NULL;
	initStringInfo(&name);
	for (int i = 0; i < pointer->ntokens; i++)
		appendStringInfo(&name, "%s%s", i > 0 ? "." : "", pointer->tokens[i]);
	return name.data;
}

/* Does a pointer lead to the value of another one, or to one inside it? */
bool
lfdw_pointer_begins_with(const LfdwPointer *pointer,
						 const LfdwPointer *prefix)
{
	if (pointer->ntokens < prefix->ntokens)
		return false;
	for (int i = 0; i < prefix->ntokens; i++)
	{
		if (strcmp(pointer->tokens[i], prefix->tokens[i]) != 0)
			return false;
	}
	return true;
}

/* Do two pointers lead to the same value? */
bool
lfdw_pointer_equal(const LfdwPointer *a, const LfdwPointer *b)
{
	return a->ntokens == b->ntokens && lfdw_pointer_begins_with(a, b);
}

/*
 * Is a token an array's index: decimal digits, without leading zeros?  "-" is
 * the element behind the last one, which no document has.
 */
bool
lfdw_pointer_is_index(const char *token)
{
	if (token[0] == '\0' || token[strspn(token, "0123456789")] != '\0')
		return false;
	return token[0] != '0' || token[1] == '\0';
}

/* Is a token the index of this element, the first of which is 0? */
bool
lfdw_pointer_names_element(const char *token, int index)
{
	char		digits[16];

	snprintf(digits, sizeof(digits), "%d", index);
	return strcmp(token, digits) == 0;
}
