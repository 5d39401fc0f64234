/*-------------------------------------------------------------------------
 *
 * socket_set.h
 *		The sockets that are watched, and the wait event set they are in.
 *
 * For http/ alone.  There are two kinds of set: socket_set_epoll.c where there is
 * epoll, and socket_set_rebuilt.c elsewhere.
 *
 * IDENTIFICATION
 *	  src/http/socket_set.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SOCKET_SET_H
#define LFDW_SOCKET_SET_H

#include "postgres.h"

#include "storage/latch.h"

/* LFDW_NO_EPOLL has Linux do as others must, for tests. */
#if defined(__linux__) && defined(HAVE_SYS_EPOLL_H) && !defined(LFDW_NO_EPOLL)
#define LFDW_WAIT_USES_EPOLL
#endif

/* Sockets that one wait reports; more are found by the next. */
#define LFDW_READY_MAX 64

/* A socket that is watched. */
typedef struct LfdwWatchedSocket
{
	void	   *owner;			/* NULL: it is not watched */
	uint32		events;			/* WL_SOCKET_ flags */
} LfdwWatchedSocket;

typedef struct LfdwReadySocket
{
	pgsocket	fd;
	void	   *owner;			/* whoever watches it */
	bool		readable;
	bool		writeable;
} LfdwReadySocket;

/* socket_set.c: what both kinds have in common */
extern LfdwWatchedSocket *lfdw_socket_set_place(pgsocket fd);
extern const LfdwWatchedSocket *lfdw_socket_set_table(int *size);
extern void lfdw_socket_set_add_server(WaitEventSet *set);

/* either of them */
extern bool lfdw_socket_set_change(pgsocket fd, uint32 before, uint32 after);
extern WaitEventSet *lfdw_socket_set_open(void);
extern int	lfdw_socket_set_take(const WaitEvent *events, int nevents,
								 LfdwReadySocket *ready);

/* the one with epoll: for a wait that is another's */
#ifdef LFDW_WAIT_USES_EPOLL
extern int	lfdw_socket_set_poll(LfdwReadySocket *ready);
extern void lfdw_socket_set_timer(int64 at_us);
extern pgsocket lfdw_socket_set_lend(void);
extern bool lfdw_socket_set_lend_ready(pgsocket fd, bool ready);
extern void lfdw_socket_set_take_back(pgsocket fd);
#endif

#endif							/* LFDW_SOCKET_SET_H */
