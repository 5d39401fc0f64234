/*-------------------------------------------------------------------------
 *
 * uri.c
 *		URLs and percent-encoding (RFC 3986).
 *
 * IDENTIFICATION
 *	  src/base/uri.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "mb/pg_wchar.h"

#include "base/hex.h"
#include "base/uri.h"

#define HTTPS_PORT 443
#define HTTP_PORT 80

/* The characters that never need encoding (RFC 3986, 2.3). */
static bool
is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

/*
 * Appends a text percent-encoded, with upper-case digits, as AWS wants it.
 * With keep_slash, slashes are left as they are.
 */
void
lfdw_uri_encode(StringInfo out, const char *text, size_t len, bool keep_slash)
{
	for (size_t i = 0; i < len; i++)
	{
		if (is_unreserved(text[i]) || (keep_slash && text[i] == '/'))
			appendStringInfoChar(out, text[i]);
		else
			appendStringInfo(out, "%%%02X", (unsigned char) text[i]);
	}
}

/*
 * How many bytes a character of UTF-8 has that begins so.  The server's own function
 * has another name in programs that are no servers, as unit tests are.
 */
static size_t
utf8_width(unsigned char c)
{
	if (c < 0xC0)
		return 1;
	return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Is this UTF-8 without NUL? */
static bool
is_utf8(const char *text, size_t len)
{
	for (size_t i = 0; i < len;)
	{
		const unsigned char *p = (const unsigned char *) text + i;
		size_t		width = utf8_width(*p);

		if (*p == '\0' || width > len - i || !pg_utf8_islegal(p, (int) width))
			return false;
		i += width;
	}
	return true;
}

/*
 * Appends a text without its percent-encoding, and with plus_is_blank, as in a
 * query string, blanks for plus signs.
 *
 * Returns false, with anything appended, where a percent sign is not followed by
 * two hexadecimal digits, or the result is not UTF-8 or has a NUL.
 */
bool
lfdw_uri_decode(StringInfo out, const char *text, size_t len, bool plus_is_blank)
{
	int			start = out->len;

	for (size_t i = 0; i < len; i++)
	{
		char		c = text[i];

		if (c == '%')
		{
			int			high = len - i > 2 ? lfdw_hex_value(text[i + 1]) : -1;
			int			low = len - i > 2 ? lfdw_hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char) (high << 4 | low);
			i += 2;
		}
		else if (c == '+' && plus_is_blank)
			c = ' ';
		appendStringInfoChar(out, c);
	}
	return is_utf8(out->data + start, out->len - start);
}

static bool
is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_';
}

/* The length of the host at the start of a text; 0 for none. */
static size_t
host_length(const char *text)
{
	size_t		len;

	if (text[0] == '[')
	{
		len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		return text[len] == ']' && len > 2 ? len + 1 : 0;
	}
	for (len = 0; is_host_char(pg_ascii_tolower((unsigned char) text[len])); len++)
		;
	return len;
}

/* The port after a host; *rest is set behind it. */
static bool
parse_port(const char *text, int *port, const char **rest)
{
	size_t		digits;

	*rest = text;
	if (*text != ':')
		return true;
	digits = strspn(text + 1, "0123456789");
	if (digits == 0 || digits > 5)
		return false;
	*port = (int) strtol(text + 1, NULL, 10);
	*rest = text + 1 + digits;
	return *port >= 1 && *port <= 65535;
}

/* Is this a path of characters that a URL may show as they are? */
static bool
is_path(const char *text)
{
	if (*text != '\0' && *text != '/')
		return false;
	for (; *text; text++)
	{
		if (*text <= ' ' || *text >= 0x7F || strchr("?#\"<>\\^`{|}", *text))
			return false;
	}
	return true;
}

/*
 * Takes an endpoint's URL apart.
 *
 * http and https only, without user, query or fragment: none of them has a
 * meaning for an endpoint.  The strings of *url are palloc'd.  Returns false
 * with a static text in *why for anything else.
 */
bool
lfdw_url_parse(const char *text, LfdwUrl *url, const char **why)
{
	const char *rest;
	size_t		len;

	url->https = pg_strncasecmp(text, "https://", 8) == 0;
	if (!url->https && pg_strncasecmp(text, "http://", 7) != 0)
	{
		*why = "A URL begins with \"https://\" or \"http://\".";
		return false;
	}
	text += url->https ? 8 : 7;
	if (strchr(text, '@'))
	{
		*why = "The URL must not contain a user name or password.";
		return false;
	}
	len = host_length(text);
	if (len == 0)
	{
		*why = "The URL has no valid host.";
		return false;
	}
	url->host = pnstrdup(text, len);
	for (char *p = url->host; *p; p++)
		*p = pg_ascii_tolower((unsigned char) *p);
	url->port = url->https ? HTTPS_PORT : HTTP_PORT;
	if (!parse_port(text + len, &url->port, &rest))
	{
		*why = "The URL's port must be a number from 1 to 65535.";
		return false;
	}
	if (!is_path(rest))
	{
		*why = "After host and port a URL may have a path only, without query or fragment.";
		return false;
	}
	url->authority = url->port == (url->https ? HTTPS_PORT : HTTP_PORT) ?
		pstrdup(url->host) : psprintf("%s:%d", url->host, url->port);
	len = strlen(rest);
	while (len > 0 && rest[len - 1] == '/')
		len--;
	url->path = pnstrdup(rest, len);
	return true;
}

/*
 * Does the host say by itself that it is this machine?  A name other than
 * "localhost" may still lead there; only the address connected to tells.
 */
bool
lfdw_url_host_is_loopback(const LfdwUrl *url)
{
	unsigned int a,
				b,
				c,
				d;
	char		end;

	if (strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0)
		return true;
	return strspn(url->host, "0123456789.") == strlen(url->host) &&
		sscanf(url->host, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) == 4 &&
		a == 127 && b < 256 && c < 256 && d < 256;
}
