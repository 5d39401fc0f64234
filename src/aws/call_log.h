/*-------------------------------------------------------------------------
 *
 * call_log.h
 *		The server's log of calls.
 *
 * IDENTIFICATION
 *	  src/aws/call_log.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CALL_LOG_H
#define LFDW_CALL_LOG_H

#include "postgres.h"

/* What a line says of a call; texts are in the database encoding. */
typedef struct LfdwCallLine
{
	const char *server;
	const char *service;
	const char *function;
	const char *qualifier;		/* "" for none */
	const char *outcome;		/* in a word or two */
	bool		failed;
	const char *error;			/* NULL for none */
	int			status;			/* HTTP's, 0: no answer */
	int			attempts;
	int64		duration_us;
	int64		slot_wait_us;
	int64		sent_bytes;
	int64		received_bytes;
	const char *request_id;		/* "" for none */
	const char *trace_id;		/* NULL for none */
} LfdwCallLine;

extern bool lfdw_call_log_is_on(void);
extern void lfdw_call_log_write(const LfdwCallLine *line);

#endif							/* LFDW_CALL_LOG_H */
