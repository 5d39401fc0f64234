/*-------------------------------------------------------------------------
 *
 * socket_set_rebuilt.c
 *		The wait event set where there is no epoll.
 *
 * Sockets cannot be taken out of a wait event set, so it is made anew whenever
 * they have changed.
 *
 * IDENTIFICATION
 *	  src/http/socket_set_rebuilt.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/socket_set.h"
#include "pg/compat.h"

#ifndef LFDW_WAIT_USES_EPOLL

/* Made from the table; dirty where the table has changed since. */
static WaitEventSet *event_set = NULL;
static bool dirty = true;

/* Notes that a socket is watched for other events, 0 for none.  Does not throw. */
bool
lfdw_socket_set_change(pgsocket fd, uint32 before, uint32 after)
{
	dirty = true;
	return true;
}

/* Makes the set anew.  An error on the way leaves it to the next call. */
static void
rebuild(void)
{
	int			size;
	const LfdwWatchedSocket *sockets = lfdw_socket_set_table(&size);
	int			nsockets = 0;

	if (event_set)
	{
		WaitEventSet *old = event_set;

		event_set = NULL;
		FreeWaitEventSet(old);
	}
	for (int fd = 0; fd < size; fd++)
		nsockets += sockets[fd].owner ? 1 : 0;
	event_set = lfdw_create_wait_event_set(nsockets + 2);
	lfdw_socket_set_add_server(event_set);
	for (int fd = 0; fd < size; fd++)
	{
		if (sockets[fd].owner)
			AddWaitEventToSet(event_set, sockets[fd].events, fd, NULL,
							  sockets[fd].owner);
	}
	dirty = false;
}

/* The set as it is to be waited for; raises errors for want of descriptors. */
WaitEventSet *
lfdw_socket_set_open(void)
{
	if (dirty)
		rebuild();
	return event_set;
}

/* Fills the sockets that a wait has found ready, and returns how many there are. */
int
lfdw_socket_set_take(const WaitEvent *events, int nevents, LfdwReadySocket *ready)
{
	int			nready = 0;

	for (int i = 0; i < nevents; i++)
	{
		if ((events[i].events & (WL_SOCKET_READABLE | WL_SOCKET_WRITEABLE)) == 0)
			continue;
		ready[nready].fd = events[i].fd;
		ready[nready].owner = events[i].user_data;
		ready[nready].readable = (events[i].events & WL_SOCKET_READABLE) != 0;
		ready[nready].writeable = (events[i].events & WL_SOCKET_WRITEABLE) != 0;
		nready++;
	}
	return nready;
}

#endif							/* not LFDW_WAIT_USES_EPOLL */
