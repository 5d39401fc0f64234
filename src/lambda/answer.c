/*-------------------------------------------------------------------------
 *
 * answer.c
 *		What an answer says beside its bytes: a document of an error, the end of
 *		the function's log, a coding.
 *
 * What is read here is kept in the invocation, and read once: the end of the
 * answer is where it is asked for.
 *
 * IDENTIFICATION
 *	  src/lambda/answer.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lambda/invoke_internal.h"
#include "pg/compat.h"
#include "pg/message.h"

/*
 * How many bytes the answer of a function may have: as the option says, or near
 * what Lambda passes on.
 */
int
lfdw_answer_max_bytes(const LfdwFunction *function)
{
	int			given = function->route.limits.max_response_bytes;

	if (given > 0)
		return given;
	return function->streams ? LFDW_STREAMED_ANSWER_MAX : LFDW_ANSWER_MAX;
}

/* The bytes of an answer that is an error, at least "". */
const char *
lfdw_answer_bytes(const LfdwInvocation *invocation, size_t *len)
{
	LfdwBuffer *body = lfdw_exchange_body(invocation->run->exchange);

	if (invocation->stream)
	{
		*len = strlen(invocation->stream->end.words);
		return invocation->stream->end.words;
	}
	*len = body->len;
	return body->len > 0 ? lfdw_buffer_bytes(body) : "";
}

/*
 * Reads the document that says what went wrong, of AWS or of the function's
 * runtime, into the invocation: an empty one where there is none.  The answer
 * must be the last, and as whole as it will be.  A streamed one has a code beside
 * the document, which may be text.
 */
void
lfdw_answer_read_doc(LfdwInvocation *invocation)
{
	size_t		len;
	const char *bytes = lfdw_answer_bytes(invocation, &len);

	invocation->doc = palloc(sizeof(LfdwErrorDoc));
	lfdw_error_doc_read(invocation->doc, bytes, len);
	if (invocation->stream == NULL)
		return;
	if (invocation->doc->error_type[0] == '\0')
		strlcpy(invocation->doc->error_type, invocation->stream->end.code,
				sizeof(invocation->doc->error_type));
	if (invocation->doc->message[0] == '\0')
		strlcpy(invocation->doc->message, bytes, sizeof(invocation->doc->message));
}

/*
 * Decodes the end of the function's log (the header X-Amz-Log-Result, or LogResult
 * of InvokeComplete, in Lambda's API reference) into the invocation, where there is
 * one.  The bytes are the function's.
 */
void
lfdw_answer_read_log(LfdwInvocation *invocation)
{
	const char *encoded = invocation->stream ? invocation->stream->end.log_result :
	lfdw_exchange_header(invocation->run->exchange, "X-Amz-Log-Result");
	char	   *tail;
	int			decoded;

	if (encoded == NULL)
		return;
	tail = palloc(strlen(encoded) + 1);
	decoded = lfdw_b64_decode(encoded, strlen(encoded), tail);
	if (decoded < 0)
		return;
	invocation->log_tail = tail;
	invocation->log_tail_len = decoded;
}

/*
 * Did the function answer with more than Lambda passes on?  Its document must
 * have been read.
 */
bool
lfdw_answer_is_too_large(const LfdwInvocation *invocation)
{
	return strcmp(invocation->doc->error_type,
				  "Function.ResponseSizeTooLarge") == 0;
}

/* The coding of an answer's body, fit for a message; NULL where there is none. */
char *
lfdw_answer_encoding(const LfdwInvocation *invocation)
{
	char	   *value = lfdw_exchange_header(invocation->run->exchange,
											 "Content-Encoding");

	if (value == NULL || value[0] == '\0' ||
		pg_strcasecmp(value, "identity") == 0)
		return NULL;
	return lfdw_error_excerpt(value, strlen(value));
}

/* How many bytes of the answer have come, seen or not. */
int64
lfdw_answer_received(const LfdwInvocation *invocation)
{
	return invocation->run->exchange ?
		lfdw_exchange_received(invocation->run->exchange) : 0;
}

/*
 * Has all of an answer that was seen come, so that a look raises nothing and shows
 * its end?  Of a stream only a look tells.
 */
bool
lfdw_answer_is_whole(const LfdwInvocation *invocation)
{
	return invocation->accepted && !invocation->function->streams &&
		invocation->run->exchange &&
		lfdw_exchange_state(invocation->run->exchange) == LFDW_HTTP_DONE;
}
