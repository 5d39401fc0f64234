/*-------------------------------------------------------------------------
 *
 * jit.h
 *		JIT compilation, not begun for queries that only wait.
 *
 * IDENTIFICATION
 *	  src/jit.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JIT_H
#define LFDW_JIT_H

#include "postgres.h"

extern void lfdw_jit_install(void);

#endif							/* LFDW_JIT_H */
