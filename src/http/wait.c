/*-------------------------------------------------------------------------
 *
 * wait.c
 *		The one wait: for sockets, with PostgreSQL's latch.
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

/* See lfdw_wait_set_deadline. */
static int64 deadline = PG_INT64_MAX;

/* See lfdw_wait_was_woken. */
static bool was_woken = false;

/*
 * Watches a socket for these events instead of those before; the waits report
 * owner with it.  Returns false where memory is short or the system does not
 * do it.  Does not throw.
 */
bool
lfdw_wait_watch(void *owner, pgsocket fd, bool readable, bool writeable)
{
	LfdwWatchedSocket *socket = lfdw_socket_set_place(fd);
	uint32		before;
	uint32		events = (readable ? WL_SOCKET_READABLE : 0) |
	(writeable ? WL_SOCKET_WRITEABLE : 0);

	if (socket == NULL)
		return false;
	if (socket->owner == owner && socket->events == events)
		return true;
	before = socket->events;
	socket->owner = owner;
	socket->events = events;
	return lfdw_socket_set_change(fd, before, events);
}

/* Watches a socket no longer.  Does not throw. */
void
lfdw_wait_forget(pgsocket fd)
{
	LfdwWatchedSocket *socket = lfdw_socket_set_place(fd);

	if (socket == NULL || socket->owner == NULL)
		return;
	lfdw_socket_set_change(fd, socket->events, 0);
	socket->owner = NULL;
	socket->events = 0;
}

/* Watches no socket of an owner any longer.  Does not throw. */
void
lfdw_wait_forget_all(void *owner)
{
	int			size;
	const LfdwWatchedSocket *sockets = lfdw_socket_set_table(&size);

	for (pgsocket fd = 0; fd < size; fd++)
	{
		if (sockets[fd].owner == owner)
			lfdw_wait_forget(fd);
	}
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
 * The number of a wait event.  17 and later show extensions' own names, which
 * are looked up on first use, since that takes a lock.
 */
static uint32
event_number(LfdwWaitEvent event)
{
	static const char *const names[] = {
		[LFDW_WAIT_CREDENTIALS] = "LambdaCredentials",
		[LFDW_WAIT_S3] = "LambdaS3",
		[LFDW_WAIT_MODEL] = "LambdaModel",
		[LFDW_WAIT_CONNECT] = "LambdaConnect",
		[LFDW_WAIT_INVOKE] = "LambdaInvoke",
		[LFDW_WAIT_BACKOFF] = "LambdaBackoff",
		[LFDW_WAIT_SLOT] = "LambdaSlot",
		[LFDW_WAIT_CACHE] = "LambdaCache"
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
	int			nevents = WaitEventSetWait(lfdw_socket_set_open(), timeout_ms, events,
										   LFDW_READY_MAX, event_number(event));
	int			nready = lfdw_socket_set_take(events, nevents, ready);

	was_woken = false;
	for (int i = 0; i < nevents; i++)
	{
		if (events[i].events & WL_LATCH_SET)
		{
			ResetLatch(MyLatch);
			was_woken = true;
		}
	}
	CHECK_FOR_INTERRUPTS();
	return nready;
}

/* Has the last wait for sockets ended because the latch was set? */
bool
lfdw_wait_was_woken(void)
{
	return was_woken;
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

	lfdw_socket_set_add_server(pipes);
	if (first >= 0)
		AddWaitEventToSet(pipes, WL_SOCKET_READABLE, first, NULL, NULL);
	if (second >= 0)
		AddWaitEventToSet(pipes, WL_SOCKET_READABLE, second, NULL, NULL);
	if (WaitEventSetWait(pipes, timeout_ms, &event, 1,
						 event_number(LFDW_WAIT_CREDENTIALS)) > 0 &&
		(event.events & WL_LATCH_SET))
		ResetLatch(MyLatch);
	FreeWaitEventSet(pipes);
	CHECK_FOR_INTERRUPTS();
}
