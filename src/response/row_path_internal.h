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

/* A member that paths lead to or through; the root is the row itself. */
typedef struct LfdwPathNode
{
	char	   *token;			/* in UTF-8, as the answer is */
	size_t		token_len;
	int			index;			/* of the element it names in an array, or -1 */
	bool		seen;			/* was in some row */
	char	   *alike;			/* a member of the same letters that no column
								 * reads, in the database encoding */
	int			nunseen;		/* children that were in no row yet */
	int			nchildren;
	struct LfdwPathNode **children;
	int			ncolumns;		/* columns whose path ends here */
	int		   *columns;
} LfdwPathNode;

/*
 * The child that a key names, or NULL.  Members mostly come in the same order
 * in every row, so the search starts at *next, which is 0 at first and then the
 * child after the last one found.
 */
static inline LfdwPathNode *
lfdw_row_path_find(const LfdwPathNode *node, const LfdwJsonValue *key,
				   int *next)
{
	for (int i = 0; i < node->nchildren; i++)
	{
		int			index = *next + i;
		LfdwPathNode *child;

		if (index >= node->nchildren)
			index -= node->nchildren;
		child = node->children[index];
		if (key->escaped ?
			lfdw_json_string_equals(key, child->token, child->token_len) :
			(key->len == child->token_len &&
			 memcmp(key->text, child->token, key->len) == 0))
		{
			*next = index + 1 < node->nchildren ? index + 1 : 0;
			return child;
		}
	}
	return NULL;
}

/* The child that names an element of an array, or NULL; *next is as above. */
static inline LfdwPathNode *
lfdw_row_path_find_element(const LfdwPathNode *node, int element, int *next)
{
	for (int i = 0; i < node->nchildren; i++)
	{
		int			index = *next + i;

		if (index >= node->nchildren)
			index -= node->nchildren;
		if (node->children[index]->index == element)
		{
			*next = index + 1 < node->nchildren ? index + 1 : 0;
			return node->children[index];
		}
	}
	return NULL;
}

/* Notes that a row has a node's child. */
static inline void
lfdw_row_path_note_seen(LfdwPathNode *node, LfdwPathNode *child)
{
	if (!child->seen)
	{
		child->seen = true;
		node->nunseen--;
	}
}

extern LfdwPathNode *lfdw_row_path_create(void);
extern void lfdw_row_path_add(LfdwPathNode *root, const LfdwPointer *path,
							  int column);
extern void lfdw_row_path_note_unread(LfdwPathNode *node,
									  const LfdwJsonValue *key);
extern char *lfdw_row_path_missed(const LfdwPathNode *root,
								  const LfdwPointer *path, const char **alike);

#endif							/* LFDW_ROW_PATH_INTERNAL_H */
