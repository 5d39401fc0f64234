/*-------------------------------------------------------------------------
 *
 * row_path.c
 *		The paths of a table's columns, as one tree of members.
 *
 * The tree also keeps which members the rows had, and which they had in another
 * spelling, for the warning about columns that found nothing.
 *
 * IDENTIFICATION
 *	  src/response/row_path.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "base/json_member.h"
#include "response/row_path_internal.h"
#include "value/json_string.h"

/* Digits of an element's index, at most: no answer has more elements. */
#define INDEX_DIGITS 9

static LfdwPathNode *
make_node(const char *token)
{
	LfdwPathNode *node = palloc0(sizeof(LfdwPathNode));

	node->token = pg_server_to_any(token, strlen(token), PG_UTF8);
	node->token_len = strlen(node->token);
	node->index = lfdw_pointer_is_index(token) &&
		node->token_len <= INDEX_DIGITS ? atoi(token) : -1;
	return node;
}

/* The child of a node for a path's token, or NULL. */
static LfdwPathNode *
child_of(const LfdwPathNode *node, const char *token)
{
	const char *utf8 = pg_server_to_any(token, strlen(token), PG_UTF8);

	for (int i = 0; i < node->nchildren; i++)
	{
		if (strcmp(node->children[i]->token, utf8) == 0)
			return node->children[i];
	}
	return NULL;
}

static LfdwPathNode *
add_child(LfdwPathNode *node, const char *token)
{
	LfdwPathNode *child = make_node(token);

	node->children = node->children ?
		repalloc(node->children, sizeof(LfdwPathNode *) * (node->nchildren + 1)) :
		palloc(sizeof(LfdwPathNode *));
	node->children[node->nchildren++] = child;
	node->nunseen++;
	return child;
}

/* Makes the root of a tree, which lives in the current context. */
LfdwPathNode *
lfdw_row_path_create(void)
{
	return make_node("");
}

/* Adds a column's path, given in the database encoding, to a tree. */
void
lfdw_row_path_add(LfdwPathNode *root, const LfdwPointer *path, int column)
{
	LfdwPathNode *node = root;

	for (int i = 0; i < path->ntokens; i++)
	{
		LfdwPathNode *child = child_of(node, path->tokens[i]);

		node = child ? child : add_child(node, path->tokens[i]);
	}
	node->columns = node->columns ?
		repalloc(node->columns, sizeof(int) * (node->ncolumns + 1)) :
		palloc(sizeof(int));
	node->columns[node->ncolumns++] = column;
}

/*
 * Notes that no column reads a member: it may be what a column, whose own was
 * in no row yet, was meant to read.
 */
void
lfdw_row_path_note_unread(LfdwPathNode *node, const LfdwJsonValue *key)
{
	for (int i = 0; i < node->nchildren; i++)
	{
		LfdwPathNode *child = node->children[i];
		MemoryContext old;

		if (child->seen || child->alike ||
			!lfdw_json_is_alike(key, child->token, child->token_len))
			continue;
		old = MemoryContextSwitchTo(GetMemoryChunkContext(child));
		child->alike = lfdw_json_shown(key);
		MemoryContextSwitchTo(old);
	}
}

/* A path with a member of another name in place of a token. */
static char *
path_with(const LfdwPointer *path, int token, const char *name)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < path->ntokens; i++)
		lfdw_pointer_append(&text, i == token ? name : path->tokens[i]);
	return text.data;
}

/*
 * Where no row had a member that a column's path leads through, but one of the
 * same letters: that one's name goes to *alike, and the path that would read it
 * is returned, palloc'd.  NULL where there is none.
 */
char *
lfdw_row_path_missed(const LfdwPathNode *root, const LfdwPointer *path,
					 const char **alike)
{
	const LfdwPathNode *node = root;

	for (int i = 0; i < path->ntokens; i++)
	{
		node = child_of(node, path->tokens[i]);
		if (!node->seen && node->alike)
		{
			*alike = node->alike;
			return path_with(path, i, node->alike);
		}
	}
	return NULL;
}
