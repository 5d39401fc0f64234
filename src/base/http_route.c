/*-------------------------------------------------------------------------
 *
 * http_route.c
 *		Routes of HTTP APIs, and the URLs of requests to them.
 *
 * A route is API Gateway's route key, a method and a path with {parameters},
 * and may have a query: "GET /orders/{id}?limit=100".  Texts are UTF-8, since
 * what percent-encoding stands for is.
 *
 * IDENTIFICATION
 *	  src/base/http_route.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/http_route.h"
#include "base/uri.h"

/* Methods of requests; those from POST on have a body. */
static const char *const methods[] = {
	"GET", "HEAD", "DELETE", "POST", "PUT", "PATCH", "OPTIONS"
};

#define FIRST_WITH_BODY 3

#define BAD_ENCODING \
	"A percent sign is followed by two hexadecimal digits, and what is encoded is UTF-8."

/* Appends what is a segment of a path already, with what is not ASCII encoded. */
static void
append_segment(StringInfo out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
	{
		if ((unsigned char) text[i] < 0x80)
			appendStringInfoChar(out, text[i]);
		else
			lfdw_uri_encode(out, text + i, 1, false);
	}
}

/* Is a segment "." or "..", however it is encoded? */
static bool
is_dots(const char *decoded)
{
	return strcmp(decoded, ".") == 0 || strcmp(decoded, "..") == 0;
}

/* A text decoded, palloc'd; NULL where it cannot be. */
static char *
decode(const char *text, size_t len, bool plus_is_blank)
{
	StringInfoData out;

	initStringInfo(&out);
	return lfdw_uri_decode(&out, text, len, plus_is_blank) ? out.data : NULL;
}

/* The method; *rest is set to the path behind it. */
static bool
parse_method(const char *text, LfdwHttpRoute *route, const char **rest,
			 const char **why)
{
	size_t		len = strcspn(text, " ");

	*why = "A route begins with a method, one of GET, HEAD, DELETE, POST, PUT, PATCH and OPTIONS.";
	if (len == 3 && strncmp(text, "ANY", 3) == 0)
		*why = "A request has one method: GET, HEAD, DELETE, POST, PUT, PATCH or OPTIONS instead of ANY.";
	for (int i = 0; i < (int) lengthof(methods); i++)
	{
		if (strlen(methods[i]) != len || strncmp(text, methods[i], len) != 0)
			continue;
		route->method = pstrdup(methods[i]);
		route->has_body = i >= FIRST_WITH_BODY;
		*rest = text + len + strspn(text + len, " ");
		*why = "After the method and a blank a route has a path, which begins with \"/\".";
		return **rest == '/';
	}
	return false;
}

/* Is this a name that API Gateway lets a parameter of a path have? */
static bool
is_parameter_name(const char *name)
{
	for (const char *p = name; *p; p++)
	{
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
			!(*p >= '0' && *p <= '9') && strchr("._:-", *p) == NULL)
			return false;
	}
	return name[0] != '\0';
}

/* A segment "{name}" or "{name+}". */
static bool
parse_parameter(LfdwHttpRoute *route, const char *text, size_t len,
				const char **why)
{
	LfdwRouteSegment *segment = &route->segments[route->nsegments];

	*why = "A parameter is a whole segment of the path, as in /orders/{id}.";
	if (text[0] != '{' || text[len - 1] != '}')
		return false;
	segment->greedy = len > 2 && text[len - 2] == '+';
	segment->name = pnstrdup(text + 1, len - 2 - (segment->greedy ? 1 : 0));
	*why = "A parameter's name has letters, digits and characters of \"._:-\".";
	if (!is_parameter_name(segment->name))
		return false;
	*why = "Two parameters of the path have the same name.";
	for (int i = 0; i < route->nsegments; i++)
	{
		if (route->segments[i].name &&
			strcmp(route->segments[i].name, segment->name) == 0)
			return false;
	}
	*why = "A parameter with \"+\" is the path's last segment.";
	return !segment->greedy || text[len] == '\0';
}

/* One segment of the path; only the last one may be empty. */
static bool
parse_segment(LfdwHttpRoute *route, const char *text, size_t len,
			  const char **why)
{
	char	   *decoded;
	StringInfoData encoded;

	if (memchr(text, '{', len) || memchr(text, '}', len))
		return parse_parameter(route, text, len, why);
	*why = "Blanks and characters that no URL has are percent-encoded, as in %20.";
	for (size_t i = 0; i < len; i++)
	{
		if ((unsigned char) text[i] <= ' ' || text[i] == 0x7F ||
			strchr("#\"<>\\^`|", text[i]))
			return false;
	}
	*why = BAD_ENCODING;
	decoded = decode(text, len, false);
	if (decoded == NULL)
		return false;
	*why = "A path has no empty segments, and none that is \".\" or \"..\".";
	if (is_dots(decoded) || (len == 0 && text[0] != '\0'))
		return false;
	initStringInfo(&encoded);
	append_segment(&encoded, text, len);
	route->segments[route->nsegments].text = encoded.data;
	return true;
}

/* The path, which begins with a slash. */
static bool
parse_path(LfdwHttpRoute *route, const char **why)
{
	const char *text = route->path;
	int			slashes = 0;

	for (const char *p = text; *p; p++)
		slashes += (*p == '/');
	route->segments = palloc0(sizeof(LfdwRouteSegment) * slashes);
	if (strcmp(text, "/") == 0)
		return true;
	while (*text == '/')
	{
		size_t		len = strcspn(++text, "/");

		if (!parse_segment(route, text, len, why))
			return false;
		route->nsegments++;
		text += len;
	}
	return true;
}

/* Takes a query string apart, which is given without its question mark. */
static bool
parse_query(const char *text, LfdwHttpQuery *query, const char **why)
{
	int			max = 1;

	for (const char *p = text; *p; p++)
		max += (*p == '&');
	query->parameters = palloc0(sizeof(LfdwHttpParameter) * max);
	*why = BAD_ENCODING;
	for (size_t len; *text; text += len + (text[len] ? 1 : 0))
	{
		size_t		name_len = strcspn(text, "=&");
		LfdwHttpParameter *parameter = &query->parameters[query->nparameters];

		len = strcspn(text, "&");
		if (len == 0)
			continue;
		query->nparameters++;
		parameter->name = decode(text, name_len, true);
		parameter->value = name_len == len ? pstrdup("") :
			decode(text + name_len + 1, len - name_len - 1, true);
		if (parameter->name == NULL || parameter->value == NULL)
			return false;
	}
	return true;
}

/* The query of a route, which has no character that no URL has. */
static bool
parse_fixed_query(const char *text, LfdwHttpQuery *query, const char **why)
{
	for (const char *p = text; *p; p++)
	{
		if ((unsigned char) *p <= ' ' || *p == 0x7F || *p == '#')
		{
			*why = "Blanks and characters that no URL has are percent-encoded, as in %20.";
			return false;
		}
	}
	return parse_query(text, query, why);
}

/*
 * Takes a route apart: "METHOD /path/{name}/{rest+}?query".
 *
 * The text is UTF-8; the result is palloc'd.  Names of parameters are as API
 * Gateway lets a resource have them.  Returns false with a static text in *why
 * where the text is no route.
 */
bool
lfdw_http_route_parse(const char *text, LfdwHttpRoute **route, const char **why)
{
	const char *path;
	size_t		len;

	*route = palloc0(sizeof(LfdwHttpRoute));
	if (!parse_method(text, *route, &path, why))
		return false;
	len = strcspn(path, "?");
	(*route)->path = pnstrdup(path, len);
	return parse_path(*route, why) &&
		(path[len] == '\0' ||
		 parse_fixed_query(path + len + 1, &(*route)->query, why));
}

/*
 * Does a path fit a route?  If so, values has for each segment that is a
 * parameter what it stands for, decoded and palloc'd, and NULL for the others.
 */
bool
lfdw_http_route_match(const LfdwHttpRoute *route, const char *path,
					  char **values)
{
	for (int i = 0; i < route->nsegments; i++)
	{
		const LfdwRouteSegment *segment = &route->segments[i];
		size_t		len;
		char	   *decoded;

		values[i] = NULL;
		if (*path++ != '/')
			return false;
		len = segment->greedy ? strlen(path) : strcspn(path, "/");
		decoded = decode(path, len, false);
		path += len;
		if (decoded == NULL || (segment->name && len == 0))
			return false;
		if (segment->name)
			values[i] = decoded;
		else if (strcmp(decoded, decode(segment->text, strlen(segment->text),
										false)) != 0)
			return false;
	}
	return *path == '\0' || (route->nsegments == 0 && strcmp(path, "/") == 0);
}

/*
 * Appends a path with its segments encoded alike, "." and ".." resolved (RFC
 * 3986, 5.2.4).  False where it cannot be decoded.
 */
static bool
append_path(StringInfo out, const char *path)
{
	while (*path == '/')
	{
		size_t		len = strcspn(++path, "/");
		char	   *decoded = decode(path, len, false);
		bool		last = path[len] == '\0';

		if (decoded == NULL)
			return false;
		path += len;
		if (strcmp(decoded, "..") == 0)
		{
			while (out->len > 0 && out->data[--out->len] != '/')
				;
			out->data[out->len] = '\0';
		}
		if (!is_dots(decoded))
		{
			appendStringInfoChar(out, '/');
			lfdw_uri_encode(out, decoded, strlen(decoded), false);
		}
		else if (last)
			appendStringInfoChar(out, '/');
	}
	return true;
}

/* Skips scheme and host; *path is NULL where there are none. */
static bool
skip_host(const char **url, bool *absolute)
{
	size_t		scheme = strspn(*url, "abcdefghijklmnopqrstuvwxyz"
								"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

	if ((*url)[scheme] == ':' && scheme > 0)
	{
		if (pg_strncasecmp(*url, "http://", 7) != 0 &&
			pg_strncasecmp(*url, "https://", 8) != 0)
			return false;
		*url += scheme + 1;
	}
	*absolute = strncmp(*url, "//", 2) == 0;
	if (*absolute)
		*url += 2 + strcspn(*url + 2, "/?");
	return true;
}

/*
 * What a URL asks of the host that gave it: path and query; host and scheme are
 * ignored.
 *
 * The URL may be relative (RFC 3986, 5.2): a path, or a query alone.  base is
 * the path of the request that it is relative to, percent-encoded.  Both are
 * UTF-8, the result is palloc'd.  Returns false with a static text in *why
 * where the text is no such URL.
 */
bool
lfdw_http_target_parse(const char *url, const char *base,
					   LfdwHttpTarget *target, const char **why)
{
	const char *text = pnstrdup(url, strcspn(url, "#"));
	const char *query;
	StringInfoData whole;
	StringInfoData path;
	bool		absolute;

	memset(target, 0, sizeof(*target));
	*why = "It is no URL of http or https, no path and no query.";
	if (strpbrk(text, "/?") == NULL || !skip_host(&text, &absolute))
		return false;
	query = text + strcspn(text, "?");
	initStringInfo(&whole);
	if (absolute && *text != '/')
		appendStringInfoChar(&whole, '/');
	else if (query == text)
		appendStringInfoString(&whole, base);
	else if (*text != '/')
		appendBinaryStringInfo(&whole, base, strrchr(base, '/') + 1 - base);
	appendBinaryStringInfo(&whole, text, query - text);
	*why = BAD_ENCODING;
	initStringInfo(&path);
	if (!append_path(&path, whole.data))
		return false;
	target->path = path.data;
	return *query == '\0' || parse_query(query + 1, &target->query, why);
}
