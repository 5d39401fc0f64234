/*-------------------------------------------------------------------------
 *
 * pool.c
 *		The connections of a server and user mapping.
 *
 * A change of either retires the pool: exchanges under way end as they began,
 * the next ones get a new pool, and the old connections close with the last of
 * the old exchanges.
 *
 * Every descriptor that libcurl opens has a slot, so that fd.c leaves room for
 * it: see AcquireExternalFD.  A socket's slot is given back when libcurl closes
 * it, or when it is found gone: libcurl before 8.2 closes sockets that were
 * never connected behind our back (curl pull request 11439), and the number
 * may be another file's by then.  So a socket is looked at when the exchange that
 * opened it is connected or ends, and settled then: from that time on libcurl tells
 * of its end.
 *
 * IDENTIFICATION
 *	  src/http/pool.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/stat.h>

#include "storage/fd.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/net_address.h"
#include "http/pool.h"
#include "http/wait.h"

static dlist_head pools = DLIST_STATIC_INIT(pools);

/* Is the descriptor still the socket that was noted? */
static bool
is_open(const LfdwPoolSocket *entry)
{
	struct stat status;

	return fstat(entry->fd, &status) == 0 &&
		status.st_dev == entry->device && status.st_ino == entry->inode;
}

/* Forgets a socket that is closed, and gives its slot back. */
static void
forget_socket(LfdwHttpPool *pool, LfdwPoolSocket *entry)
{
	dlist_delete(&entry->node);
	pool->nsockets--;
	pool->nunsettled -= entry->opener ? 1 : 0;
	pfree(entry);
	lfdw_pool_release_slots(1);
}

/*
 * Forgets the sockets of a pool that libcurl has closed without telling.  Closes
 * nothing: the number may be another file's.  Returns whether there were any.
 */
static bool
forget_closed_of(LfdwHttpPool *pool)
{
	bool		found = false;
	dlist_mutable_iter iter;

	if (pool->nunsettled == 0)
		return false;
	dlist_foreach_modify(iter, &pool->sockets)
	{
		LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node, iter.cur);

		if (entry->opener && !is_open(entry))
		{
			forget_socket(pool, entry);
			found = true;
		}
	}
	return found;
}

/* The same for all pools.  Does not throw. */
static bool
forget_closed_sockets(void)
{
	bool		found = false;
	dlist_iter	iter;

	dlist_foreach(iter, &pools)
		found |= forget_closed_of(dlist_container(LfdwHttpPool, node, iter.cur));
	return found;
}

/*
 * Acquires slots for descriptors about to be opened, all of them or none.  Does
 * not throw.
 */
bool
lfdw_pool_acquire_slots(int count)
{
	for (int i = 0; i < count; i++)
	{
		if (!AcquireExternalFD() && !(forget_closed_sockets() && AcquireExternalFD()))
		{
			lfdw_pool_release_slots(i);
			return false;
		}
	}
	return true;
}

/*
 * Has descriptors counted that are opened whatever we say.  Does not throw.
 */
void
lfdw_pool_acquire_slots_always(int count)
{
	for (int i = 0; i < count; i++)
		ReserveExternalFD();
}

/* Gives slots back whose descriptors are closed, or were not opened. */
void
lfdw_pool_release_slots(int count)
{
	for (int i = 0; i < count; i++)
		ReleaseExternalFD();
}

/* Every pool of this backend, retired ones included. */
dlist_head *
lfdw_pool_list(void)
{
	return &pools;
}

/*
 * The pool of a server and user mapping, made if there is none; it lives
 * until http.c frees it, some time after it was retired.  Raises out of memory
 * only.
 */
LfdwHttpPool *
lfdw_pool_get(const LfdwPoolKey *key)
{
	LfdwHttpPool *pool;
	MemoryContext context;
	dlist_iter	iter;

	dlist_foreach(iter, &pools)
	{
		pool = dlist_container(LfdwHttpPool, node, iter.cur);
		if (!pool->retired && pool->key.serverid == key->serverid &&
			pool->key.umid == key->umid)
			return pool;
	}
	context = AllocSetContextCreate(TopMemoryContext, "lambda_fdw pool",
									ALLOCSET_SMALL_SIZES);
	pool = MemoryContextAllocZero(context, sizeof(LfdwHttpPool));
	pool->context = context;
	pool->key = *key;
	dlist_init(&pool->sockets);
	dlist_init(&pool->exchanges);
	dlist_init(&pool->waiting);
	dlist_init(&pool->idle_handles);
	dlist_push_tail(&pools, &pool->node);
	return pool;
}

/*
 * Retires the pools of a server or user mapping that has changed, whose hash
 * value the system cache announces; 0 stands for all.  Does not throw.
 */
void
lfdw_pool_retire_changed(bool mapping, uint32 hash)
{
	dlist_iter	iter;

	dlist_foreach(iter, &pools)
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (hash == 0 ||
			hash == (mapping ? pool->key.mapping_hash : pool->key.server_hash))
			pool->retired = true;
	}
}

/*
 * Retires the pools of a server.  Returns whether they have connections.  Does
 * not throw.
 */
bool
lfdw_pool_retire_server(Oid serverid)
{
	bool		connected = false;
	dlist_iter	iter;

	dlist_foreach(iter, &pools)
	{
		LfdwHttpPool *pool = dlist_container(LfdwHttpPool, node, iter.cur);

		if (pool->key.serverid == serverid && !pool->retired)
		{
			pool->retired = true;
			connected |= pool->nsockets > 0;
		}
	}
	return connected;
}

/*
 * Notes a pool's connections; returns how many there are.  A socket that is not
 * connected yet is none: it would tell of an address whether it may be.
 */
static int
note_connections(LfdwConnection *connections, LfdwHttpPool *pool)
{
	int			n = 0;
	dlist_iter	iter;

	dlist_foreach(iter, &pool->sockets)
	{
		LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node, iter.cur);

		if (entry->opener)
			continue;
		connections[n++] = (LfdwConnection)
		{
			.serverid = pool->key.serverid,
				.umid = pool->key.umid,
				.address = pstrdup(entry->address),
				.port = entry->port,
				.opened_at = entry->opened_at,
				.usable = !pool->retired
		};
	}
	return n;
}

/*
 * The connections of all pools, retired ones included, palloc'd, and how many
 * there are.
 */
LfdwConnection *
lfdw_pool_connections(int *count)
{
	LfdwConnection *connections;
	dlist_iter	iter;
	int			n = 0;

	(void) forget_closed_sockets();
	dlist_foreach(iter, &pools)
		n += dlist_container(LfdwHttpPool, node, iter.cur)->nsockets;
	connections = palloc(sizeof(LfdwConnection) * (n + 1));
	*count = 0;
	dlist_foreach(iter, &pools)
		* count += note_connections(connections + *count,
									dlist_container(LfdwHttpPool, node, iter.cur));
	return connections;
}

/* Frees a pool without exchanges, once its connections are closed. */
void
lfdw_pool_free(LfdwHttpPool *pool)
{
	Assert(dlist_is_empty(&pool->exchanges) && pool->multi == NULL);
	Assert(dlist_is_empty(&pool->waiting));

	lfdw_pool_forget_sockets(pool);
	dlist_delete(&pool->node);
	MemoryContextDelete(pool->context);
}

/* Forgets a pool's sockets, all of which are closed. */
void
lfdw_pool_forget_sockets(LfdwHttpPool *pool)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &pool->sockets)
		forget_socket(pool, dlist_container(LfdwPoolSocket, node, iter.cur));
}

/*
 * Would one more exchange need a connection more?  Each that is under way has
 * a settled socket, or will take one, is connecting, or has a slot for that.
 */
bool
lfdw_pool_needs_slot(const LfdwHttpPool *pool)
{
	return pool->nexchanges - pool->nconnecting - pool->nreserved >=
		pool->nsockets - pool->nunsettled;
}

/* The socket with a number, or NULL; the last one: those before are closed. */
static LfdwPoolSocket *
find_socket(LfdwHttpPool *pool, int fd)
{
	dlist_iter	iter;

	dlist_reverse_foreach(iter, &pool->sockets)
	{
		LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node, iter.cur);

		if (entry->fd == fd)
			return entry;
	}
	return NULL;
}

/*
 * Notes a socket that an exchange has opened to connect it, whose slot becomes the
 * pool's.  Returns false where memory is short.  Does not throw.
 */
bool
lfdw_pool_add_socket(LfdwHttpPool *pool, int fd, const void *opener,
					 const struct sockaddr *address)
{
	LfdwPoolSocket *entry = MemoryContextAllocExtended(pool->context,
													   sizeof(LfdwPoolSocket),
													   MCXT_ALLOC_NO_OOM);
	struct stat status;

	if (entry == NULL)
		return false;
	if (fstat(fd, &status) != 0)
	{
		pfree(entry);
		return false;
	}
	entry->fd = fd;
	entry->in_use = true;
	entry->device = status.st_dev;
	entry->inode = status.st_ino;
	entry->opened_at = GetCurrentTimestamp();
	entry->port = lfdw_address_format(address, entry->address,
									  sizeof(entry->address));
	entry->opener = opener;
	dlist_push_tail(&pool->sockets, &entry->node);
	pool->nsockets++;
	pool->nunsettled++;
	return true;
}

/*
 * The sockets of an exchange are connected or closed: libcurl tells of the end of
 * what is left.  Does not throw.
 */
void
lfdw_pool_settle_sockets(LfdwHttpPool *pool, const void *opener)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &pool->sockets)
	{
		LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node, iter.cur);

		if (entry->opener != opener)
			continue;
		if (!is_open(entry))
		{
			forget_socket(pool, entry);
			continue;
		}
		entry->opener = NULL;
		pool->nunsettled--;
	}
}

/*
 * Notes whether libcurl waits for a socket, as it does while an exchange has it.
 * Returns whether libcurl will tell of its end.  Does not throw.
 */
bool
lfdw_pool_mark_socket(LfdwHttpPool *pool, int fd, bool in_use)
{
	LfdwPoolSocket *entry = find_socket(pool, fd);

	if (entry)
		entry->in_use = in_use;
	return entry && entry->opener == NULL;
}

/* Does libcurl wait for a socket?  It may have some that we do not know. */
bool
lfdw_pool_uses_socket(LfdwHttpPool *pool, int fd)
{
	LfdwPoolSocket *entry = find_socket(pool, fd);

	return entry == NULL || entry->in_use;
}

/* Has the other side closed or reset a connection that nobody uses? */
static bool
is_dead(const LfdwPoolSocket *entry)
{
	char		byte;
	ssize_t		got;

	if (entry->in_use || !is_open(entry))
		return false;
	got = recv(entry->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return got == 0 || (got < 0 && errno == ECONNRESET);
}

/*
 * Has the other side closed or reset one of the connections that the next exchange
 * may get?  All are asked at once: each call of a write wants to know.
 */
bool
lfdw_pool_has_dead_socket(const LfdwHttpPool *pool)
{
	pgsocket   *idle = palloc(sizeof(pgsocket) * (pool->nsockets + 1));
	int			nidle = 0;
	bool		dead = false;
	dlist_iter	iter;

	dlist_foreach(iter, unconstify(dlist_head *, &pool->sockets))
	{
		const LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node,
													  iter.cur);

		if (!entry->in_use)
			idle[nidle++] = entry->fd;
	}
	if (lfdw_wait_has_news(idle, nidle))
	{
		dlist_foreach(iter, unconstify(dlist_head *, &pool->sockets))
			dead |= is_dead(dlist_container(LfdwPoolSocket, node, iter.cur));
	}
	pfree(idle);
	return dead;
}

/*
 * Forgets a socket that libcurl is about to close, and gives its slot back.
 * Does not throw.
 */
void
lfdw_pool_remove_socket(LfdwHttpPool *pool, int fd)
{
	LfdwPoolSocket *entry = find_socket(pool, fd);

	if (entry)
		forget_socket(pool, entry);
}
