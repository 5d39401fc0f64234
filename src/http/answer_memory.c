/*-------------------------------------------------------------------------
 *
 * answer_memory.c
 *		The memory of all answers of the backend together.
 *
 * Each window of an answer is bounded by itself; this bounds their sum.  Where
 * it is reached, transfers are held back, but for one of those that each wait is
 * for (exchange.c): that one comes to its row or its end, its bytes are read, and
 * so is the next one's.  What nobody waits for now is read later.
 *
 * IDENTIFICATION
 *	  src/http/answer_memory.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "http/answer_memory.h"
#include "pg/setting.h"

/* Buffers up to this size keep their memory. */
#define TRIM_FROM (64 * 1024)

/* What is held by all windows. */
static size_t total = 0;

/* See lfdw_answer_memory_set_processes. */
static int	processes = 1;

/*
 * So many processes have answers of the same statement from now on, and each may hold
 * the same part of what it may.
 */
void
lfdw_answer_memory_set_processes(int nprocesses)
{
	processes = nprocesses;
}

/* Counts bytes in place of what *counted says, which the caller keeps. */
void
lfdw_answer_memory_count(size_t *counted, size_t bytes)
{
	total += bytes;
	total -= *counted;
	*counted = bytes;
}

/* Has lambda_fdw.answer_mem been reached? */
bool
lfdw_answer_memory_is_short(void)
{
	return total >= (size_t) lfdw_setting_answer_mem_kb() * 1024 / processes;
}

/*
 * Gives back what a window does not need, if that is most of it and memory is
 * short: its bytes move.  The caller counts it again.
 */
void
lfdw_answer_memory_trim(LfdwBuffer *buf)
{
	if (buf->size > TRIM_FROM && buf->len < buf->size / 2 &&
		lfdw_answer_memory_is_short())
		lfdw_buffer_trim(buf);
}
