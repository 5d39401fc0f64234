/*-------------------------------------------------------------------------
 *
 * test_event_stream.c
 *		Unit tests of src/base/event_stream.c.
 *
 * The messages are test vectors that AWS's SDKs publish.
 *
 * IDENTIFICATION
 *	  test/unit/test_event_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <zlib.h>

#include "base/event_stream.h"

typedef struct Vector
{
	const char *name;
	const char *bytes;
	size_t		len;
	const char *payload;		/* NULL: the message is bad */
	const char *shown;			/* its headers, or what is wrong */
} Vector;

#define VECTOR(name, bytes, payload, shown) {name, bytes, sizeof(bytes) - 1, payload, shown}

static const Vector vectors[] = {
	VECTOR("an empty message", "\0\0\0\x10\0\0\0\0\x05\xc2H\xeb}\x98\xc8\xff", "", ""),
	VECTOR("a byte", "\0\0\0\x17\0\0\0\x07)\x86\x01X\x04" "byte\x02\xff\xc2\xf8i\xdc",
		   "", "byte=2:-1 "),
	VECTOR("a short", "\0\0\0\x19\0\0\0\tq\x0e\x92>\x05" "short\x03\xff\xff\xb2|\xb6\xcc",
		   "", "short=3:-1 "),
	VECTOR("an integer", "\0\0\0\x1d\0\0\0\r\x83\xe3\xf0\xe7\x07"
		   "integer\x04\xff\xff\xff\xff\x8b\x8e\x12\xeb", "", "integer=4:-1 "),
	VECTOR("a long", "\0\0\0\x1e\0\0\0\x0e]J\xdb\x8d\x04"
		   "long\x05\xff\xff\xff\xff\xff\xff\xff\xffK\xc2" "2\xda", "", "long=5:-1 "),
	VECTOR("a payload", "\0\0\0\x1d\0\0\0\0\xfdR\x8cZ{'foo':'bar'}\xc3" "e96",
		   "{'foo':'bar'}", ""),
	VECTOR("a string and a payload", "\0\0\0=\0\0\0 \x07\xfd\x83\x96\x0c"
		   "content-type\x07\0\x10" "application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
		   "{'foo':'bar'}", "content-type=7:application/json "),
	VECTOR("all types", "\0\0\0\x62\0\0\0\x52\x03\xb5\xcb\x9c"
		   "\x01" "0\0\x01" "1\x01\x01" "2\x02\x02\x01" "3\x03\0\x03"
		   "\x01" "4\x04\0\0\0\x04\x01" "5\x05\0\0\0\0\0\0\0\x05"
		   "\x01" "6\x06\0\x05" "bytes\x01" "7\x07\0\x04" "utf8"
		   "\x01" "8\x08\0\0\0\0\0\0\0\x08\x01" "9\x09" "0123456789abcdef"
		   "\x63\x35\x36\x71", "",
		   "0=0:1 1=1:0 2=2:2 3=3:3 4=4:4 5=5:5 6=6:bytes 7=7:utf8 8=8:8 9=9:0123456789abcdef "),
	VECTOR("an error", "\0\0\0\x52\0\0\0\x42\xbf\x23\x63\x7e"
		   "\x0d:message-type\x07\0\x05" "error\x0b:error-code\x07\0\x04" "code"
		   "\x0e:error-message\x07\0\x07message\x6b\x6c\xea\x3d", "",
		   ":error-code=7:code :error-message=7:message :message-type=7:error "),
	VECTOR("corrupted headers' length", "\0\0\0=\xff\0\x01\x02\x07\xfd\x83\x96\x0c"
		   "content-type\x07\0\x10" "application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
		   NULL, "a message begins with lengths whose checksum is another"),
	VECTOR("corrupted headers", "\0\0\0=\0\0\0 \x07\xfd\x83\x96\x0c"
		   "content+type\x07\0\x10" "application/json{'foo':'bar'}\x8d\x9c\x08\xb1",
		   NULL, "a message's checksum is another"),
	VECTOR("corrupted length", "\x01\0\0\x1d\0\0\0\0\xfdR\x8cZ{'foo':'bar'}\xc3" "e96",
		   NULL, "a message begins with lengths whose checksum is another"),
	VECTOR("corrupted payload", "\0\0\0\x1d\0\0\0\0\xfdR\x8cZ{'foo':'bar'\x8d\xc3" "e96",
		   NULL, "a message's checksum is another"),
	VECTOR("a header twice", "\0\0\0\x24\0\0\0\x14\x4b\xb9\x82\xd0\x04test\x04"
		   "asdf\x04test\x04" "asdf\xf3\xf4\x75\x63", NULL,
		   "a message has headers that are none")
};

static const char *const names[] = {
	"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "byte", "short", "integer",
	"long", "content-type", ":error-code", ":error-message", ":message-type"
};

/* Appends the headers that are there, of those the vectors have. */
static void
show_headers(StringInfo shown, const LfdwStreamPiece *headers)
{
	LfdwStreamValue value;

	for (int i = 0; i < (int) lengthof(names); i++)
	{
		if (!lfdw_event_stream_header(headers, names[i], &value))
			continue;
		appendStringInfo(shown, "%s=%d:", names[i], value.type);
		if (value.bytes)
			appendBinaryStringInfo(shown, value.bytes, (int) value.len);
		else
			appendStringInfo(shown, INT64_FORMAT, value.number);
		appendStringInfoChar(shown, ' ');
	}
}

/*
 * Reads what was received, with room for so many bytes at a time; returns the
 * last status, with how much was used in *used.
 */
static LfdwStreamStatus
read_data(LfdwEventStream *stream, const char *data, size_t len, size_t room,
		  size_t *used, StringInfo shown, StringInfo payload)
{
	LfdwStreamStatus status;
	LfdwStreamPiece piece;

	*used = 0;
	do
	{
		/* a copy of its own, so that a read past it is found */
		char	   *copy = malloc(len - *used + 1);

		memcpy(copy, data + *used, len - *used);
		status = lfdw_event_stream_next(stream, copy, len - *used, room, &piece);
		if (status == LFDW_STREAM_MESSAGE)
			show_headers(shown, &piece);
		if (status == LFDW_STREAM_PAYLOAD)
			appendBinaryStringInfo(payload, piece.bytes, (int) piece.len);
		free(copy);
		*used += piece.used;
	} while (status != LFDW_STREAM_MORE && status != LFDW_STREAM_BAD);
	return status;
}

/* Reads bytes that arrive cut in two. */
static const char *
read_cut(const char *bytes, size_t len, size_t cut, size_t room, StringInfo shown,
		 StringInfo payload)
{
	LfdwEventStream stream = {0};
	size_t		used;

	resetStringInfo(shown);
	resetStringInfo(payload);
	if (read_data(&stream, bytes, cut, room, &used, shown, payload) == LFDW_STREAM_MORE)
		read_data(&stream, bytes + used, len - used, room, &used, shown, payload);
	if (stream.error == NULL && stream.in_message)
		return "not at its end";
	return stream.error;
}

static void
test_vectors(void)
{
	StringInfoData shown;
	StringInfoData payload;

	initStringInfo(&shown);
	initStringInfo(&payload);
	for (int i = 0; i < (int) lengthof(vectors); i++)
	{
		const Vector *vector = &vectors[i];
		bool		same = true;

		for (size_t cut = 0; cut <= vector->len; cut++)
		{
			const char *error = read_cut(vector->bytes, vector->len, cut,
										 1 + cut % 7, &shown, &payload);

			same &= vector->payload ?
				error == NULL && strcmp(shown.data, vector->shown) == 0 &&
				strcmp(payload.data, vector->payload) == 0 :
				error && strcmp(error, vector->shown) == 0 &&
				shown.len == 0 && payload.len == 0;
		}
		unit_ok(same, "%s, cut at every byte", vector->name);
	}
}

/* All good ones in one stream, cut at every byte. */
static void
test_stream(void)
{
	StringInfoData bytes;
	StringInfoData shown;
	StringInfoData payload;
	StringInfoData want;
	bool		same = true;

	initStringInfo(&bytes);
	initStringInfo(&shown);
	initStringInfo(&payload);
	initStringInfo(&want);
	for (int i = 0; i < (int) lengthof(vectors); i++)
	{
		if (vectors[i].payload == NULL)
			continue;
		appendBinaryStringInfo(&bytes, vectors[i].bytes, (int) vectors[i].len);
		appendStringInfoString(&want, vectors[i].shown);
	}
	for (int cut = 0; cut <= bytes.len; cut++)
		same &= read_cut(bytes.data, bytes.len, cut, 100, &shown, &payload) == NULL &&
			strcmp(shown.data, want.data) == 0 &&
			strcmp(payload.data, "{'foo':'bar'}{'foo':'bar'}") == 0;
	unit_ok(same, "a stream of all of them");
}

static void
append_number(StringInfo out, uint32 number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		appendStringInfoCharMacro(out, (char) (number >> shift));
}

/* A message with these lengths, whose checksums are right. */
static void
make_message(StringInfo out, uint32 total, uint32 headers_len,
			 const char *headers, size_t payload_len)
{
	int			start = out->len;

	append_number(out, total);
	append_number(out, headers_len);
	append_number(out, crc32(0, (Bytef *) out->data + start, 8));
	appendBinaryStringInfo(out, headers, headers_len);
	for (size_t i = 0; i < payload_len; i++)
		appendStringInfoChar(out, (char) ('a' + i % 26));
	append_number(out, crc32(0, (Bytef *) out->data + start, out->len - start));
}

/* What a first message of these lengths is. */
static const char *
lengths_error(uint32 total, uint32 headers)
{
	LfdwEventStream stream = {0};
	LfdwStreamPiece piece;
	StringInfoData bytes;

	initStringInfo(&bytes);
	append_number(&bytes, total);
	append_number(&bytes, headers);
	append_number(&bytes, crc32(0, (Bytef *) bytes.data, 8));
	return lfdw_event_stream_next(&stream, bytes.data, bytes.len, 1, &piece) ==
		LFDW_STREAM_BAD ? stream.error : "";
}

static void
test_lengths(void)
{
	const char *longer = "a message is longer than any may be";
	const char *shorter = "a message is shorter than its parts";

	unit_is(lengths_error(PG_UINT32_MAX, 0), longer, "a message of 4 GB");
	unit_is(lengths_error(LFDW_STREAM_PAYLOAD_MAX + 17, 0), longer, "a byte too much");
	unit_is(lengths_error(LFDW_STREAM_PAYLOAD_MAX + 16, 0), "", "the longest payload");
	unit_is(lengths_error(15, 0), shorter, "a message without room for itself");
	unit_is(lengths_error(0, 0), shorter, "a message of no byte");
	unit_is(lengths_error(115, 100), shorter, "headers that end in the checksum");
	unit_is(lengths_error(PG_UINT32_MAX, PG_UINT32_MAX),
			"a message has more headers than any may have", "headers of 4 GB");
	unit_is(lengths_error(PG_UINT32_MAX, LFDW_STREAM_HEADERS_MAX + 1),
			"a message has more headers than any may have", "headers of a byte too much");
}

/* Headers that are none, in a message that is right otherwise. */
static void
test_headers(void)
{
	static const Vector bad[] = {
		VECTOR("a name without end", "\x05" "abc", NULL, NULL),
		VECTOR("a name alone", "\x03" "abc", NULL, NULL),
		VECTOR("no name", "\0\x00", NULL, NULL),
		VECTOR("a type that is none", "\x01" "a\x0a", NULL, NULL),
		VECTOR("half a length", "\x01" "a\x07\0", NULL, NULL),
		VECTOR("half a string", "\x01" "a\x07\0\x05" "abcd", NULL, NULL),
		VECTOR("half a long", "\x01" "a\x05" "abcd", NULL, NULL),
		VECTOR("a byte too much", "\x01" "a\x00\x01", NULL, NULL)
	};
	StringInfoData bytes;
	StringInfoData shown;
	StringInfoData payload;

	initStringInfo(&bytes);
	initStringInfo(&shown);
	initStringInfo(&payload);
	for (int i = 0; i < (int) lengthof(bad); i++)
	{
		const char *error;

		resetStringInfo(&bytes);
		make_message(&bytes, 16 + bad[i].len, bad[i].len, bad[i].bytes, 0);
		error = read_cut(bytes.data, bytes.len, 0, 1, &shown, &payload);
		unit_is(error ? error : "", "a message has headers that are none", "%s",
				bad[i].name);
	}
}

/* A message that is too long to be waited for: its payload comes first. */
static void
test_long(void)
{
	size_t		len = LFDW_STREAM_WHOLE_MAX;
	StringInfoData bytes;
	StringInfoData shown;
	StringInfoData payload;
	LfdwEventStream stream = {0};
	LfdwStreamPiece piece;
	size_t		used;
	const char *error;

	initStringInfo(&bytes);
	initStringInfo(&shown);
	initStringInfo(&payload);
	make_message(&bytes, 16 + len, 0, "", len);
	read_data(&stream, bytes.data, 1000, 100, &used, &shown, &payload);
	unit_ok(payload.len == 1000 - 12, "a long payload comes as it arrives");
	error = read_cut(bytes.data, bytes.len, len / 2, 1000, &shown, &payload);
	unit_ok(error == NULL && (size_t) payload.len == len, "and as a whole");
	bytes.data[len / 2] ^= 1;
	error = read_cut(bytes.data, bytes.len, len / 2, 1000, &shown, &payload);
	unit_is(error ? error : "", "a message's checksum is another",
			"its checksum is compared at its end");
	unit_ok(lfdw_event_stream_next(&stream, "x", 1, 0, &piece) ==
			LFDW_STREAM_FULL, "without room nothing is taken");
}

int
main(void)
{
	test_vectors();
	test_stream();
	test_lengths();
	test_headers();
	test_long();
	return unit_done();
}
