/*-------------------------------------------------------------------------
 *
 * shippable.h
 *		Which operators on a column's type can be sent at all.
 *
 * IDENTIFICATION
 *	  src/options/shippable.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SHIPPABLE_H
#define LFDW_SHIPPABLE_H

#include "postgres.h"

#include "options/operator.h"

extern bool lfdw_shippable_is_document(Oid typid);
extern Oid	lfdw_shippable_input(Oid base);
extern void lfdw_shippable_check(const char *attname, const char *relname,
								 Oid typid, const LfdwPushdown *pushdown);

#endif							/* LFDW_SHIPPABLE_H */
