/*-------------------------------------------------------------------------
 *
 * test_gzip.c
 *		Unit tests of src/base/gzip.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_gzip.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <zlib.h>

#include "base/gzip.h"

/* Appends a member of gzip that unpacks to the text. */
static void
append_member(StringInfo out, const char *text, size_t len)
{
	z_stream	stream;
	size_t		room;

	memset(&stream, 0, sizeof(stream));
	if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		exit(2);
	room = deflateBound(&stream, len);
	enlargeStringInfo(out, room);
	stream.next_in = (Bytef *) unconstify(char *, text);
	stream.avail_in = len;
	stream.next_out = (Bytef *) out->data + out->len;
	stream.avail_out = room;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		exit(2);
	out->len += room - stream.avail_out;
	out->data[out->len] = '\0';
	deflateEnd(&stream);
}

/* Feeds a piece, and takes what it gives, size bytes at a time. */
static void
feed(LfdwGzip *gzip, StringInfo out, const char *data, size_t len, size_t size)
{
	char	   *room = palloc(size);

	while (gzip->error == NULL && (len > 0 || gzip->more))
	{
		size_t		used;
		size_t		made = lfdw_gzip_read(gzip, data, len, &used, room, size);

		if (len > 0 && used == 0 && made == 0 && gzip->error == NULL)
			gzip->error = "no progress";
		appendBinaryStringInfo(out, room, made);
		data += used;
		len -= used;
	}
	pfree(room);
}

/* Unpacks data cut in two, size bytes at a time; returns what is wrong. */
static const char *
unpack(const char *data, size_t len, size_t cut, size_t size, StringInfo out)
{
	LfdwGzip	gzip;
	const char *error;

	resetStringInfo(out);
	if (!lfdw_gzip_init(&gzip))
		exit(2);
	feed(&gzip, out, data, cut, size);
	feed(&gzip, out, data + cut, len - cut, size);
	lfdw_gzip_end(&gzip);
	error = gzip.error;
	lfdw_gzip_free(&gzip);
	lfdw_gzip_free(&gzip);
	return error;
}

/* Three members, one of them empty, cut at every byte. */
static void
test_members(void)
{
	static const size_t sizes[] = {1, 7, 1000};
	StringInfoData packed;
	StringInfoData out;
	bool		same = true;

	initStringInfo(&packed);
	initStringInfo(&out);
	append_member(&packed, "a,1\nb,2\n", 8);
	append_member(&packed, "", 0);
	append_member(&packed, "c,3\n", 4);
	for (int s = 0; s < (int) lengthof(sizes); s++)
		for (int cut = 0; cut <= packed.len; cut++)
			same &= unpack(packed.data, packed.len, cut, sizes[s], &out) == NULL &&
				strcmp(out.data, "a,1\nb,2\nc,3\n") == 0;
	unit_ok(same, "members cut at every byte");
	appendStringInfoSpaces(&packed, 0);
	for (int i = 0; i < 600; i++)
		appendStringInfoChar(&packed, '\0');
	unit_ok(unpack(packed.data, packed.len, packed.len - 300, 5, &out) == NULL &&
			out.len == 12, "zeros behind them");
}

/* A text that is far longer than its gzip. */
static void
test_ratio(void)
{
	size_t		len = 3 * 1000 * 1000;
	char	   *text = palloc(len);
	StringInfoData packed;
	StringInfoData out;

	for (size_t i = 0; i < len; i++)
		text[i] = "row\n"[i % 4];
	initStringInfo(&packed);
	initStringInfo(&out);
	append_member(&packed, text, len);
	unit_ok(unpack(packed.data, packed.len, 1, 4096, &out) == NULL &&
			(size_t) out.len == len && memcmp(out.data, text, len) == 0,
			"%d bytes become %zu", packed.len, len);
}

/* Data that ends early, at every byte: but for none at all an error. */
static void
test_truncated(void)
{
	StringInfoData packed;
	StringInfoData out;
	bool		told = true;
	const char *error;

	initStringInfo(&packed);
	initStringInfo(&out);
	append_member(&packed, "a,1\nb,2\n", 8);
	for (int len = 1; len < packed.len; len++)
	{
		error = unpack(packed.data, len, 0, 100, &out);
		told &= error && strcmp(error, "the compressed data ends early") == 0;
	}
	unit_ok(told, "data that ends early");
	unit_ok(unpack(packed.data, 0, 0, 100, &out) == NULL && out.len == 0,
			"no data at all");
}

/* Changes any byte: the text is the same, or there is an error. */
static void
test_corrupt(void)
{
	StringInfoData packed;
	StringInfoData out;
	int			errors = 0;
	bool		honest = true;

	initStringInfo(&packed);
	initStringInfo(&out);
	append_member(&packed, "a,1\nb,2\n", 8);
	for (int i = 0; i < packed.len; i++)
	{
		const char *error;

		packed.data[i] ^= 0x55;
		error = unpack(packed.data, packed.len, i, 100, &out);
		packed.data[i] ^= 0x55;
		errors += error ? 1 : 0;
		honest &= error || strcmp(out.data, "a,1\nb,2\n") == 0;
	}
	unit_ok(honest, "no corrupt byte gives another text");
	/* time stamp, extra flags and system are anybody's: six bytes */
	unit_ok(errors >= packed.len - 6, "%d of %d corrupt bytes are told",
			errors, packed.len);
}

/* What is no gzip, at the beginning and behind a member. */
static void
test_garbage(void)
{
	StringInfoData packed;
	StringInfoData out;

	initStringInfo(&packed);
	initStringInfo(&out);
	unit_is(unpack("a,1\nb,2\n", 8, 0, 100, &out), "incorrect header check",
			"a text that is not compressed");
	append_member(&packed, "a,1\n", 4);
	appendStringInfoString(&packed, "b,2\n");
	unit_is(unpack(packed.data, packed.len, packed.len - 4, 100, &out),
			"bytes that are no gzip follow the compressed data",
			"a text behind a member");
	unit_is(out.data, "a,1\n", "which comes through before the error");
	packed.data[packed.len - 4] = 0x1F;
	unit_is(unpack(packed.data, packed.len, packed.len, 100, &out),
			"incorrect header check", "half a magic number behind it");
	packed.len -= 4;
	appendBinaryStringInfo(&packed, "\0\x1F", 2);
	unit_is(unpack(packed.data, packed.len, packed.len - 1, 100, &out),
			"bytes that are no gzip follow the compressed data",
			"a member behind zeros");
}

int
main(void)
{
	test_members();
	test_ratio();
	test_truncated();
	test_corrupt();
	test_garbage();
	return unit_done();
}
