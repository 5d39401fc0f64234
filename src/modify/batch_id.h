/*-------------------------------------------------------------------------
 *
 * batch_id.h
 *		The ids of batches that are written.
 *
 * IDENTIFICATION
 *	  src/modify/batch_id.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BATCH_ID_H
#define LFDW_BATCH_ID_H

#include "postgres.h"

/* 32 hexadecimal digits, a hyphen and a counter, NUL included. */
#define LFDW_BATCH_ID_SIZE 56

extern void lfdw_batch_id_next(char id[LFDW_BATCH_ID_SIZE]);

#endif							/* LFDW_BATCH_ID_H */
