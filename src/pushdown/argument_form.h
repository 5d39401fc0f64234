/*-------------------------------------------------------------------------
 *
 * argument_form.h
 *		The forms in which arguments are written.
 *
 * IDENTIFICATION
 *	  src/pushdown/argument_form.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ARGUMENT_FORM_H
#define LFDW_ARGUMENT_FORM_H

#include "postgres.h"

#include "options/choice.h"

extern char *lfdw_argument_form_value(LfdwArgumentFormat format,
									  const char *json);
extern char *lfdw_argument_form_list(LfdwArgumentFormat format,
									 char *const *json, int nvalues);
extern bool lfdw_argument_form_can_carry(LfdwArgumentFormat format,
										 const char *json);

#endif							/* LFDW_ARGUMENT_FORM_H */
