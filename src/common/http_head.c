/*-------------------------------------------------------------------------
 *
 * http_head.c
 *		The header block of an HTTP answer.
 *
 * IDENTIFICATION
 *	  src/common/http_head.c
 *
 *-------------------------------------------------------------------------
 */
#include "common/lfdw_common.h"

#include "common/http_head.h"

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

/*
 * The value of a header, its name compared without case, without the blanks
 * around it; palloc'd.  NULL where there is none.
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
		{
			const char *value = line + name_len + 1;

			while (value < stop && (*value == ' ' || *value == '\t'))
				value++;
			while (stop > value &&
				   (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
				stop--;
			return pnstrdup(value, stop - value);
		}
		line = next;
	}
	return NULL;
}
