/*-------------------------------------------------------------------------
 *
 * fuzz_event_stream.c
 *		Fuzzer of event_stream.c.
 *
 * An input is a stream as it arrives, cut in two by its first byte; or headers,
 * around which lengths and checksums are made that are right.
 *
 * scripts/fuzz builds and runs it.
 *
 * IDENTIFICATION
 *	  test/fuzz/fuzz_event_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <zlib.h>

#include "base/event_stream.h"

#include "fuzz_memory.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

/* What was read of a stream. */
typedef struct Reading
{
	StringInfoData told;		/* statuses, headers and payload */
	const char *error;
} Reading;

/* Reads len bytes, room at a time; returns how many were used. */
static size_t
read_bytes(LfdwEventStream *stream, const char *data, size_t len, size_t room,
		   Reading *reading)
{
	size_t		used = 0;

	for (;;)
	{
		LfdwStreamPiece piece;
		LfdwStreamValue value;
		LfdwStreamStatus status = lfdw_event_stream_next(stream, data + used,
														 len - used, room, &piece);

		if (status == LFDW_STREAM_MORE || status == LFDW_STREAM_BAD)
		{
			if (piece.used > 0 || (status == LFDW_STREAM_BAD) != (stream->error != NULL))
				fail("a step that is none");
			reading->error = stream->error;
			return used;
		}
		if (piece.used == 0 || piece.used > len - used || piece.len > piece.used)
			fail("a step without bytes");
		if (status == LFDW_STREAM_MESSAGE)
			appendStringInfo(&reading->told, "\nmessage %d ",
							 lfdw_event_stream_header(&piece, ":event-type", &value));
		if (status == LFDW_STREAM_PAYLOAD && piece.len > room)
			fail("more payload than room");
		if (piece.len > 0)
			appendBinaryStringInfo(&reading->told, piece.bytes, (int) piece.len);
		used += piece.used;
	}
}

/* Reads a stream that arrives in two pieces. */
static Reading
read_stream(const char *data, size_t len, size_t cut, size_t room)
{
	LfdwEventStream stream = {0};
	Reading		reading = {0};
	size_t		used;

	initStringInfo(&reading.told);
	used = read_bytes(&stream, data, cut, room, &reading);
	if (reading.error == NULL)
		read_bytes(&stream, data + used, len - used, room, &reading);
	return reading;
}

static void
put_number(char *at, uint32 number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (char) (number >> (24 - 8 * i));
}

/* A message with these headers, and no payload, whose checksums are right. */
static char *
make_message(const char *headers, size_t len)
{
	char	   *bytes = palloc(len + 16);

	put_number(bytes, len + 16);
	put_number(bytes + 4, len);
	put_number(bytes + 8, crc32(0, (Bytef *) bytes, 8));
	memcpy(bytes + 12, headers, len);
	put_number(bytes + 12 + len, crc32(0, (Bytef *) bytes, 12 + len));
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *bytes = (const char *) data + 1;
	Reading		whole;
	Reading		cut;
	char	   *message;

	if (size == 0)
		return 0;
	size--;
	whole = read_stream(bytes, size, size, 1000);
	cut = read_stream(bytes, size, size == 0 ? 0 : data[0] % size, 7);
	if (whole.error != cut.error || strcmp(whole.told.data, cut.told.data) != 0)
		fail("a stream that is cut is another");
	message = make_message(bytes, size);
	whole = read_stream(message, size + 16, 5, 1000);
	if (whole.error && strstr(whole.error, "headers") == NULL)
		fail("checksums that are right are wrong");
	free_blocks();
	return 0;
}
