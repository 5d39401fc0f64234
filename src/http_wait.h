/*-------------------------------------------------------------------------
 *
 * http_wait.h
 *		The one wait: for sockets, with PostgreSQL's latch.
 *
 * IDENTIFICATION
 *	  src/http_wait.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_WAIT_H
#define LFDW_HTTP_WAIT_H

#include "postgres.h"

/* Sockets that one wait reports; more are found by the next. */
#define LFDW_READY_MAX 64

typedef struct LfdwReadySocket
{
	pgsocket	fd;
	bool		readable;
	bool		writeable;
} LfdwReadySocket;

extern bool lfdw_wait_watch(pgsocket fd, bool readable, bool writeable);
extern void lfdw_wait_forget(pgsocket fd);
extern void lfdw_wait_forget_all(void);
extern int64 lfdw_wait_now_us(void);
extern int	lfdw_wait_for_sockets(long timeout_ms, LfdwReadySocket *ready);

#endif							/* LFDW_HTTP_WAIT_H */
