/*-------------------------------------------------------------------------
 *
 * wait.c
 *		The one wait: for sockets, with PostgreSQL's latch.
 *
 * libcurl's callbacks keep the table of sockets; they must not throw, so the
 * table is malloc'd and the wait event set is made from it later.
 *
 * IDENTIFICATION
 *	  src/http/wait.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <poll.h>
#include <time.h>

#include "miscadmin.h"
#include "storage/latch.h"

#include "http/wait.h"
#include "pg/compat.h"

typedef struct WatchedSocket
{
	pgsocket	fd;
	void	   *owner;
	uint32		events;			/* WL_SOCKET_ flags */
} WatchedSocket;

static WatchedSocket *sockets = NULL;	/* malloc'd */
static int	nsockets = 0;
static int	room = 0;

/* See lfdw_wait_set_deadline. */
static int64 deadline = PG_INT64_MAX;

/* Made from the table; dirty where the table has changed since. */
static WaitEventSet *event_set = NULL;
static bool dirty = true;

static int
find_socket(pgsocket fd)
{
	int			i = 0;

	while (i < nsockets && sockets[i].fd != fd)
		i++;
	return i;
}

/*
 * Watches a socket for these events instead of those before; the waits report
 * owner with it.  Returns false, and changes nothing, where memory is short.
 * Does not throw.
 */
bool
lfdw_wait_watch(void *owner, pgsocket fd, bool readable, bool writeable)
{
	int			i = find_socket(fd);

	if (i == room)
	{
		int			more = room > 0 ? room * 2 : 16;
		WatchedSocket *longer = realloc(sockets, more * sizeof(WatchedSocket));

		if (longer == NULL)
			return false;
		sockets = longer;
		room = more;
	}
	if (i == nsockets)
		nsockets++;
	sockets[i].fd = fd;
	sockets[i].owner = owner;
	sockets[i].events = (readable ? WL_SOCKET_READABLE : 0) |
		(writeable ? WL_SOCKET_WRITEABLE : 0);
	dirty = true;
	return true;
}

/* Watches a socket no longer.  Does not throw. */
void
lfdw_wait_forget(pgsocket fd)
{
	int			i = find_socket(fd);

	if (i < nsockets)
		sockets[i] = sockets[--nsockets];
	dirty = true;
}

/* Watches no socket of an owner any longer.  Does not throw. */
void
lfdw_wait_forget_all(void *owner)
{
	for (int i = nsockets - 1; i >= 0; i--)
	{
		if (sockets[i].owner == owner)
			sockets[i] = sockets[--nsockets];
	}
	dirty = true;
}

/* Microseconds of a clock that is never set. */
int64
lfdw_wait_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/*
 * What begins from now on, an exchange or a program, is waited for until this
 * time of lfdw_wait_now_us at most, whatever its own limits: for who holds
 * interrupts, and must come to an end.  PG_INT64_MAX is none.
 */
void
lfdw_wait_set_deadline(int64 deadline_us)
{
	deadline = deadline_us;
}

/* The time that lfdw_wait_set_deadline has set. */
int64
lfdw_wait_deadline_us(void)
{
	return deadline;
}

/*
 * Watches the latch, and the postmaster, which is not there in single-user
 * mode: two events at most.
 */
static void
watch_server(WaitEventSet *set)
{
	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	if (IsUnderPostmaster)
		AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL,
						  NULL);
}

/*
 * Makes the wait event set anew: sockets cannot be taken out of one.  An
 * error on the way leaves the half-made set to the next call.
 */
static void
rebuild_event_set(void)
{
	if (event_set)
	{
		WaitEventSet *old = event_set;

		event_set = NULL;
		FreeWaitEventSet(old);
	}
	event_set = lfdw_create_wait_event_set(nsockets + 2);
	watch_server(event_set);
	for (int i = 0; i < nsockets; i++)
		AddWaitEventToSet(event_set, sockets[i].events, sockets[i].fd, NULL,
						  sockets[i].owner);
	dirty = false;
}

/*
 * The number of a wait event.  17 and later show extensions' own names, which
 * are looked up on first use, since that takes a lock.
 */
static uint32
event_number(LfdwWaitEvent event)
{
	static const char *const names[] = {
		[LFDW_WAIT_CONNECT] = "LambdaConnect",
		[LFDW_WAIT_INVOKE] = "LambdaInvoke",
		[LFDW_WAIT_BACKOFF] = "LambdaBackoff"
	};
	static uint32 numbers[lengthof(names)];

	if (numbers[event] == 0)
		numbers[event] = lfdw_wait_event_number(names[event]);
	return numbers[event];
}

/*
 * Waits until a watched socket is ready, the latch is set, or timeout_ms have
 * passed (-1: no limit).  Fills ready, of LFDW_READY_MAX, and returns how many
 * there are, perhaps none.  Serves interrupts, which may raise errors; the
 * postmaster's death ends the backend.
 */
int
lfdw_wait_for_sockets(LfdwWaitEvent event, long timeout_ms,
					  LfdwReadySocket *ready)
{
	WaitEvent	events[LFDW_READY_MAX];
	int			nevents;
	int			nready = 0;

	if (dirty)
		rebuild_event_set();
	nevents = WaitEventSetWait(event_set, timeout_ms, events, LFDW_READY_MAX,
							   event_number(event));
	for (int i = 0; i < nevents; i++)
	{
		if (events[i].events & WL_LATCH_SET)
			ResetLatch(MyLatch);
		if (events[i].events & (WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE))
		{
			ready[nready].fd = events[i].fd;
			ready[nready].owner = events[i].user_data;
			ready[nready].readable = (events[i].events & WL_SOCKET_READABLE) != 0;
			ready[nready].writeable = (events[i].events & WL_SOCKET_WRITEABLE) != 0;
			nready++;
		}
	}
	CHECK_FOR_INTERRUPTS();
	return nready;
}

/*
 * Has anything come on one of these sockets, be it its end?  Does not wait.  True
 * also where that cannot be told.
 */
bool
lfdw_wait_has_news(const pgsocket *fds, int nfds)
{
	struct pollfd *asked = palloc(sizeof(struct pollfd) * (nfds + 1));
	bool		has_news;

	for (int i = 0; i < nfds; i++)
	{
		asked[i].fd = fds[i];
		asked[i].events = POLLIN;
	}
	has_news = nfds > 0 && poll(asked, nfds, 0) != 0;
	pfree(asked);
	return has_news;
}

/*
 * Waits until one of two pipes (-1: none) has something to read, the latch is
 * set, or timeout_ms have passed.  Serves interrupts, which may raise errors.
 */
void
lfdw_wait_for_pipes(int first, int second, long timeout_ms)
{
	WaitEventSet *pipes = lfdw_create_wait_event_set(4);
	WaitEvent	event;

	watch_server(pipes);
	if (first >= 0)
		AddWaitEventToSet(pipes, WL_SOCKET_READABLE, first, NULL, NULL);
	if (second >= 0)
		AddWaitEventToSet(pipes, WL_SOCKET_READABLE, second, NULL, NULL);
	if (WaitEventSetWait(pipes, timeout_ms, &event, 1,
						 event_number(LFDW_WAIT_CONNECT)) > 0 &&
		(event.events & WL_LATCH_SET))
		ResetLatch(MyLatch);
	FreeWaitEventSet(pipes);
	CHECK_FOR_INTERRUPTS();
}
