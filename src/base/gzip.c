/*-------------------------------------------------------------------------
 *
 * gzip.c
 *		Unpacks gzip, piece by piece.
 *
 * The format is that of RFC 1952: members, one after the other, as tools that
 * append to a compressed log write them.  What they unpack to is one text.
 * Zeros may follow, as gzip(1) takes them; anything else there is an error.
 *
 * IDENTIFICATION
 *	  src/base/gzip.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#define ZLIB_CONST				/* input is not changed */
#include <zlib.h>

#include "base/gzip.h"

/* The largest window, and a header of gzip's, which zlib checks. */
#define WINDOW_BITS (15 + 16)

/*
 * Sets up a reader; false where memory is short.  zlib allocates by malloc:
 * the caller has lfdw_gzip_free called, whatever happens.
 */
bool
lfdw_gzip_init(LfdwGzip *gzip)
{
	memset(gzip, 0, sizeof(*gzip));
	gzip->stream = palloc0(sizeof(z_stream));
	return inflateInit2(gzip->stream, WINDOW_BITS) == Z_OK;
}

/* What inflate says is wrong, as a static text. */
static const char *
error_of(const z_stream * stream, int result)
{
	if (result == Z_MEM_ERROR)
		return "out of memory";
	if (result == Z_NEED_DICT)
		return "a preset dictionary is needed";
	return stream->msg ? stream->msg : "invalid data";
}

/*
 * Between members: takes the input to the next one's first byte, or past the
 * padding.  Returns false where there is no member to read yet.
 */
static bool
enter_member(LfdwGzip *gzip)
{
	z_stream   *stream = gzip->stream;

	/* what the data begins with is zlib's to check */
	if (gzip->place == LFDW_GZIP_START && stream->avail_in > 0)
		gzip->place = LFDW_GZIP_MEMBER;
	while (gzip->place != LFDW_GZIP_MEMBER && stream->avail_in > 0)
	{
		if (*stream->next_in == 0)
		{
			gzip->place = LFDW_GZIP_PADDING;
			stream->next_in++;
			stream->avail_in--;
		}
		else if (gzip->place == LFDW_GZIP_BETWEEN && *stream->next_in == 0x1F)
			gzip->place = LFDW_GZIP_MEMBER;
		else
		{
			gzip->error = "bytes that are no gzip follow the compressed data";
			return false;
		}
	}
	return gzip->place == LFDW_GZIP_MEMBER;
}

/*
 * Unpacks what it can of len bytes into the size bytes of out; returns how many
 * it made, and in *used how many of the input it took.  Where that is all of
 * it and out is full there may be more, without input: gzip->more.  A fault of
 * the data is told by gzip->error, after the bytes before it.
 */
size_t
lfdw_gzip_read(LfdwGzip *gzip, const char *data, size_t len, size_t *used,
			   char *out, size_t size)
{
	z_stream   *stream = gzip->stream;

	len = Min(len, PG_INT32_MAX);
	size = Min(size, PG_INT32_MAX);
	stream->next_in = (const Bytef *) data;
	stream->avail_in = (uInt) len;
	stream->next_out = (Bytef *) out;
	stream->avail_out = (uInt) size;
	while (gzip->error == NULL && stream->avail_out > 0 &&
		   (stream->avail_in > 0 || gzip->more))
	{
		int			result;

		gzip->more = false;
		if (!enter_member(gzip))
			break;
		result = inflate(stream, Z_NO_FLUSH);
		if (result == Z_STREAM_END)
		{
			inflateReset(stream);
			gzip->place = LFDW_GZIP_BETWEEN;
		}
		else if (result == Z_OK)
			gzip->more = stream->avail_out == 0;
		else if (result != Z_BUF_ERROR)
			gzip->error = error_of(stream, result);
	}
	*used = len - stream->avail_in;
	return size - stream->avail_out;
}

/* May the data end here?  If not, gzip->error says so. */
bool
lfdw_gzip_end(LfdwGzip *gzip)
{
	if (gzip->error == NULL && gzip->place == LFDW_GZIP_MEMBER)
		gzip->error = "the compressed data ends early";
	return gzip->error == NULL;
}

/* Frees what zlib has allocated; may be called twice, and without a reader. */
void
lfdw_gzip_free(LfdwGzip *gzip)
{
	if (gzip->stream)
		inflateEnd(gzip->stream);
	gzip->stream = NULL;
}

/* zlib, which no other file knows. */
LfdwLibrary
lfdw_gzip_library(void)
{
	LfdwLibrary library = {"zlib", ZLIB_VERSION, zlibVersion()};

	return library;
}
