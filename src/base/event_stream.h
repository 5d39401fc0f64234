/*-------------------------------------------------------------------------
 *
 * event_stream.h
 *		Messages of AWS's event streams, read as their bytes arrive.
 *
 * IDENTIFICATION
 *	  src/base/event_stream.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EVENT_STREAM_H
#define LFDW_EVENT_STREAM_H

#include "base/base.h"

/* What a message may have, as AWS's SDKs take it. */
#define LFDW_STREAM_HEADERS_MAX (128 * 1024)
#define LFDW_STREAM_PAYLOAD_MAX (24 * 1024 * 1024)

/* A message up to this size is checked before anything of it is told. */
#define LFDW_STREAM_WHOLE_MAX (512 * 1024)

/* The types of a header's value, as they are numbered on the wire. */
typedef enum LfdwStreamType
{
	LFDW_STREAM_TRUE,
	LFDW_STREAM_FALSE,
	LFDW_STREAM_BYTE,
	LFDW_STREAM_SHORT,
	LFDW_STREAM_INTEGER,
	LFDW_STREAM_LONG,
	LFDW_STREAM_BYTES,
	LFDW_STREAM_STRING,
	LFDW_STREAM_TIMESTAMP,		/* milliseconds since 1970 */
	LFDW_STREAM_UUID
} LfdwStreamType;

/* A header's value: a number, or bytes. */
typedef struct LfdwStreamValue
{
	LfdwStreamType type;
	int64		number;			/* of true 1, of false 0 */
	const char *bytes;			/* of BYTES, STRING and UUID, else NULL */
	size_t		len;
} LfdwStreamValue;

typedef enum LfdwStreamStatus
{
	LFDW_STREAM_MORE,			/* more bytes are needed */
	LFDW_STREAM_FULL,			/* there is more payload than room for it */
	LFDW_STREAM_MESSAGE,		/* a message begins; these are its headers */
	LFDW_STREAM_PAYLOAD,		/* these are the next bytes of its payload */
	LFDW_STREAM_MESSAGE_END,	/* the message is whole */
	LFDW_STREAM_BAD				/* no such stream; see error */
} LfdwStreamStatus;

/* A reader; all zeros before the first byte. */
typedef struct LfdwEventStream
{
	bool		in_message;
	bool		checked;		/* its checksum is known to be right */
	uint32		crc;			/* of what was read of it, else */
	size_t		left;			/* of its payload */
	const char *error;			/* what is wrong, a static text */
} LfdwEventStream;

/* What a step has read. */
typedef struct LfdwStreamPiece
{
	const char *bytes;			/* headers or payload, in the data */
	size_t		len;
	size_t		used;			/* bytes of the data that are done with */
} LfdwStreamPiece;

extern LfdwStreamStatus lfdw_event_stream_next(LfdwEventStream *stream,
											   const char *data, size_t len,
											   size_t room,
											   LfdwStreamPiece *piece);
extern bool lfdw_event_stream_header(const LfdwStreamPiece *headers,
									 const char *name, LfdwStreamValue *value);

#endif							/* LFDW_EVENT_STREAM_H */
