/*-------------------------------------------------------------------------
 *
 * buffer.h
 *		A bounded byte queue in malloc'd memory.
 *
 * libcurl's callbacks fill it, so appending must not report: it returns
 * false and leaves the buffer as it was.
 *
 * IDENTIFICATION
 *	  src/base/buffer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BUFFER_H
#define LFDW_BUFFER_H

#include "base/base.h"

typedef struct LfdwBuffer
{
	char	   *memory;			/* malloc'd block, NULL while empty */
	size_t		size;			/* bytes allocated */
	size_t		start;			/* first byte not yet discarded */
	size_t		len;			/* bytes held from there on */
	size_t		limit;			/* bytes it may hold */
} LfdwBuffer;

#define lfdw_buffer_bytes(buf)	((buf)->memory + (buf)->start)

extern void lfdw_buffer_init(LfdwBuffer *buf, size_t limit);
extern bool lfdw_buffer_append(LfdwBuffer *buf, const void *data, size_t len);
extern void lfdw_buffer_discard(LfdwBuffer *buf, size_t len);
extern void lfdw_buffer_trim(LfdwBuffer *buf);
extern void lfdw_buffer_free(LfdwBuffer *buf);

#endif							/* LFDW_BUFFER_H */
