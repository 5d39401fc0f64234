/*-------------------------------------------------------------------------
 *
 * response_stream.c
 *		A streamed answer: messages come in, the function's bytes go out.
 *
 * The body of an answer of InvokeWithResponseStream is an event stream: chunks
 * of what the function writes (PayloadChunk), and InvokeComplete at the end,
 * which alone tells whether the function has failed (Lambda's API reference).
 * Chunks are moved from the window of the exchange into one of the stream's own,
 * as far as there is room; behind that the exchange's window fills, and the
 * transfer pauses.
 *
 * What breaks the protocol fails the exchange, as a connection that breaks does.
 *
 * IDENTIFICATION
 *	  src/lambda/response_stream.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_reader.h"
#include "http/answer_memory.h"
#include "http/http.h"
#include "lambda/response_stream.h"
#include "pg/owner.h"

/* Bytes that are unpacked ahead of the reader, unless one row needs more. */
#define STREAM_WINDOW (1024 * 1024)

/* A message that is no chunk: an error's words, the end of a log. */
#define DOCUMENT_MAX (256 * 1024)

/* Frees the windows. */
static void
release(void *arg)
{
	LfdwResponseStream *stream = arg;

	lfdw_buffer_free(&stream->window);
	lfdw_buffer_free(&stream->document);
	lfdw_answer_memory_count(&stream->counted, 0);
}

/*
 * Makes the stream that the body of an exchange is, of at most max_bytes of the
 * function's.  It belongs to the context, as the exchange must.
 */
LfdwResponseStream *
lfdw_response_stream_create(LfdwHttpExchange *exchange, size_t max_bytes,
							MemoryContext context)
{
	LfdwResponseStream *stream = MemoryContextAllocZero(context,
														sizeof(LfdwResponseStream));

	stream->exchange = exchange;
	stream->max_bytes = max_bytes;
	stream->context = context;
	stream->end.code = "";
	stream->end.words = "";
	lfdw_buffer_init(&stream->window, STREAM_WINDOW);
	lfdw_buffer_init(&stream->document, DOCUMENT_MAX);
	lfdw_owner_register(context, release, stream);
	return stream;
}

/* The stream is none: fails its exchange. */
static void
fail(LfdwResponseStream *stream, const char *why)
{
	lfdw_http_reject(stream->exchange, LFDW_HTTP_BROKEN,
					 psprintf("%s: %s", stream->has_begun ?
							  "the event stream is broken" :
							  "the answer is no event stream", why));
}

/* A copy of text in the stream's context. */
static char *
keep_text(LfdwResponseStream *stream, const char *bytes, size_t len)
{
	char	   *text = MemoryContextAlloc(stream->context, len + 1);

	memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

/* Has a message a header that is this string? */
static bool
header_is(const LfdwStreamPiece *headers, const char *name, const char *text)
{
	LfdwStreamValue value;

	return lfdw_event_stream_header(headers, name, &value) &&
		value.type == LFDW_STREAM_STRING && value.len == strlen(text) &&
		memcmp(value.bytes, text, value.len) == 0;
}

/* A header whose value is a string, kept; "" where there is none. */
static const char *
keep_header(LfdwResponseStream *stream, const LfdwStreamPiece *headers,
			const char *name)
{
	LfdwStreamValue value;

	return lfdw_event_stream_header(headers, name, &value) &&
		value.type == LFDW_STREAM_STRING ?
		keep_text(stream, value.bytes, value.len) : "";
}

/* Notes what a message is by its headers; of all but the last nothing is kept. */
static void
begin_message(LfdwResponseStream *stream, const LfdwStreamPiece *headers)
{
	bool		is_exception = header_is(headers, ":message-type", "exception");

	stream->has_begun = true;
	if (header_is(headers, ":event-type", "PayloadChunk"))
		stream->kind = LFDW_MESSAGE_CHUNK;
	else if (header_is(headers, ":event-type", "InvokeComplete"))
		stream->kind = LFDW_MESSAGE_COMPLETE;
	else if (is_exception || header_is(headers, ":message-type", "error"))
	{
		stream->kind = LFDW_MESSAGE_EXCEPTION;
		stream->end.code = keep_header(stream, headers, is_exception ?
									   ":exception-type" : ":error-code");
		stream->end.words = keep_header(stream, headers, ":error-message");
	}
	else
		stream->kind = LFDW_MESSAGE_OTHER;
}

/* Keeps a member of InvokeComplete. */
static void
keep_member(LfdwResponseStream *stream, const LfdwJsonValue *key,
			const LfdwJsonValue *value)
{
	char	   *text;

	if (value->type != LFDW_JSON_STRING)
		return;
	text = MemoryContextAlloc(stream->context, value->len + 1);
	text[lfdw_json_unescape(value, text)] = '\0';
	if (lfdw_json_is(key, "ErrorCode"))
		stream->end.code = text;
	else if (lfdw_json_is(key, "ErrorDetails"))
		stream->end.words = text;
	else if (lfdw_json_is(key, "LogResult"))
		stream->end.log_result = text;
}

/* Reads InvokeComplete; false where it is no object. */
static bool
read_complete(LfdwResponseStream *stream)
{
	LfdwJsonReader reader;
	LfdwJsonValue key;
	LfdwJsonValue value;
	LfdwJsonStatus status;

	if (stream->document.len == 0)
		return true;
	lfdw_json_init(&reader, lfdw_buffer_bytes(&stream->document),
				   stream->document.len, true);
	status = lfdw_json_enter(&reader);
	while (status == LFDW_JSON_OK &&
		   (status = lfdw_json_member(&reader, &key)) == LFDW_JSON_OK &&
		   (status = lfdw_json_value(&reader, &value)) == LFDW_JSON_OK)
		keep_member(stream, &key, &value);
	return status == LFDW_JSON_END;
}

/* A message is whole: says what state the stream is in behind it. */
static void
end_message(LfdwResponseStream *stream)
{
	const LfdwBuffer *document = &stream->document;

	if (stream->kind == LFDW_MESSAGE_EXCEPTION)
	{
		if (document->len > 0)
			stream->end.words = keep_text(stream, lfdw_buffer_bytes(document),
										  document->len);
		stream->state = LFDW_STREAM_REFUSED;
	}
	else if (stream->kind == LFDW_MESSAGE_COMPLETE)
	{
		if (!read_complete(stream))
			fail(stream, "InvokeComplete is no JSON object");
		stream->state = stream->end.code[0] || stream->end.words[0] ?
			LFDW_STREAM_RAISED : LFDW_STREAM_COMPLETE;
	}
}

/* Where the payload of the message under way goes; NULL: it is dropped. */
static LfdwBuffer *
target_of(LfdwResponseStream *stream)
{
	if (stream->kind == LFDW_MESSAGE_OTHER)
		return NULL;
	return stream->kind == LFDW_MESSAGE_CHUNK ? &stream->window :
		&stream->document;
}

/* Takes bytes of a payload. */
static void
take_payload(LfdwResponseStream *stream, const LfdwStreamPiece *piece)
{
	LfdwBuffer *target = target_of(stream);

	if (stream->kind == LFDW_MESSAGE_CHUNK)
		stream->received += piece->len;
	if (stream->received > stream->max_bytes)
		lfdw_http_reject(stream->exchange, LFDW_HTTP_TOO_LARGE,
						 "the answer is too large");
	else if (target && !lfdw_buffer_append(target, piece->bytes, piece->len))
		lfdw_http_reject(stream->exchange, LFDW_HTTP_NO_MEMORY, "out of memory");
}

/* Nothing more can be read yet: may the exchange be where it is? */
static void
check_rest(LfdwResponseStream *stream)
{
	size_t		rest = lfdw_exchange_body(stream->exchange)->len;

	if (stream->messages.error)
		fail(stream, stream->messages.error);
	else if (stream->state != LFDW_STREAM_OPEN)
	{
		if (rest > 0)
			fail(stream, "bytes follow its last message");
	}
	else if (lfdw_exchange_state(stream->exchange) == LFDW_HTTP_DONE)
		fail(stream, stream->messages.in_message || rest > 0 ?
			 "it ends inside of a message" :
			 "it ends without the message InvokeComplete");
}

/*
 * The next step; returns false where there is none, or the reader comes first, who
 * has not seen the bytes moved.
 */
static bool
take_step(LfdwResponseStream *stream, size_t *moved)
{
	LfdwBuffer *body = lfdw_exchange_body(stream->exchange);
	LfdwBuffer *target = target_of(stream);
	LfdwStreamPiece piece;
	LfdwStreamStatus status;

	if (stream->messages.in_message && stream->kind != LFDW_MESSAGE_CHUNK &&
		*moved > 0)
	{
		stream->has_more = true;
		return false;
	}
	status = lfdw_event_stream_next(&stream->messages, body->len > 0 ?
									lfdw_buffer_bytes(body) : "", body->len,
									target ? target->limit - target->len : SIZE_MAX,
									&piece);
	switch (status)
	{
		case LFDW_STREAM_MORE:
		case LFDW_STREAM_BAD:
			stream->has_more = *moved > 0 &&
				(status == LFDW_STREAM_BAD ||
				 lfdw_exchange_state(stream->exchange) == LFDW_HTTP_DONE);
			if (!stream->has_more)
				check_rest(stream);
			return false;
		case LFDW_STREAM_FULL:
			if (target == &stream->document)
				fail(stream, "a message beside the chunks is too long");
			stream->has_more = true;
			return false;
		case LFDW_STREAM_MESSAGE:
			begin_message(stream, &piece);
			break;
		case LFDW_STREAM_PAYLOAD:
			take_payload(stream, &piece);
			*moved += stream->kind == LFDW_MESSAGE_CHUNK ? piece.len : 0;
			break;
		case LFDW_STREAM_MESSAGE_END:
			end_message(stream);
			break;
	}
	lfdw_buffer_discard(body, piece.used);
	return true;
}

/*
 * Takes what has come of the messages, as far as the window has room.  What the
 * function's end says, and what is wrong with the stream, is only told once the
 * reader has seen all bytes before: that is so if a call moves none.  Where there is more to take all the same,
 * has_more says so.  A stream that is none fails its exchange.
 */
void
lfdw_response_stream_take(LfdwResponseStream *stream)
{
	size_t		moved = 0;

	stream->has_more = false;
	lfdw_answer_memory_trim(&stream->window);
	while (lfdw_exchange_state(stream->exchange) != LFDW_HTTP_FAILED &&
		   (stream->state == LFDW_STREAM_OPEN ||
			lfdw_exchange_body(stream->exchange)->len > 0))
	{
		if (stream->state != LFDW_STREAM_OPEN)
			check_rest(stream);
		else if (!take_step(stream, &moved))
			break;
	}
	lfdw_answer_memory_count(&stream->counted, stream->window.size);
}

/* Lets the window grow, for a reader who can discard nothing of a full one. */
void
lfdw_response_stream_widen(LfdwResponseStream *stream)
{
	if (stream->window.len == stream->window.limit)
		stream->window.limit *= 2;
}
