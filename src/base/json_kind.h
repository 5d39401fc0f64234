/*-------------------------------------------------------------------------
 *
 * json_kind.h
 *		What values of JSON are, and which SQL type holds them all.
 *
 * IDENTIFICATION
 *	  src/base/json_kind.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_KIND_H
#define LFDW_JSON_KIND_H

#include "base/base.h"

#include "base/json_reader.h"

/* Kinds of values; those that were seen at one place are or'ed. */
#define LFDW_SEEN_NULL			0x0001
#define LFDW_SEEN_BOOLEAN		0x0002
#define LFDW_SEEN_INTEGER		0x0004	/* fits bigint */
#define LFDW_SEEN_FRACTION		0x0008	/* a few digits behind a point */
#define LFDW_SEEN_FLOAT			0x0010	/* as a double is written */
#define LFDW_SEEN_NUMERIC		0x0020	/* only numeric keeps it */
#define LFDW_SEEN_EMPTY			0x0040	/* "" */
#define LFDW_SEEN_DATE			0x0080
#define LFDW_SEEN_TIMESTAMP		0x0100
#define LFDW_SEEN_TIMESTAMPTZ	0x0200
#define LFDW_SEEN_UUID			0x0400
#define LFDW_SEEN_TEXT			0x0800
#define LFDW_SEEN_ARRAY			0x1000
#define LFDW_SEEN_OBJECT		0x2000

extern int	lfdw_kind_of_text(const char *text, size_t len);
extern int	lfdw_kind_of_word(const char *text, size_t len);
extern int	lfdw_kind_of_value(const LfdwJsonValue *value);
extern const char *lfdw_kind_type(int seen);
extern const char *lfdw_kind_element_type(int seen);

#endif							/* LFDW_JSON_KIND_H */
