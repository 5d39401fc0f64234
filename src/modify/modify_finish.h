/*-------------------------------------------------------------------------
 *
 * modify_finish.h
 *		What is sent when a statement ends, and what its errors say was.
 *
 * IDENTIFICATION
 *	  src/modify/modify_finish.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_MODIFY_FINISH_H
#define LFDW_MODIFY_FINISH_H

#include "postgres.h"

extern void lfdw_modify_finish_install(void);

#endif							/* LFDW_MODIFY_FINISH_H */
