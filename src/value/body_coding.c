/*-------------------------------------------------------------------------
 *
 * body_coding.c
 *		Codings of a body that an answer carries: base64, gzip.
 *
 * IDENTIFICATION
 *	  src/value/body_coding.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "base/gzip.h"
#include "pg/compat.h"
#include "pg/owner.h"
#include "value/body_coding.h"

/* What is unpacked has so much room at first, at least. */
#define UNPACKED_MIN (64 * 1024)

/*
 * Reads base64 with or without its padding: bytes, palloc'd; NULL where it is
 * none.
 */
char *
lfdw_body_decode_base64(const char *text, size_t *len)
{
	char	   *padded = MemoryContextAllocHuge(CurrentMemoryContext, *len + 3);
	char	   *bytes;
	size_t		n = 0;
	int			decoded;

	for (size_t i = 0; i < *len; i++)
	{
		if (strchr(" \t\r\n", text[i]) == NULL)
			padded[n++] = text[i];
	}
	while (n % 4 != 0 && n % 4 != 1)
		padded[n++] = '=';
	bytes = MemoryContextAllocHuge(CurrentMemoryContext, n + 1);
	decoded = lfdw_b64_decode(padded, (int) n, bytes);
	if (decoded < 0)
		return NULL;
	*len = decoded;
	return bytes;
}

/* Do bytes begin as gzip does? */
bool
lfdw_body_is_gzip(const char *bytes, size_t len)
{
	return len >= LFDW_GZIP_MAGIC_LEN &&
		memcmp(bytes, LFDW_GZIP_MAGIC, LFDW_GZIP_MAGIC_LEN) == 0;
}

static void
release_gzip(void *gzip)
{
	lfdw_gzip_free(gzip);
}

/* A reader of gzip that ends with the current context. */
static LfdwGzip *
make_gzip(void)
{
	LfdwGzip   *gzip = palloc0(sizeof(LfdwGzip));

	lfdw_owner_register(CurrentMemoryContext, release_gzip, gzip);
	if (!lfdw_gzip_init(gzip))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return gzip;
}

/*
 * Unpacks a body of gzip: bytes, palloc'd.  Raises 22P02 for what is none, and
 * 54000 where it comes to more than max bytes.
 */
char *
lfdw_body_unpack(const char *packed, size_t *len, size_t max,
				 const char *function)
{
	size_t		room = Min(max + 1, Max(*len * 4, UNPACKED_MIN));
	char	   *text = MemoryContextAllocHuge(CurrentMemoryContext, room);
	LfdwGzip   *gzip = make_gzip();
	size_t		taken = 0;
	size_t		made = 0;
	size_t		used;

	do
	{
		CHECK_FOR_INTERRUPTS();
		if (made == room)
		{
			room = Min(max + 1, room * 2);
			text = repalloc_huge(text, room);
		}
		made += lfdw_gzip_read(gzip, packed + taken, *len - taken, &used,
							   text + made, room - made);
		taken += used;
	} while (made <= max && gzip->error == NULL && (taken < *len || gzip->more));
	if (made > max)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("the body that Lambda function \"%s\" answered with is too large when it is unpacked",
						function),
				 errhint("The option max_response_bytes allows %zu bytes.", max)));
	if (!lfdw_gzip_end(gzip))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("the body that Lambda function \"%s\" answered with is no valid gzip",
						function),
				 errhint("It cannot be unpacked: %s.", gzip->error)));
	lfdw_gzip_free(gzip);
	*len = made;
	return text;
}
