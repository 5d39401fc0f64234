/*-------------------------------------------------------------------------
 *
 * row_name_internal.h
 *		Names of the members that rows have, by hash.
 *
 * IDENTIFICATION
 *	  src/response/row_name_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_NAME_INTERNAL_H
#define LFDW_ROW_NAME_INTERNAL_H

#include "postgres.h"

struct LfdwPathNode;

/* What the text of a name is. */
typedef enum LfdwNameKind
{
	LFDW_NAME_PLAIN,			/* the name itself */
	LFDW_NAME_ESCAPED,			/* its spelling in an answer, with escapes */
	LFDW_NAME_LETTERS			/* its letters, by lfdw_json_letters */
} LfdwNameKind;

/* A name that members of a node have. */
typedef struct LfdwName
{
	LfdwNameKind kind;
	const struct LfdwPathNode *node;
	uint32		hash;
	struct LfdwName *next;		/* of the same bucket */
	struct LfdwPathNode *child; /* whom it names; NULL: no column reads it */
	struct LfdwName *follower;	/* the name that came behind it last, or NULL */
	size_t		len;			/* of the text, with its quotes */
	char		quoted[FLEXIBLE_ARRAY_MEMBER];
} LfdwName;

typedef struct LfdwNames LfdwNames;

extern LfdwNames *lfdw_row_names_create(void);
extern LfdwName *lfdw_row_name_find(const LfdwNames *names, const struct LfdwPathNode *node,
									LfdwNameKind kind, const char *text,
									size_t len);
extern LfdwName *lfdw_row_name_add(LfdwNames *names, const struct LfdwPathNode *node,
								   LfdwNameKind kind, const char *text,
								   size_t len, struct LfdwPathNode *child);
extern LfdwName *lfdw_row_name_learn(LfdwNames *names, const struct LfdwPathNode *node,
									 LfdwNameKind kind, const char *text,
									 size_t len, struct LfdwPathNode *child);

#endif							/* LFDW_ROW_NAME_INTERNAL_H */
