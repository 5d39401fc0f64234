/*-------------------------------------------------------------------------
 *
 * batch_id.c
 *		The ids of batches that are written.
 *
 * An id is random, never one of the server's: those repeat after recovery to a
 * point in time, in clones and after upgrades.  None is assigned for it.
 *
 * IDENTIFICATION
 *	  src/modify/batch_id.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "base/hex.h"
#include "modify/batch_id.h"

#define RANDOM_BYTES 16

/* Of the transaction; a counter of 0 is none yet. */
static unsigned char random_part[RANDOM_BYTES];
static uint64 counter = 0;

/* The next transaction has ids of its own. */
static void
forget(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			counter = 0;
			break;
		default:
			break;
	}
}

/*
 * Writes an id that no other batch has: 32 hexadecimal digits that are those of
 * the top-level transaction, a hyphen and a number that counts from 1 in it.
 * The name of a durable execution takes such an id.
 */
void
lfdw_batch_id_next(char id[LFDW_BATCH_ID_SIZE])
{
	static bool registered = false;
	char	   *end;

	if (!registered)
	{
		RegisterXactCallback(forget, NULL);
		registered = true;
	}
	if (counter == 0 && !pg_strong_random(random_part, RANDOM_BYTES))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	end = lfdw_hex_write(id, random_part, RANDOM_BYTES);
	snprintf(end, LFDW_BATCH_ID_SIZE - (end - id), "-" UINT64_FORMAT, ++counter);
}
