/*-------------------------------------------------------------------------
 *
 * json_template.h
 *		A JSON document with places that are filled when it is written.
 *
 * IDENTIFICATION
 *	  src/value/json_template.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_TEMPLATE_H
#define LFDW_JSON_TEMPLATE_H

#include "postgres.h"

#include "base/json_pointer.h"
#include "lib/stringinfo.h"

/* Where a place may stand that is not free. */
#define LFDW_PLACE_ON_VALUE 1	/* on a value of the document, which is
								 * written while the place has none */
#define LFDW_PLACE_ABOVE 2		/* above other places, which are written while
								 * the place has none; on a value of the
								 * document only with the other flag */

typedef struct LfdwTemplate LfdwTemplate;

extern LfdwTemplate *lfdw_template_create(const char *document);
extern void lfdw_template_set_owner(LfdwTemplate *template, const char *owner);
extern int	lfdw_template_new_slot(LfdwTemplate *template, const char *owner);
extern const char *lfdw_template_place(LfdwTemplate *template,
									   const LfdwPointer *pointer, int slot,
									   int flags);
extern bool lfdw_template_has(const LfdwTemplate *template,
							  const LfdwPointer *pointer);
extern int	lfdw_template_nslots(const LfdwTemplate *template);
extern void lfdw_template_write(StringInfo out, const LfdwTemplate *template,
								const char *const *values);

#endif							/* LFDW_JSON_TEMPLATE_H */
