/*-------------------------------------------------------------------------
 *
 * base.h
 *		What every file of src/base includes first.
 *
 * The modules of this folder need no server: they build into the extension
 * and, with -DFRONTEND, into the unit tests and fuzzers.  They return a
 * status and never report; the clock, the keys and any randomness are
 * arguments, and no locale is asked.  Running out of memory in palloc is the one exception.
 *
 * IDENTIFICATION
 *	  src/base/base.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BASE_H
#define LFDW_BASE_H

#ifdef FRONTEND
#include "postgres_fe.h"
#else
#include "postgres.h"
#endif

#include "lib/stringinfo.h"

#endif							/* LFDW_BASE_H */
