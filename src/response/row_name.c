/*-------------------------------------------------------------------------
 *
 * row_name.c
 *		Names of the members that rows have, by hash.
 *
 * Rows of an answer mostly have the same members in the same order, whatever
 * the order of the columns is.  So each name knows the one that came behind it
 * last, and a hash is asked only where another one comes.  Names that no
 * column reads are learned from the answer, within a bound, to be passed over as
 * fast as the others.
 *
 * IDENTIFICATION
 *	  src/response/row_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "response/row_name_internal.h"

/* What is learned from answers takes so much memory at most. */
#define LEARNED_MAX (512 * 1024)

#define BUCKETS_MIN 64

struct LfdwNames
{
	MemoryContext context;		/* where the names are */
	size_t		learned;		/* bytes */
	uint32		nnames;
	uint32		nbuckets;		/* a power of two */
	LfdwName  **buckets;
};

/* Makes a table of names, which lives in the current context. */
LfdwNames *
lfdw_row_names_create(void)
{
	LfdwNames  *names = palloc0(sizeof(LfdwNames));

	names->context = CurrentMemoryContext;
	names->nbuckets = BUCKETS_MIN;
	names->buckets = palloc0(sizeof(LfdwName *) * BUCKETS_MIN);
	return names;
}

static inline uint32
hash_of(const struct LfdwPathNode *node, LfdwNameKind kind, const char *text, size_t len)
{
	return hash_combine(hash_bytes((const unsigned char *) text, (int) len),
						(uint32) (uintptr_t) node + kind);
}

static inline LfdwName **
bucket_of(const LfdwNames *names, uint32 hash)
{
	return &names->buckets[hash & (names->nbuckets - 1)];
}

/* The name of a node's member of this text, without quotes, or NULL. */
LfdwName *
lfdw_row_name_find(const LfdwNames *names, const struct LfdwPathNode *node, LfdwNameKind kind,
				   const char *text, size_t len)
{
	uint32		hash;

	/* no option is that long, and nothing of that length is learned */
	if (len > MaxAllocSize)
		return NULL;
	hash = hash_of(node, kind, text, len);
	for (LfdwName *name = *bucket_of(names, hash); name; name = name->next)
	{
		if (name->hash == hash && name->node == node && name->kind == kind &&
			name->len == len + 2 && memcmp(name->quoted + 1, text, len) == 0)
			return name;
	}
	return NULL;
}

/* Doubles the number of buckets. */
static void
grow(LfdwNames *names)
{
	uint32		nold = names->nbuckets;
	LfdwName  **old = names->buckets;

	names->nbuckets = nold * 2;
	names->buckets = MemoryContextAllocZero(names->context,
											sizeof(LfdwName *) * names->nbuckets);
	for (uint32 i = 0; i < nold; i++)
	{
		LfdwName   *name = old[i];

		while (name)
		{
			LfdwName   *next = name->next;
			LfdwName  **bucket = bucket_of(names, name->hash);

			name->next = *bucket;
			*bucket = name;
			name = next;
		}
	}
	pfree(old);
}

/*
 * Adds the name of a node's member, which the table does not have: what it is, and
 * the node below that it names, or NULL.
 */
LfdwName *
lfdw_row_name_add(LfdwNames *names, const struct LfdwPathNode *node, LfdwNameKind kind,
				  const char *text, size_t len, struct LfdwPathNode *child)
{
	LfdwName   *name = MemoryContextAllocZero(names->context,
											  offsetof(LfdwName, quoted) + len + 2);
	LfdwName  **bucket;

	if (names->nnames == names->nbuckets)
		grow(names);
	names->nnames++;
	name->kind = kind;
	name->node = node;
	name->hash = hash_of(node, kind, text, len);
	name->child = child;
	name->len = len + 2;
	name->quoted[0] = name->quoted[len + 1] = '"';
	memcpy(name->quoted + 1, text, len);
	bucket = bucket_of(names, name->hash);
	name->next = *bucket;
	*bucket = name;
	return name;
}

/*
 * The same of a name that comes with an answer; NULL where answers have brought
 * too many of them.
 */
LfdwName *
lfdw_row_name_learn(LfdwNames *names, const struct LfdwPathNode *node, LfdwNameKind kind,
					const char *text, size_t len, struct LfdwPathNode *child)
{
	size_t		size = sizeof(LfdwName) + len;

	if (size > LEARNED_MAX - names->learned)
		return NULL;
	names->learned += size;
	return lfdw_row_name_add(names, node, kind, text, len, child);
}
