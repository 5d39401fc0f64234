/*-------------------------------------------------------------------------
 *
 * endpoint_list.c
 *		A list of the endpoints that may be called.
 *
 * The items are separated by commas: a host, in which an asterisk stands for any
 * characters, and perhaps a colon and a port, or an asterisk for any.  Without
 * a port it is the scheme's own, so that a host that is allowed is not allowed to
 * be asked at any port.  Hosts are compared as they are written: one that is
 * written in another way is another.
 *
 * IDENTIFICATION
 *	  src/base/endpoint_list.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/endpoint_list.h"
#include "base/pattern.h"

/* No host has more characters. */
#define HOST_MAX 255

#define BLANKS " \t\r\n"
#define HOST_CHARS "abcdefghijklmnopqrstuvwxyz0123456789-._*"
#define ADDRESS_CHARS "0123456789abcdef:.*"

/* An item of the list. */
typedef struct Item
{
	char		host[HOST_MAX + 1]; /* lower case */
	int			port;			/* 0: the scheme's own, -1: any */
} Item;

/* Takes the port, which ends the item, off a text; false for what is none. */
static bool
parse_port(const char *text, size_t len, int *port)
{
	*port = 0;
	if (len == 1 && text[0] == '*')
		*port = -1;
	else if (len >= 1 && len <= 5 && strspn(text, "0123456789") >= len)
		*port = (int) strtol(text, NULL, 10);
	return *port == -1 || (*port >= 1 && *port <= 65535);
}

/* Takes an item of so many bytes apart; false for what is none. */
static bool
parse_item(const char *text, size_t len, Item *item)
{
	size_t		host_len;

	item->port = 0;
	for (host_len = 0; host_len < len && host_len < HOST_MAX; host_len++)
		item->host[host_len] = pg_ascii_tolower((unsigned char) text[host_len]);
	item->host[host_len] = '\0';
	if (item->host[0] == '[')
	{
		host_len = 1 + strspn(item->host + 1, ADDRESS_CHARS);
		if (host_len < 2 || item->host[host_len++] != ']')
			return false;
	}
	else
		host_len = strspn(item->host, HOST_CHARS);
	item->host[host_len] = '\0';
	if (host_len == 0)
		return false;
	if (host_len == len)
		return true;
	return text[host_len] == ':' &&
		parse_port(text + host_len + 1, len - host_len - 1, &item->port);
}

/*
 * Takes the next item off a list, which must not be empty; *list becomes what is
 * behind its comma, NULL for nothing.  False for what is no item.
 */
static bool
next_item(const char **list, Item *item)
{
	const char *start = *list + strspn(*list, BLANKS);
	size_t		len = strcspn(start, ",");

	*list = start[len] == ',' ? start + len + 1 : NULL;
	while (len > 0 && strchr(BLANKS, start[len - 1]))
		len--;
	return parse_item(start, len, item);
}

/* Is this such a list, or empty?  If not, *why becomes a static text. */
bool
lfdw_endpoint_list_is_valid(const char *list, const char **why)
{
	Item		item;

	if (list[0] == '\0')
		return true;
	while (list)
	{
		if (!next_item(&list, &item))
		{
			*why = "It must be a list of hosts, separated by commas, each perhaps with a colon and a port: \"*.amazonaws.com, lambda.example.com:8443\".";
			return false;
		}
	}
	return true;
}

/* Is the port of a URL the item's?  An authority shows none but the scheme's own. */
static bool
has_port(const Item *item, const LfdwUrl *url)
{
	if (item->port == 0)
		return strcmp(url->authority, url->host) == 0;
	return item->port == -1 || item->port == url->port;
}

/*
 * Does a list have the endpoint of a URL?  An empty one has none; nor has an item
 * that is not valid.
 */
bool
lfdw_endpoint_list_has(const char *list, const LfdwUrl *url)
{
	Item		item;

	while (list && list[0] != '\0')
	{
		if (next_item(&list, &item) &&
			lfdw_pattern_matches(item.host, url->host, '\0') &&
			has_port(&item, url))
			return true;
	}
	return false;
}
