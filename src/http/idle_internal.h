/*-------------------------------------------------------------------------
 *
 * idle_internal.h
 *		Closes connections that nobody has used for a while; for http.c.
 *
 * IDENTIFICATION
 *	  src/http/idle_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_IDLE_INTERNAL_H
#define LFDW_IDLE_INTERNAL_H

#include "postgres.h"

extern void lfdw_idle_begin(void);

#endif							/* LFDW_IDLE_INTERNAL_H */
