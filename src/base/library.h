/*-------------------------------------------------------------------------
 *
 * library.h
 *		A library that this one was built with, and the one that it runs with.
 *
 * IDENTIFICATION
 *	  src/base/library.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_LIBRARY_H
#define LFDW_LIBRARY_H

#include "base/base.h"

/* Its versions as it gives them itself; the strings are static. */
typedef struct LfdwLibrary
{
	const char *name;
	const char *built_with;
	const char *runs_with;
} LfdwLibrary;

#endif							/* LFDW_LIBRARY_H */
