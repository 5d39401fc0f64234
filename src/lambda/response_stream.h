/*-------------------------------------------------------------------------
 *
 * response_stream.h
 *		A streamed answer: messages come in, the function's bytes go out.
 *
 * IDENTIFICATION
 *	  src/lambda/response_stream.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_RESPONSE_STREAM_H
#define LFDW_RESPONSE_STREAM_H

#include "postgres.h"

#include "base/buffer.h"
#include "base/event_stream.h"
#include "http/exchange.h"

typedef enum LfdwStreamState
{
	LFDW_STREAM_OPEN,			/* the function has not ended */
	LFDW_STREAM_COMPLETE,		/* it has, well */
	LFDW_STREAM_RAISED,			/* it has, with an error: code and words */
	LFDW_STREAM_REFUSED			/* the service failed: code and words */
} LfdwStreamState;

/* What a message is. */
typedef enum LfdwMessageKind
{
	LFDW_MESSAGE_CHUNK,			/* bytes of the answer */
	LFDW_MESSAGE_COMPLETE,
	LFDW_MESSAGE_EXCEPTION,
	LFDW_MESSAGE_OTHER			/* nothing that we know of */
} LfdwMessageKind;

/* Others read the first five members; words may be the remote side's. */
typedef struct LfdwResponseStream
{
	LfdwBuffer	window;			/* the function's bytes, not yet discarded */
	size_t		received;		/* of them */
	bool		has_more;		/* there is more to take without a wait */
	LfdwStreamState state;
	struct
	{
		const char *code;
		const char *words;		/* JSON or text */
		const char *log_result; /* base64; NULL for none */
	}			end;			/* once it is not OPEN; "" for none */

	LfdwHttpExchange *exchange;
	size_t		max_bytes;
	MemoryContext context;
	LfdwEventStream messages;
	bool		has_begun;		/* a message has been read */
	LfdwMessageKind kind;		/* of the message under way */
	LfdwBuffer	document;		/* its payload, if it is no chunk */
	size_t		counted;		/* in the memory of all answers */
} LfdwResponseStream;

extern LfdwResponseStream *lfdw_response_stream_create(LfdwHttpExchange *exchange,
													   size_t max_bytes,
													   MemoryContext context);
extern void lfdw_response_stream_take(LfdwResponseStream *stream);
extern void lfdw_response_stream_widen(LfdwResponseStream *stream);

#endif							/* LFDW_RESPONSE_STREAM_H */
