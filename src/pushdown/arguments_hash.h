/*-------------------------------------------------------------------------
 *
 * arguments_hash.h
 *		A hash of what a (re)scan asks.
 *
 * IDENTIFICATION
 *	  src/pushdown/arguments_hash.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENTS_HASH_H
#define LFDW_ARGUMENTS_HASH_H

#include "postgres.h"

#include "pushdown/arguments.h"

extern uint64 lfdw_arguments_hash(const LfdwArguments *arguments);

#endif							/* LFDW_ARGUMENTS_HASH_H */
