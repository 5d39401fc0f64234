/*-------------------------------------------------------------------------
 *
 * event_stream.c
 *		Messages of AWS's event streams, read as their bytes arrive.
 *
 * A message, all numbers in network byte order (application/
 * vnd.amazon.eventstream, as the Amazon Event Stream Specification of Smithy
 * has it):
 *
 *		4	its length
 *		4	length of its headers
 *		4	CRC-32 of the eight bytes before
 *			headers: length of the name (1 byte), name, type (1 byte), value
 *			payload
 *		4	CRC-32 of all before
 *
 * Both lengths are checked before anything waits for so many bytes.  A message
 * of ordinary size is told once it is whole and right; of a longer one the
 * payload is told as it comes, and the checksum is compared at its end.
 *
 * IDENTIFICATION
 *	  src/base/event_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <zlib.h>

#include "base/event_stream.h"

#define PRELUDE_LEN 12
#define CHECKSUM_LEN 4

/* AWS's messages have a handful. */
#define HEADERS_MAX 64

/* One header, in the data. */
typedef struct Header
{
	const char *name;
	size_t		name_len;
	LfdwStreamValue value;
} Header;

/* The number in len bytes, the first of them the highest. */
static uint64
read_number(const char *bytes, int len)
{
	uint64		number = 0;

	for (int i = 0; i < len; i++)
		number = number << 8 | (uint8) bytes[i];
	return number;
}

/* The CRC-32 of bytes that follow those of which crc is. */
static uint32
add_crc(uint32 crc, const char *bytes, size_t len)
{
	return (uint32) crc32(crc, (const Bytef *) bytes, (uInt) len);
}

/* How many bytes a value of the type has; -1: its length is before it. */
static int
size_of(LfdwStreamType type)
{
	static const int8 sizes[] = {
		[LFDW_STREAM_TRUE] = 0,
		[LFDW_STREAM_FALSE] = 0,
		[LFDW_STREAM_BYTE] = 1,
		[LFDW_STREAM_SHORT] = 2,
		[LFDW_STREAM_INTEGER] = 4,
		[LFDW_STREAM_LONG] = 8,
		[LFDW_STREAM_BYTES] = -1,
		[LFDW_STREAM_STRING] = -1,
		[LFDW_STREAM_TIMESTAMP] = 8,
		[LFDW_STREAM_UUID] = 16
	};

	return sizes[type];
}

/* The value of size bytes: true, false, bytes, or a number with its sign. */
static void
set_value(LfdwStreamValue *value, const char *bytes, int size)
{
	value->bytes = NULL;
	value->len = 0;
	switch (value->type)
	{
		case LFDW_STREAM_TRUE:
		case LFDW_STREAM_FALSE:
			value->number = value->type == LFDW_STREAM_TRUE;
			break;
		case LFDW_STREAM_BYTES:
		case LFDW_STREAM_STRING:
		case LFDW_STREAM_UUID:
			value->number = 0;
			value->bytes = bytes;
			value->len = size;
			break;
		default:
			value->number = (int64) (read_number(bytes, size) << (64 - 8 * size)) >>
				(64 - 8 * size);
			break;
	}
}

/* Reads the header at *at and goes behind it; false where there is none. */
static bool
read_header(const char **at, const char *end, Header *header)
{
	const char *p = *at;
	int			size;

	header->name_len = (uint8) *p++;
	header->name = p;
	if (header->name_len == 0 || (size_t) (end - p) < header->name_len + 1)
		return false;
	p += header->name_len;
	if ((uint8) *p > LFDW_STREAM_UUID)
		return false;
	header->value.type = (uint8) *p++;
	size = size_of(header->value.type);
	if (size < 0)
	{
		if (end - p < 2)
			return false;
		size = (int) read_number(p, 2);
		p += 2;
	}
	if (end - p < size)
		return false;
	set_value(&header->value, p, size);
	*at = p + size;
	return true;
}

/* Are these bytes headers, no two of one name? */
static bool
check_headers(const char *bytes, size_t len)
{
	const char *at = bytes;
	const char *end = bytes + len;
	Header		headers[HEADERS_MAX];
	int			n = 0;

	while (at < end)
	{
		if (n == HEADERS_MAX || !read_header(&at, end, &headers[n]))
			return false;
		for (int i = 0; i < n; i++)
		{
			if (headers[i].name_len == headers[n].name_len &&
				memcmp(headers[i].name, headers[n].name, headers[n].name_len) == 0)
				return false;
		}
		n++;
	}
	return true;
}

static LfdwStreamStatus
fail(LfdwEventStream *stream, const char *error)
{
	stream->error = error;
	return LFDW_STREAM_BAD;
}

/* The step before a message: its headers, all of it if it is not long. */
static LfdwStreamStatus
begin_message(LfdwEventStream *stream, const char *data, size_t len,
			  LfdwStreamPiece *piece)
{
	size_t		total;
	size_t		headers;

	if (len < PRELUDE_LEN)
		return LFDW_STREAM_MORE;
	if (add_crc(0, data, 8) != (uint32) read_number(data + 8, 4))
		return fail(stream, "a message begins with lengths whose checksum is another");
	total = read_number(data, 4);
	headers = read_number(data + 4, 4);
	if (headers > LFDW_STREAM_HEADERS_MAX)
		return fail(stream, "a message has more headers than any may have");
	if (total < PRELUDE_LEN + headers + CHECKSUM_LEN)
		return fail(stream, "a message is shorter than its parts");
	if (total - PRELUDE_LEN - headers - CHECKSUM_LEN > LFDW_STREAM_PAYLOAD_MAX)
		return fail(stream, "a message is longer than any may be");
	stream->checked = total <= LFDW_STREAM_WHOLE_MAX;
	if (len < (stream->checked ? total : PRELUDE_LEN + headers))
		return LFDW_STREAM_MORE;
	stream->crc = add_crc(0, data, stream->checked ? total - CHECKSUM_LEN :
						  PRELUDE_LEN + headers);
	if (stream->checked &&
		stream->crc != (uint32) read_number(data + total - CHECKSUM_LEN, 4))
		return fail(stream, "a message's checksum is another");
	if (!check_headers(data + PRELUDE_LEN, headers))
		return fail(stream, "a message has headers that are none");
	stream->left = total - PRELUDE_LEN - headers - CHECKSUM_LEN;
	stream->in_message = true;
	piece->bytes = data + PRELUDE_LEN;
	piece->len = headers;
	piece->used = PRELUDE_LEN + headers;
	return LFDW_STREAM_MESSAGE;
}

/*
 * Reads on, one step: a message's headers, bytes of its payload, at most room of
 * them, or its end.
 *
 * data is what was received and not yet used, len bytes.  The piece points into
 * it; the caller drops the first piece->used bytes of the data before the next
 * step, or keeps them in front of what arrives, where more is needed.  After
 * LFDW_STREAM_BAD the stream is of no more use.
 */
LfdwStreamStatus
lfdw_event_stream_next(LfdwEventStream *stream, const char *data, size_t len,
					   size_t room, LfdwStreamPiece *piece)
{
	memset(piece, 0, sizeof(*piece));
	if (stream->error)
		return LFDW_STREAM_BAD;
	if (!stream->in_message)
		return begin_message(stream, data, len, piece);
	if (stream->left > 0)
	{
		if (len == 0)
			return LFDW_STREAM_MORE;
		if (room == 0)
			return LFDW_STREAM_FULL;
		piece->bytes = data;
		piece->len = piece->used = Min(Min(len, room), stream->left);
		stream->left -= piece->len;
		if (!stream->checked)
			stream->crc = add_crc(stream->crc, data, piece->len);
		return LFDW_STREAM_PAYLOAD;
	}
	if (len < CHECKSUM_LEN)
		return LFDW_STREAM_MORE;
	if (stream->crc != (uint32) read_number(data, CHECKSUM_LEN))
		return fail(stream, "a message's checksum is another");
	stream->in_message = false;
	piece->used = CHECKSUM_LEN;
	return LFDW_STREAM_MESSAGE_END;
}

/*
 * The value of a message's header, into *value; its bytes are in the headers'.
 * Returns whether there is one.
 */
bool
lfdw_event_stream_header(const LfdwStreamPiece *headers, const char *name,
						 LfdwStreamValue *value)
{
	const char *at = headers->bytes;
	const char *end = headers->bytes + headers->len;
	Header		header;

	while (at < end && read_header(&at, end, &header))
	{
		if (header.name_len == strlen(name) &&
			memcmp(header.name, name, header.name_len) == 0)
		{
			*value = header.value;
			return true;
		}
	}
	return false;
}
