/*-------------------------------------------------------------------------
 *
 * http_pool.c
 *		The connections of a server and user mapping.
 *
 * A change of either retires the pool: exchanges under way end as they began,
 * the next ones get a new pool, and the old connections close with the last of
 * the old exchanges.
 *
 * IDENTIFICATION
 *	  src/http_pool.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "common/net_address.h"
#include "http_pool.h"

static dlist_head pools = DLIST_STATIC_INIT(pools);

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
	dlist_push_tail(&pools, &pool->node);
	return pool;
}

/*
 * Retires the pools of a server, or of a user mapping, that has changed: by
 * the hash value of its system cache entry, 0 for all.  Does not throw.
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

/* Retires a server's pools; returns whether any had a connection. */
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

/* Frees a pool without exchanges, once its connections are closed. */
void
lfdw_pool_free(LfdwHttpPool *pool)
{
	Assert(dlist_is_empty(&pool->exchanges) && pool->multi == NULL);

	dlist_delete(&pool->node);
	MemoryContextDelete(pool->context);
}

/*
 * Notes a connection that is being made.  Returns false where memory is
 * short.  Does not throw.
 */
bool
lfdw_pool_add_socket(LfdwHttpPool *pool, int fd, const struct sockaddr *address)
{
	LfdwPoolSocket *entry = MemoryContextAllocExtended(pool->context,
													   sizeof(LfdwPoolSocket),
													   MCXT_ALLOC_NO_OOM);

	if (entry == NULL)
		return false;
	entry->fd = fd;
	entry->opened_at = GetCurrentTimestamp();
	entry->port = lfdw_address_format(address, entry->address,
									  sizeof(entry->address));
	dlist_push_tail(&pool->sockets, &entry->node);
	pool->nsockets++;
	return true;
}

/* Has the other side closed or reset one of the connections? */
bool
lfdw_pool_has_dead_socket(const LfdwHttpPool *pool)
{
	dlist_iter	iter;

	dlist_foreach(iter, (dlist_head *) &pool->sockets)
	{
		const LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node,
													  iter.cur);
		char		byte;
		ssize_t		got = recv(entry->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return true;
	}
	return false;
}

/* Forgets a connection that was closed.  Does not throw. */
void
lfdw_pool_remove_socket(LfdwHttpPool *pool, int fd)
{
	dlist_iter	iter;

	dlist_foreach(iter, &pool->sockets)
	{
		LfdwPoolSocket *entry = dlist_container(LfdwPoolSocket, node, iter.cur);

		if (entry->fd == fd)
		{
			dlist_delete(&entry->node);
			pfree(entry);
			pool->nsockets--;
			return;
		}
	}
}
