/*-------------------------------------------------------------------------
 *
 * buffer.c
 *		A bounded byte queue in malloc'd memory.
 *
 * IDENTIFICATION
 *	  src/base/buffer.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/buffer.h"

/* The least that is allocated, unless the limit is lower. */
#define BUFFER_MIN_SIZE 1024

/*
 * Makes an empty buffer that may hold limit bytes.  Nothing is allocated
 * before the first append.  The memory does not belong to a memory context:
 * the caller has lfdw_buffer_free called, whatever happens.
 */
void
lfdw_buffer_init(LfdwBuffer *buf, size_t limit)
{
	memset(buf, 0, sizeof(*buf));
	buf->limit = limit;
}

/* The next size that has room for needed bytes, which is at most the limit. */
static size_t
next_size(const LfdwBuffer *buf, size_t needed)
{
	size_t		size = Max(buf->size, BUFFER_MIN_SIZE / 2);

	size = size > buf->limit / 2 ? buf->limit : size * 2;
	return Max(size, needed);
}

/*
 * Copies len bytes behind those held.  Whatever pointed into the buffer may
 * point elsewhere afterwards.  Returns false, and leaves the buffer and its
 * memory as they were, where that would pass the limit or memory is short.
 */
bool
lfdw_buffer_append(LfdwBuffer *buf, const void *data, size_t len)
{
	size_t		needed;

	/* an empty chunk may come with a null pointer, which memcpy forbids */
	if (len == 0)
		return true;
	if (buf->len > buf->limit || len > buf->limit - buf->len)
		return false;

	needed = buf->len + len;
	if (needed > buf->size)
	{
		size_t		size = next_size(buf, needed);
		char	   *memory = realloc(buf->memory, size);

		if (memory == NULL)
			return false;
		buf->memory = memory;
		buf->size = size;
	}
	if (len > buf->size - buf->start - buf->len)
	{
		memmove(buf->memory, buf->memory + buf->start, buf->len);
		buf->start = 0;
	}
	memcpy(buf->memory + buf->start + buf->len, data, len);
	buf->len = needed;
	return true;
}

/*
 * Drops the first len bytes, of which the buffer must hold as many.  The
 * bytes that stay do not move; once none is left the whole block is free for
 * the next append.
 */
void
lfdw_buffer_discard(LfdwBuffer *buf, size_t len)
{
	Assert(len <= buf->len);

	buf->start += len;
	buf->len -= len;
	if (buf->len == 0)
		buf->start = 0;
}

/*
 * Gives back the memory that holds no bytes.  Those held move.  Where memory is
 * too short even for less of it, the buffer stays as it is.
 */
void
lfdw_buffer_trim(LfdwBuffer *buf)
{
	char	   *memory;

	if (buf->len == 0)
	{
		lfdw_buffer_free(buf);
		return;
	}
	memmove(buf->memory, lfdw_buffer_bytes(buf), buf->len);
	buf->start = 0;
	memory = realloc(buf->memory, buf->len);
	if (memory == NULL)
		return;
	buf->memory = memory;
	buf->size = buf->len;
}

/* Frees the memory.  The buffer is then empty and may be used or freed again. */
void
lfdw_buffer_free(LfdwBuffer *buf)
{
	free(buf->memory);
	lfdw_buffer_init(buf, buf->limit);
}
