/*-------------------------------------------------------------------------
 *
 * base.h
 *		What every file of src/base includes first.
 *
 * The modules of this folder need no server: they build into the extension
 * and, with -DFRONTEND, into the unit tests and fuzzers.  They return a
 * status and never report; the clock, the keys and any randomness are
 * arguments.  Running out of memory in palloc is the one exception.
 *
 * IDENTIFICATION
 *	  src/base/base.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef BASE_H
#define BASE_H

#ifdef FRONTEND
#include "postgres_fe.h"
#else
#include "postgres.h"
#endif

#include "lib/stringinfo.h"

#endif							/* BASE_H */
