/*-------------------------------------------------------------------------
 *
 * row_path_internal.h
 *		The paths of a table's columns, as one tree of members.
 *
 * IDENTIFICATION
 *	  src/response/row_path_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ROW_PATH_INTERNAL_H
#define LFDW_ROW_PATH_INTERNAL_H

#include "postgres.h"

#include "base/json_pointer.h"
#include "base/json_reader.h"
#include "response/row_name_internal.h"

/* A member that paths lead to or through; the root is the row itself. */
typedef struct LfdwPathNode
{
	LfdwNames  *names;			/* of the members of all nodes of the tree */
	LfdwName   *first;			/* the member that the last object began with */
	int			index;			/* of the element it names in an array, or -1 */
	bool		seen;			/* was in some row */
	uint64		reading;		/* of the row that had it last */
	const char *alike;			/* a member of the same letters that no column
								 * reads, in the database encoding */
	struct LfdwPathNode *next_alike;	/* of the same letters */
	int			nchildren;
	struct LfdwPathNode **children;
	int			nelements;		/* children that name elements of arrays ... */
	struct LfdwPathNode **elements; /* ... in their order */
	int			ncolumns;		/* columns whose path ends here */
	int		   *columns;
	int			only;			/* the one column of a node without children,
								 * or -1 */
} LfdwPathNode;

extern LfdwPathNode *lfdw_row_path_create(void);
extern void lfdw_row_path_add(LfdwPathNode *root, const LfdwPointer *path,
							  int column);
extern LfdwPathNode *lfdw_row_path_find(const LfdwPathNode *node,
										const LfdwJsonValue *key);
extern void lfdw_row_path_note_unread(LfdwPathNode *node,
									  const LfdwJsonValue *key);
extern LfdwPathNode *lfdw_row_path_meet(LfdwPathNode *node,
										const LfdwJsonValue *key,
										LfdwName **name);
extern char *lfdw_row_path_missed(const LfdwPathNode *root,
								  const LfdwPointer *path, const char **alike);

#endif							/* LFDW_ROW_PATH_INTERNAL_H */
