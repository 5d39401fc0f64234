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

/* Names up to this length are decoded on the stack. */
#define SHORT_NAME 256

static LfdwPathNode *
make_node(LfdwNames *names)
{
	LfdwPathNode *node = palloc0(sizeof(LfdwPathNode));

	node->names = names;
	node->index = -1;
	node->only = -1;
	return node;
}

/* The child of a node for a path's token, or NULL. */
static LfdwPathNode *
child_of(const LfdwPathNode *node, const char *token)
{
	const char *utf8 = pg_server_to_any(token, strlen(token), PG_UTF8);
	LfdwName   *name = lfdw_row_name_find(node->names, node,
										  LFDW_NAME_PLAIN, utf8, strlen(utf8));

	return name ? name->child : NULL;
}

/* Keeps a child by its letters too, for lfdw_row_path_note_unread. */
static void
add_letters(LfdwPathNode *node, LfdwPathNode *child, const char *utf8)
{
	const LfdwJsonValue key = {LFDW_JSON_STRING, false, utf8, strlen(utf8)};
	char		letters[LFDW_LETTERS_MAX];
	size_t		len = lfdw_json_letters(&key, letters);
	LfdwName   *name;

	name = lfdw_row_name_find(node->names, node, LFDW_NAME_LETTERS,
							  letters, len);
	if (name == NULL)
		name = lfdw_row_name_add(node->names, node, LFDW_NAME_LETTERS,
								 letters, len, NULL);
	child->next_alike = name->child;
	name->child = child;
}

/* Keeps a child that names an element of an array, by its index. */
static void
add_element(LfdwPathNode *node, LfdwPathNode *child)
{
	int			i = node->nelements++;

	node->elements = node->elements ?
		repalloc(node->elements, sizeof(LfdwPathNode *) * node->nelements) :
		palloc(sizeof(LfdwPathNode *));
	for (; i > 0 && node->elements[i - 1]->index > child->index; i--)
		node->elements[i] = node->elements[i - 1];
	node->elements[i] = child;
}

static LfdwPathNode *
add_child(LfdwPathNode *node, const char *token)
{
	const char *utf8 = pg_server_to_any(token, strlen(token), PG_UTF8);
	LfdwPathNode *child = make_node(node->names);

	node->only = -1;
	node->children = node->children ?
		repalloc(node->children, sizeof(LfdwPathNode *) * (node->nchildren + 1)) :
		palloc(sizeof(LfdwPathNode *));
	node->children[node->nchildren++] = child;
	lfdw_row_name_add(node->names, node, LFDW_NAME_PLAIN, utf8,
					  strlen(utf8), child);
	add_letters(node, child, utf8);
	if (lfdw_pointer_is_index(token) && strlen(token) <= INDEX_DIGITS)
	{
		child->index = atoi(token);
		add_element(node, child);
	}
	return child;
}

/* Makes the root of a tree, which lives in the current context. */
LfdwPathNode *
lfdw_row_path_create(void)
{
	return make_node(lfdw_row_names_create());
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
	node->only = node->ncolumns == 1 && node->nchildren == 0 ? column : -1;
}

/* The child that a key names by its text, escapes resolved, or NULL. */
static LfdwPathNode *
find_decoded(const LfdwPathNode *node, const LfdwJsonValue *key)
{
	char		buf[SHORT_NAME];
	char	   *text = key->len < SHORT_NAME ? buf :
	MemoryContextAllocHuge(CurrentMemoryContext, key->len + 1);
	size_t		len = lfdw_json_unescape(key, text);
	LfdwName   *name = lfdw_row_name_find(node->names, node,
										  LFDW_NAME_PLAIN, text, len);

	if (text != buf)
		pfree(text);
	return name ? name->child : NULL;
}

/* The child that a key names, or NULL. */
LfdwPathNode *
lfdw_row_path_find(const LfdwPathNode *node, const LfdwJsonValue *key)
{
	LfdwName   *name;

	if (key->escaped)
		return find_decoded(node, key);
	name = lfdw_row_name_find(node->names, node, LFDW_NAME_PLAIN,
							  key->text, key->len);
	return name ? name->child : NULL;
}

/*
 * Notes that no column reads a member: it may be what a column, whose own was
 * in no row yet, was meant to read.
 */
void
lfdw_row_path_note_unread(LfdwPathNode *node, const LfdwJsonValue *key)
{
	char		letters[LFDW_LETTERS_MAX];
	size_t		len = lfdw_json_letters(key, letters);
	LfdwName   *name;
	MemoryContext old;

	name = lfdw_row_name_find(node->names, node, LFDW_NAME_LETTERS,
							  letters, len);
	if (len == 0 || name == NULL)
		return;
	old = MemoryContextSwitchTo(GetMemoryChunkContext(node));
	for (LfdwPathNode *child = name->child; child; child = child->next_alike)
	{
		if (!child->seen && !child->alike)
			child->alike = lfdw_json_shown(key);
	}
	MemoryContextSwitchTo(old);
}

/*
 * The child that the key of a row's member names, or NULL where no column reads
 * it.  *name is the name in the key's spelling, which is learned where it is new;
 * NULL where there is no room for it.
 */
LfdwPathNode *
lfdw_row_path_meet(LfdwPathNode *node, const LfdwJsonValue *key,
				   LfdwName **name)
{
	LfdwNameKind kind = key->escaped ? LFDW_NAME_ESCAPED : LFDW_NAME_PLAIN;
	LfdwPathNode *child;

	*name = lfdw_row_name_find(node->names, node, kind, key->text, key->len);
	if (*name)
		return (*name)->child;
	child = key->escaped ? find_decoded(node, key) : NULL;
	if (child == NULL)
		lfdw_row_path_note_unread(node, key);
	*name = lfdw_row_name_learn(node->names, node, kind, key->text, key->len,
								child);
	return child;
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
