/*-------------------------------------------------------------------------
 *
 * multi_handle.h
 *		The pools' multi handles, as those who retire a pool see them.
 *
 * IDENTIFICATION
 *	  src/http/multi_handle.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MULTI_HANDLE_H
#define LFDW_MULTI_HANDLE_H

#include "postgres.h"

extern void lfdw_multi_close_retired(void);

#endif							/* LFDW_MULTI_HANDLE_H */
