/*-------------------------------------------------------------------------
 *
 * pool.h
 *		The connections of a server and user mapping.
 *
 * IDENTIFICATION
 *	  src/http/pool.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_POOL_H
#define LFDW_POOL_H

#include "postgres.h"

#include <sys/socket.h>
#include <sys/types.h>

#include "datatype/timestamp.h"
#include "lib/ilist.h"

#include "http/http_request.h"

typedef struct LfdwHttpPool
{
	dlist_node	node;
	LfdwPoolKey key;
	MemoryContext context;		/* lives and dies with the pool */
	void	   *client;			/* what AWS' client keeps there, or NULL */
	bool		retired;		/* for no new exchange; ends with its last */
	dlist_head	sockets;		/* LfdwPoolSocket */
	int			nsockets;
	int			nunsettled;		/* of these, that may not be connected */
	int			nexchanges;
	int			nreserved;		/* of these, that have a slot, no socket */
	int			nconnecting;	/* of these, whose socket is not settled */
	TimestampTz idle_since;		/* while nexchanges is 0 */
	int			idle_ms;		/* closed after so long; 0: never */

	/* http.c's */
	void	   *multi;			/* libcurl's handle, NULL until needed */
	int			max_connections;	/* that the handle has, used or kept */
	dlist_head	idle_handles;	/* LfdwEasyHandle, the last used first */
	int			nidle_handles;
	dlist_head	exchanges;		/* those attached to the handle */
	dlist_head	waiting;		/* those for which there is no descriptor */
	bool		timer;			/* libcurl wants to be called at ... */
	int64		timer_at;		/* ... this time of lfdw_wait_now_us */
} LfdwHttpPool;

/* An open connection. */
typedef struct LfdwPoolSocket
{
	dlist_node	node;
	int			fd;
	dev_t		device;			/* which socket fd was when it was opened */
	ino_t		inode;
	const void *opener;			/* the exchange that may be connecting it,
								 * NULL once it is connected */
	bool		in_use;			/* libcurl waits for it */
	TimestampTz opened_at;
	char		address[64];	/* numeric */
	int			port;
} LfdwPoolSocket;

/* What libcurl opens for a handle's wake-up, and for the look-up of a name. */
#define LFDW_MULTI_SLOTS 2
#define LFDW_LOOKUP_SLOTS 2

extern bool lfdw_pool_acquire_slots(int count);
extern void lfdw_pool_acquire_slots_always(int count);
extern void lfdw_pool_release_slots(int count);
extern dlist_head *lfdw_pool_list(void);
extern bool lfdw_pool_needs_slot(const LfdwHttpPool *pool);
extern LfdwHttpPool *lfdw_pool_get(const LfdwPoolKey *key);
extern void lfdw_pool_retire_changed(bool mapping, uint32 hash);
extern bool lfdw_pool_retire_server(Oid serverid);
extern LfdwConnection *lfdw_pool_connections(int *count);
extern void lfdw_pool_free(LfdwHttpPool *pool);
extern bool lfdw_pool_add_socket(LfdwHttpPool *pool, int fd,
								 const void *opener,
								 const struct sockaddr *address);
extern void lfdw_pool_settle_sockets(LfdwHttpPool *pool, const void *opener);
extern bool lfdw_pool_mark_socket(LfdwHttpPool *pool, int fd, bool in_use);
extern bool lfdw_pool_uses_socket(LfdwHttpPool *pool, int fd);
extern bool lfdw_pool_has_dead_socket(const LfdwHttpPool *pool);
extern void lfdw_pool_forget_sockets(LfdwHttpPool *pool);
extern void lfdw_pool_remove_socket(LfdwHttpPool *pool, int fd);

#endif							/* LFDW_POOL_H */
