/*-------------------------------------------------------------------------
 *
 * row_kept.h
 *		Rows as they were read, to be read again.
 *
 * IDENTIFICATION
 *	  src/response/row_kept.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_KEPT_H
#define LFDW_ROW_KEPT_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "response/row.h"

extern bool lfdw_row_keep(const LfdwRow *row, StringInfo kept, Size max_bytes);
extern const char *lfdw_row_take_kept(LfdwRow *row, const char *kept,
									  const char *end);

#endif							/* LFDW_ROW_KEPT_H */
