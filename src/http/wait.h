/*-------------------------------------------------------------------------
 *
 * wait.h
 *		The one wait: for sockets, with PostgreSQL's latch.
 *
 * IDENTIFICATION
 *	  src/http/wait.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WAIT_H
#define LFDW_WAIT_H

#include "postgres.h"

#include "http/socket_set.h"

/* What a wait is for, as pg_stat_activity shows it. */
typedef enum LfdwWaitEvent
{
	LFDW_WAIT_NONE,
	LFDW_WAIT_CREDENTIALS,		/* whatever gives them */
	LFDW_WAIT_S3,				/* the answers of services ... */
	LFDW_WAIT_MODEL,
	LFDW_WAIT_CONNECT,
	LFDW_WAIT_INVOKE,
	LFDW_WAIT_BACKOFF,
	LFDW_WAIT_SLOT,
	LFDW_WAIT_CACHE				/* an answer of another session */
} LfdwWaitEvent;

extern bool lfdw_wait_watch(void *owner, pgsocket fd, bool readable,
							bool writeable);
extern void lfdw_wait_forget(pgsocket fd);
extern void lfdw_wait_forget_all(void *owner);
extern int64 lfdw_wait_now_us(void);
extern void lfdw_wait_set_deadline(int64 deadline_us);
extern int64 lfdw_wait_deadline_us(void);
extern int	lfdw_wait_for_sockets(LfdwWaitEvent event, long timeout_ms,
								  LfdwReadySocket *ready);
extern bool lfdw_wait_was_woken(void);
extern bool lfdw_wait_has_news(const pgsocket *fds, int nfds);
extern void lfdw_wait_for_pipes(int first, int second, long timeout_ms);

#endif							/* LFDW_WAIT_H */
