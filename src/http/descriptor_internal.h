/*-------------------------------------------------------------------------
 *
 * descriptor_internal.h
 *		Descriptors for exchanges, and those that wait for one.
 *
 * For http.c and the waits.
 *
 * IDENTIFICATION
 *	  src/http/descriptor_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DESCRIPTOR_INTERNAL_H
#define LFDW_DESCRIPTOR_INTERNAL_H

#include "postgres.h"

#include "http/exchange_internal.h"

extern void lfdw_descriptor_begin(LfdwHttpExchange *exchange);
extern bool lfdw_descriptor_begin_waiting(void);

#endif							/* LFDW_DESCRIPTOR_INTERNAL_H */
