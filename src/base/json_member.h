/*-------------------------------------------------------------------------
 *
 * json_member.h
 *		What the name or the value of a member of an answer suggests.
 *
 * IDENTIFICATION
 *	  src/base/json_member.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_MEMBER_H
#define LFDW_JSON_MEMBER_H

#include "base/base.h"

#include "base/json_reader.h"

/* Names of so many bytes and more have no letters that anybody looks at. */
#define LFDW_LETTERS_MAX 128

/* How surely a member's name speaks of a further page. */
typedef enum LfdwPageName
{
	LFDW_PAGE_NO,
	LFDW_PAGE_BESIDE_ROWS,		/* a common word: where it is beside rows */
	LFDW_PAGE_SURELY
} LfdwPageName;

extern bool lfdw_json_is_alike(const LfdwJsonValue *key, const char *name,
							   size_t len);
extern size_t lfdw_json_letters(const LfdwJsonValue *key, char *buf);
extern LfdwPageName lfdw_json_page_name(const LfdwJsonValue *key);
extern bool lfdw_json_ends_pages(const LfdwJsonValue *value);

#endif							/* LFDW_JSON_MEMBER_H */
