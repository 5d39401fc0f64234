/*-------------------------------------------------------------------------
 *
 * collation.h
 *		Which collations compare byte by byte.
 *
 * IDENTIFICATION
 *	  src/pg/collation.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COLLATION_H
#define LFDW_COLLATION_H

#include "postgres.h"

extern bool lfdw_collation_is_c(Oid collation);

#endif							/* LFDW_COLLATION_H */
