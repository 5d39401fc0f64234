/*-------------------------------------------------------------------------
 *
 * answer_memory.h
 *		The memory of all answers of the backend together.
 *
 * IDENTIFICATION
 *	  src/http/answer_memory.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ANSWER_MEMORY_H
#define LFDW_ANSWER_MEMORY_H

#include "postgres.h"

#include "base/buffer.h"

extern void lfdw_answer_memory_count(size_t *counted, size_t bytes);
extern void lfdw_answer_memory_set_processes(int nprocesses);
extern bool lfdw_answer_memory_is_short(void);
extern void lfdw_answer_memory_trim(LfdwBuffer *buf);

#endif							/* LFDW_ANSWER_MEMORY_H */
