/*-------------------------------------------------------------------------
 *
 * http_head.c
 *		The header block of an HTTP answer.
 *
 * IDENTIFICATION
 *	  src/base/http_head.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/http_head.h"

/*
 * The status in the first line of a header block, "HTTP/1.1 200 OK"; 0 where
 * there is none.
 */
int
lfdw_http_head_status(const LfdwBuffer *head)
{
	const char *bytes = head->len > 0 ? lfdw_buffer_bytes(head) : "";
	const char *blank = memchr(bytes, ' ', head->len);
	int			status = 0;

	if (blank == NULL || head->len - (blank - bytes) < 4)
		return 0;
	for (int i = 1; i <= 3; i++)
	{
		if (blank[i] < '0' || blank[i] > '9')
			return 0;
		status = status * 10 + (blank[i] - '0');
	}
	return status;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\0';
}

/* A header's value, without the blanks around it. */
static char *
copy_value(const char *value, const char *stop)
{
	char	   *copy;

	while (value < stop && is_blank(*value))
		value++;
	while (stop > value && is_blank(stop[-1]))
		stop--;
	copy = palloc(stop - value + 1);
	for (ptrdiff_t i = 0; i < stop - value; i++)
		copy[i] = value[i] == '\t' || !is_blank(value[i]) ? value[i] : ' ';
	copy[stop - value] = '\0';
	return copy;
}

/*
 * The value of a header, its name compared without case, without the blanks
 * around it; palloc'd.  NULL where there is none.  A CR and a NUL are blanks
 * there, as RFC 9110, section 5.5, has it.
 */
char *
lfdw_http_head_find(const LfdwBuffer *head, const char *name)
{
	size_t		name_len = strlen(name);
	const char *line = head->len > 0 ? lfdw_buffer_bytes(head) : "";
	const char *end = line + head->len;

	while (line < end)
	{
		const char *stop = memchr(line, '\n', end - line);
		const char *next;

		next = stop ? stop + 1 : end;
		stop = stop ? stop : end;
		if (stop - line > (ptrdiff_t) name_len && line[name_len] == ':' &&
			pg_strncasecmp(line, name, name_len) == 0)
			return copy_value(line + name_len + 1, stop);
		line = next;
	}
	return NULL;
}
