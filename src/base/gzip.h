/*-------------------------------------------------------------------------
 *
 * gzip.h
 *		Unpacks gzip, piece by piece.
 *
 * IDENTIFICATION
 *	  src/base/gzip.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_GZIP_H
#define LFDW_GZIP_H

#include "base/base.h"
#include "base/library.h"

struct z_stream_s;

/* Where gzip begins, to be told from text. */
#define LFDW_GZIP_MAGIC "\x1F\x8B\x08"
#define LFDW_GZIP_MAGIC_LEN 3

typedef enum LfdwGzipPlace
{
	LFDW_GZIP_START,			/* the data may end, being empty */
	LFDW_GZIP_BETWEEN,			/* after a member: it may end, too */
	LFDW_GZIP_MEMBER,
	LFDW_GZIP_PADDING			/* zeros behind the last member */
} LfdwGzipPlace;

/* A reader of gzip. */
typedef struct LfdwGzip
{
	struct z_stream_s *stream;	/* palloc'd; NULL where there is none */
	LfdwGzipPlace place;
	bool		more;			/* there may be output without further input */
	const char *error;			/* what is wrong with the data; NULL: nothing */
} LfdwGzip;

extern bool lfdw_gzip_init(LfdwGzip *gzip);
extern size_t lfdw_gzip_read(LfdwGzip *gzip, const char *data, size_t len,
							 size_t *used, char *out, size_t size);
extern bool lfdw_gzip_end(LfdwGzip *gzip);
extern void lfdw_gzip_free(LfdwGzip *gzip);
extern LfdwLibrary lfdw_gzip_library(void);

#endif							/* LFDW_GZIP_H */
