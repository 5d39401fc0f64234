/*-------------------------------------------------------------------------
 *
 * xml_text.c
 *		The text of an element in a small XML document.
 *
 * STS answers in XML, whatever is asked for.  This reads the elements, text,
 * CDATA sections, comments and processing instructions of XML 1.0, and
 * refuses document types, which no service sends and which could define
 * entities.
 *
 * IDENTIFICATION
 *	  src/base/xml_text.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/xml_text.h"

typedef struct XmlName
{
	const char *start;
	size_t		len;
} XmlName;

typedef struct XmlReader
{
	const char *at;
	const char *end;
	XmlName		open[LFDW_XML_MAX_DEPTH];	/* with their prefixes */
	int			depth;			/* how many are open */
	bool		any;			/* the root element has begun */
	const char *wanted;
	int			found;			/* depth of the wanted element; 0: not yet */
	bool		done;			/* it has ended */
	StringInfoData text;
} XmlReader;

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether the text goes on with these characters; moves behind them. */
static bool
take(XmlReader *reader, const char *characters)
{
	size_t		len = strlen(characters);

	if ((size_t) (reader->end - reader->at) < len ||
		memcmp(reader->at, characters, len) != 0)
		return false;
	reader->at += len;
	return true;
}

/* Moves behind the next occurrence of the characters, and says where it is. */
static const char *
skip_to(XmlReader *reader, const char *characters)
{
	size_t		len = strlen(characters);

	for (const char *at = reader->at; (size_t) (reader->end - at) >= len; at++)
		if (memcmp(at, characters, len) == 0)
		{
			reader->at = at + len;
			return at;
		}
	return NULL;
}

/* Appends a character as UTF-8; false if XML has no such character. */
static bool
append_character(StringInfo text, uint32 c)
{
	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		return false;
	if ((c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF ||
		c > 0x10FFFF)
		return false;
	if (c < 0x80)
		appendStringInfoChar(text, c);
	else if (c < 0x800)
		appendStringInfoChar(text, 0xC0 | (c >> 6));
	else if (c < 0x10000)
	{
		appendStringInfoChar(text, 0xE0 | (c >> 12));
		appendStringInfoChar(text, 0x80 | ((c >> 6) & 0x3F));
	}
	else
	{
		appendStringInfoChar(text, 0xF0 | (c >> 18));
		appendStringInfoChar(text, 0x80 | ((c >> 12) & 0x3F));
		appendStringInfoChar(text, 0x80 | ((c >> 6) & 0x3F));
	}
	if (c >= 0x80)
		appendStringInfoChar(text, 0x80 | (c & 0x3F));
	return true;
}

/* The number of a character between "&#" and ";". */
static bool
character_number(const char *at, const char *end, uint32 *number)
{
	uint32		base = 10;

	if (at < end && *at == 'x')
	{
		base = 16;
		at++;
	}
	*number = 0;
	if (at == end)
		return false;
	for (; at < end; at++)
	{
		uint32		digit;

		if (*at >= '0' && *at <= '9')
			digit = *at - '0';
		else if (base == 16 && *at >= 'a' && *at <= 'f')
			digit = *at - 'a' + 10;
		else if (base == 16 && *at >= 'A' && *at <= 'F')
			digit = *at - 'A' + 10;
		else
			return false;
		*number = *number * base + digit;
		if (*number > 0x10FFFF)
			return false;
	}
	return true;
}

/* Reads a reference, behind its "&". */
static bool
read_reference(XmlReader *reader)
{
	static const struct
	{
		const char *reference;
		char		character;
	}			named[] =
	{
		{"lt;", '<'},
		{"gt;", '>'},
		{"amp;", '&'},
		{"quot;", '"'},
		{"apos;", '\''}
	};
	const char *start;
	const char *stop;
	uint32		number;

	for (int i = 0; i < (int) lengthof(named); i++)
		if (take(reader, named[i].reference))
		{
			appendStringInfoChar(&reader->text, named[i].character);
			return true;
		}
	if (!take(reader, "#"))
		return false;
	start = reader->at;
	stop = skip_to(reader, ";");
	return stop && character_number(start, stop, &number) &&
		append_character(&reader->text, number);
}

/*
 * Reads text up to the next markup.  It is kept within the wanted element
 * only, and there must be none but blanks around the root.
 */
static bool
read_text(XmlReader *reader)
{
	while (reader->at < reader->end && *reader->at != '<')
	{
		char		c = *reader->at++;

		if (c == '\0' || (reader->depth == 0 && !is_blank(c)))
			return false;
		if (c == '&')
		{
			if (!read_reference(reader))
				return false;
		}
		else
			appendStringInfoCharMacro(&reader->text, c);
	}
	if (reader->found == 0)
		resetStringInfo(&reader->text);
	return true;
}

static bool
read_name(XmlReader *reader, XmlName *name)
{
	name->start = reader->at;
	while (reader->at < reader->end && !is_blank(*reader->at) &&
		   strchr("<>/=\"'&", *reader->at) == NULL)
		reader->at++;
	name->len = reader->at - name->start;
	return name->len > 0;
}

static void
skip_blanks(XmlReader *reader)
{
	while (reader->at < reader->end && is_blank(*reader->at))
		reader->at++;
}

/* Whether it is the wanted name, behind its prefix if it has one. */
static bool
is_wanted(const XmlReader *reader, XmlName name)
{
	const char *colon = memchr(name.start, ':', name.len);

	if (colon)
	{
		name.len -= colon + 1 - name.start;
		name.start = colon + 1;
	}
	return name.len == strlen(reader->wanted) &&
		memcmp(name.start, reader->wanted, name.len) == 0;
}

/* Notes that the innermost element has ended. */
static void
end_element(XmlReader *reader)
{
	reader->done = reader->depth == reader->found;
	reader->depth--;
}

/* Reads a tag that begins an element, behind its "<". */
static bool
read_start_tag(XmlReader *reader)
{
	XmlName		name;
	bool		is_empty;

	if ((reader->depth == 0 && reader->any) ||
		reader->depth == LFDW_XML_MAX_DEPTH || !read_name(reader, &name))
		return false;
	for (;;)
	{
		XmlName		attribute;
		const char *quote;

		skip_blanks(reader);
		is_empty = take(reader, "/>");
		if (is_empty || take(reader, ">"))
			break;
		if (!read_name(reader, &attribute))
			return false;
		skip_blanks(reader);
		if (!take(reader, "="))
			return false;
		skip_blanks(reader);
		quote = take(reader, "\"") ? "\"" : "'";
		if ((*quote == '\'' && !take(reader, "'")) || !skip_to(reader, quote))
			return false;
	}
	reader->any = true;
	reader->open[reader->depth++] = name;
	if (reader->found == 0 && is_wanted(reader, name))
		reader->found = reader->depth;
	if (is_empty)
		end_element(reader);
	return true;
}

/* Reads a tag that ends an element, behind its "</". */
static bool
read_end_tag(XmlReader *reader)
{
	const XmlName *open;
	XmlName		name;

	if (reader->depth == 0 || !read_name(reader, &name))
		return false;
	open = &reader->open[reader->depth - 1];
	skip_blanks(reader);
	if (name.len != open->len || memcmp(name.start, open->start, name.len) != 0 ||
		!take(reader, ">"))
		return false;
	end_element(reader);
	return true;
}

/* Reads what begins with "<"; false if it is malformed. */
static bool
read_markup(XmlReader *reader)
{
	if (take(reader, "<!--"))
		return skip_to(reader, "-->") != NULL;
	if (take(reader, "<?"))
		return skip_to(reader, "?>") != NULL;
	if (take(reader, "<![CDATA["))
	{
		const char *start = reader->at;
		const char *stop = skip_to(reader, "]]>");

		if (reader->depth == 0 || stop == NULL ||
			memchr(start, '\0', stop - start) != NULL)
			return false;
		if (reader->found > 0)
			appendBinaryStringInfo(&reader->text, start, stop - start);
		return true;
	}
	if (take(reader, "</"))
		return read_end_tag(reader);
	return take(reader, "<") && read_start_tag(reader);
}

/*
 * Finds the first element of that name, whatever its prefix, its attributes
 * and the elements around it.  *text is its text and that of the elements
 * within it, references and CDATA sections replaced by what they stand for:
 * palloc'd, without NULs, in the document's encoding, which STS has be UTF-8
 * and which is not checked here.
 *
 * False, and *text NULL, where there is none or the document is malformed
 * before the element's end.  What follows that is not read.
 */
bool
lfdw_xml_find(const char *xml, size_t len, const char *element, char **text)
{
	XmlReader	reader = {.at = xml,.wanted = element};

	*text = NULL;
	if (len == 0 || len > LFDW_XML_MAX_BYTES)
		return false;
	reader.end = xml + len;
	(void) take(&reader, "\xEF\xBB\xBF");
	initStringInfo(&reader.text);
	while (reader.at < reader.end && !reader.done)
		if (!(*reader.at == '<' ? read_markup(&reader) : read_text(&reader)))
			break;
	if (!reader.done)
	{
		pfree(reader.text.data);
		return false;
	}
	*text = reader.text.data;
	return true;
}
