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

/* The bytes of an answer's body, at least "". */
const char *
lfdw_answer_bytes(const LfdwInvocation *invocation, size_t *len)
{
	LfdwBuffer *body = lfdw_exchange_body(invocation->run->exchange);

	*len = body->len;
	return body->len > 0 ? lfdw_buffer_bytes(body) : "";
}

/*
 * Reads the document that says what went wrong, of AWS or of the function's
 * runtime, into the invocation: an empty one where there is none.  The answer
 * must be the last, and as whole as it will be.
 */
void
lfdw_answer_read_doc(LfdwInvocation *invocation)
{
	size_t		len;
	const char *bytes = lfdw_answer_bytes(invocation, &len);

	invocation->doc = palloc(sizeof(LfdwErrorDoc));
	lfdw_error_doc_read(invocation->doc, bytes, len);
}

/*
 * Decodes the end of the function's log (the header X-Amz-Log-Result of
 * Lambda's API reference) into the invocation, where there is one.  The bytes
 * are the function's.
 */
void
lfdw_answer_read_log(LfdwInvocation *invocation)
{
	const char *encoded = lfdw_exchange_header(invocation->run->exchange,
											   "X-Amz-Log-Result");
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
