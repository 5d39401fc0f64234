/*-------------------------------------------------------------------------
 *
 * socket_set.c
 *		The sockets that are watched, and the wait event set they are in.
 *
 * libcurl's callbacks keep the table; they must not throw, so it is malloc'd.
 *
 * IDENTIFICATION
 *	  src/http/socket_set.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "http/socket_set.h"

/* By number; malloc'd. */
static LfdwWatchedSocket *sockets = NULL;
static int	nsockets = 0;

/*
 * The place of a number in the table, until the next call.  NULL where memory is
 * short.  Does not throw.
 */
LfdwWatchedSocket *
lfdw_socket_set_place(pgsocket fd)
{
	int			size = Max(nsockets, 64);
	LfdwWatchedSocket *longer;

	if (fd < nsockets)
		return &sockets[fd];
	while (size <= fd)
		size *= 2;
	longer = realloc(sockets, size * sizeof(LfdwWatchedSocket));
	if (longer == NULL)
		return NULL;
	memset(longer + nsockets, 0, (size - nsockets) * sizeof(LfdwWatchedSocket));
	sockets = longer;
	nsockets = size;
	return &sockets[fd];
}

/* The whole table: its places by number, of which there are *size. */
const LfdwWatchedSocket *
lfdw_socket_set_table(int *size)
{
	*size = nsockets;
	return sockets;
}

/*
 * Adds latch and postmaster to a set, of which the latter is not there in
 * single-user mode: two events at most.
 */
void
lfdw_socket_set_add_server(WaitEventSet *set)
{
	AddWaitEventToSet(set, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, NULL);
	if (IsUnderPostmaster)
		AddWaitEventToSet(set, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, NULL,
						  NULL);
}
