/*-------------------------------------------------------------------------
 *
 * write_form.h
 *		How rows that are written are the payload of an invocation.
 *
 * IDENTIFICATION
 *	  src/modify/write_form.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_WRITE_FORM_H
#define LFDW_WRITE_FORM_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "modify/write_types.h"

extern LfdwWriteForm *lfdw_write_form_create(const LfdwTable *table,
											 LfdwWriteOperation operation);
extern void lfdw_write_form_check_set(const LfdwWriteForm *form,
									  const Bitmapset *set);
extern bool lfdw_write_form_checks_rows(const LfdwWriteForm *form);
extern void lfdw_write_form_check_row(const LfdwWriteForm *form,
									  const LfdwWriteRow *row, int64 number);
extern bool lfdw_write_form_takes_batches(const LfdwWriteForm *form);
extern char *lfdw_write_form_describe(const LfdwWriteForm *form);
extern void lfdw_write_form_write(StringInfo out, const LfdwWriteTarget *target,
								  const LfdwWriteRow *rows, int nrows,
								  const char *batch_id);
extern char *lfdw_write_form_item_id(const LfdwWriteTarget *target,
									 const LfdwWriteRow *row, int number);

#endif							/* LFDW_WRITE_FORM_H */
