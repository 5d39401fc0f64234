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
 * IDENTIFICATION
 *	  src/http/socket_set_epoll.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/socket_set.h"

#ifdef LFDW_WAIT_USES_EPOLL

#include <sys/epoll.h>

#include "storage/fd.h"

#include "pg/compat.h"

static int	epoll_fd = -1;

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

/* Makes the epoll instance. */
static int
make_epoll(void)
{
	int			fd;

	if (!AcquireExternalFD())
		report_set();
	fd = epoll_create1(EPOLL_CLOEXEC);
	if (fd < 0)
	{
		ReleaseExternalFD();
		report_set();
	}
	return fd;
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
	if (epoll_fd < 0)
		epoll_fd = make_epoll();
	add_sockets();
	set = lfdw_create_wait_event_set(3);
	lfdw_socket_set_add_server(set);
	AddWaitEventToSet(set, WL_SOCKET_READABLE, epoll_fd, NULL, NULL);
	event_set = set;
	return event_set;
}

/* Fills the sockets that are ready now, and returns how many there are. */
static int
take_ready(LfdwReadySocket *ready)
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

		if (socket->owner == NULL)
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
			return take_ready(ready);
	}
	return 0;
}

#endif							/* LFDW_WAIT_USES_EPOLL */
