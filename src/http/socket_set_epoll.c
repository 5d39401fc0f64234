/*-------------------------------------------------------------------------
 *
 * socket_set_epoll.c
 *		The wait event set where there is epoll.
 *
 * The sockets are in an epoll instance of the backend's, which is kept up to
 * date and is ready when one of them is.  So the wait event set has three
 * members for ever: latch, postmaster, and that.
 *
 * A socket that is closed leaves the instance by itself, and its number may be
 * another's by the time that we are told.
 *
 * A wait that is another's, Append's, gets a descriptor for each who waits: a
 * duplicate of the instance's, for a wait event set takes no descriptor twice.
 * A timer in the instance ends such a wait.  Who needs none has a duplicate of
 * one that is always ready.
 *
 * IDENTIFICATION
 *	  src/http/socket_set_epoll.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/socket_set.h"

#ifdef LFDW_WAIT_USES_EPOLL

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "storage/fd.h"

#include "http/pool.h"
#include "pg/compat.h"

/* Descriptors that lending leaves to connections. */
#define SPARE_SLOTS 16

/* Of the backend, made on first use; the last two are only for lending. */
static int	epoll_fd = -1;
static int	timer_fd = -1;		/* in the instance */
static int	ready_fd = -1;		/* readable for ever */

/* When the timer goes off, by lfdw_wait_now_us; PG_INT64_MAX: never. */
static int64 timer_at = PG_INT64_MAX;

/* Latch, postmaster and epoll_fd; NULL until all sockets are in that. */
static WaitEventSet *event_set = NULL;

/* What epoll is to tell of a socket. */
static uint32
epoll_events(uint32 events)
{
	return (events & WL_SOCKET_READABLE ? EPOLLIN : 0) |
		(events & WL_SOCKET_WRITEABLE ? EPOLLOUT : 0);
}

/*
 * Has a socket watched for other events than before, 0 for none.  Returns false
 * where the system does not.  Does not throw.
 */
bool
lfdw_socket_set_change(pgsocket fd, uint32 before, uint32 after)
{
	struct epoll_event event = {
		.events = epoll_events(after),
		.data.fd = fd
	};

	/* lfdw_socket_set_open adds all */
	if (epoll_fd < 0)
		return true;
	if (after == 0)
	{
		/* it may be closed by now */
		epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, &event);
		return true;
	}
	if (epoll_ctl(epoll_fd, before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
				  &event) == 0)
		return true;
	/* the one that had the number before was closed, or is forgotten later */
	if (errno == ENOENT)
		return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
	if (errno == EEXIST)
		return epoll_ctl(epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0;
	return false;
}

/* Raises the error that errno is, about the set. */
static void
report_set(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_RESOURCES),
			 errmsg("could not set up the wait for Lambda functions: %m")));
}

static int
open_epoll(void)
{
	return epoll_create1(EPOLL_CLOEXEC);
}

static int
open_timer(void)
{
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
}

static int
open_ready(void)
{
	return eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
}

static int
open_duplicate(void)
{
	return fcntl(epoll_fd, F_DUPFD_CLOEXEC, 0);
}

/*
 * Opens a descriptor that has none yet, with a slot.  Returns false with errno
 * where none is to be had.
 */
static bool
ensure_open(int *fd, int (*open_one) (void))
{
	int			saved_errno;

	if (*fd >= 0)
		return true;
	if (!AcquireExternalFD())
		return false;
	*fd = open_one();
	if (*fd >= 0)
		return true;
	saved_errno = errno;
	ReleaseExternalFD();
	errno = saved_errno;
	return false;
}

/* Adds the sockets that were watched before there was an instance. */
static void
add_sockets(void)
{
	int			size;
	const LfdwWatchedSocket *sockets = lfdw_socket_set_table(&size);

	for (int fd = 0; fd < size; fd++)
	{
		if (sockets[fd].owner &&
			!lfdw_socket_set_change(fd, 0, sockets[fd].events))
			report_set();
	}
}

/*
 * The set to wait for, made on first use.  Raises 53000 for want of descriptors;
 * the next call goes on where that ended.
 */
WaitEventSet *
lfdw_socket_set_open(void)
{
	WaitEventSet *set;

	if (event_set)
		return event_set;
	if (!ensure_open(&epoll_fd, open_epoll))
		report_set();
	add_sockets();
	set = lfdw_create_wait_event_set(3);
	lfdw_socket_set_add_server(set);
	AddWaitEventToSet(set, WL_SOCKET_READABLE, epoll_fd, NULL, NULL);
	event_set = set;
	return event_set;
}

/* The timer has gone off. */
static void
take_timer(void)
{
	uint64		count;

	(void) !read(timer_fd, &count, sizeof(count));
	timer_at = PG_INT64_MAX;
}

/* Fills the sockets that are ready now, and returns how many there are. */
int
lfdw_socket_set_poll(LfdwReadySocket *ready)
{
	struct epoll_event found[LFDW_READY_MAX];
	int			nfound = epoll_wait(epoll_fd, found, LFDW_READY_MAX, 0);
	int			size;
	const LfdwWatchedSocket *sockets = lfdw_socket_set_table(&size);
	int			nready = 0;

	for (int i = 0; i < nfound; i++)
	{
		int			fd = found[i].data.fd;
		uint32		events = found[i].events;
		const LfdwWatchedSocket *socket = &sockets[fd];

		if (fd == timer_fd)
			take_timer();
		if (fd == timer_fd || socket->owner == NULL)
			continue;
		ready[nready].fd = fd;
		ready[nready].owner = socket->owner;
		/* an error is for whoever reads or writes next to find */
		ready[nready].readable = (socket->events & WL_SOCKET_READABLE) != 0 &&
			(events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
		ready[nready].writeable = (socket->events & WL_SOCKET_WRITEABLE) != 0 &&
			(events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0;
		nready++;
	}
	return nready;
}

/* Fills the sockets that are ready after a wait, and returns how many there are. */
int
lfdw_socket_set_take(const WaitEvent *events, int nevents, LfdwReadySocket *ready)
{
	for (int i = 0; i < nevents; i++)
	{
		if (events[i].events & WL_SOCKET_READABLE)
			return lfdw_socket_set_poll(ready);
	}
	return 0;
}

/*
 * Has the instance be ready at a time of lfdw_wait_now_us, unless it will be
 * before.
 */
void
lfdw_socket_set_timer(int64 at_us)
{
	struct itimerspec when = {0};

	if (at_us >= timer_at)
		return;
	timer_at = at_us;
	/* 0 would stop it */
	at_us = Max(at_us, 1);
	when.it_value.tv_sec = at_us / 1000000;
	when.it_value.tv_nsec = at_us % 1000000 * 1000;
	timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Opens what lending takes; false with errno where that is not to be had. */
static bool
prepare_lending(void)
{
	struct epoll_event event = {.events = EPOLLIN};

	if (!ensure_open(&ready_fd, open_ready) ||
		!ensure_open(&timer_fd, open_timer))
		return false;
	event.data.fd = timer_fd;
	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event) == 0 ||
		errno == EEXIST;
}

/*
 * Lends a descriptor that is ready when the instance is, for a wait event set of
 * another.  It is the caller's, until lfdw_socket_set_take_back.  Returns
 * PGINVALID_SOCKET where the session has few left.  Raises what
 * lfdw_socket_set_open raises.
 */
pgsocket
lfdw_socket_set_lend(void)
{
	int			fd = -1;

	(void) lfdw_socket_set_open();
	if (!prepare_lending() || !lfdw_pool_acquire_slots(SPARE_SLOTS))
		return PGINVALID_SOCKET;
	(void) ensure_open(&fd, open_duplicate);
	lfdw_pool_release_slots(SPARE_SLOTS);
	return fd;
}

/*
 * Has a descriptor that was lent be ready all the time from now on, or again when
 * the instance is.  Returns false where the system does not do it.
 */
bool
lfdw_socket_set_lend_ready(pgsocket fd, bool ready)
{
	return dup3(ready ? ready_fd : epoll_fd, fd, O_CLOEXEC) >= 0;
}

/* Takes back a descriptor that was lent.  Does not throw. */
void
lfdw_socket_set_take_back(pgsocket fd)
{
	close(fd);
	ReleaseExternalFD();
}

#endif							/* LFDW_WAIT_USES_EPOLL */
