/*-------------------------------------------------------------------------
 *
 * json_template.c
 *		A JSON document with places that are filled when it is written.
 *
 * The document is taken apart once, into a tree whose leaves keep their text:
 * numbers must arrive digit for digit.  A place is a node that has a slot; where
 * the slot has a value, that is written in place of whatever the node is.
 * Everything is in the database encoding.
 *
 * IDENTIFICATION
 *	  src/value/json_template.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"

#include "base/json_reader.h"
#include "value/json_template.h"
#include "value/json_text.h"
#include "value/json_writer.h"

/* The owner of what a document has by itself, if nobody says another. */
static const char payload_owner[] = "the option payload";

typedef enum NodeKind
{
	NODE_NOTHING,				/* a place alone */
	NODE_LEAF,					/* a value of the document, as its text */
	NODE_OBJECT,
	NODE_ARRAY,
	NODE_STRING					/* a string that holds the JSON of its child */
} NodeKind;

typedef struct TemplateNode
{
	NodeKind	kind;
	char	   *name;			/* of a member, else NULL */
	bool		made;			/* not the document's: absent while it is
								 * empty */
	int			slot;			/* -1: none */
	int			flags;			/* of its place */
	char	   *json;			/* of a leaf */
	List	   *children;		/* of TemplateNode */
} TemplateNode;

struct LfdwTemplate
{
	TemplateNode *root;
	const char *owner;			/* of what the document has, in words */
	List	   *owners;			/* by slot, what it is for, in words */
};

/* The value that comes next in a document that was found good. */
static TemplateNode *read_node(LfdwJsonReader *reader);

static TemplateNode *
make_node(NodeKind kind)
{
	TemplateNode *node = palloc0(sizeof(TemplateNode));

	node->kind = kind;
	node->slot = -1;
	return node;
}

/* Text of the document in the database encoding, palloc'd. */
static char *
take_text(const char *text, size_t len)
{
	char	   *copy = pnstrdup(text, len);

	return pg_any_to_server(copy, len, PG_UTF8);
}

static TemplateNode *
read_object(LfdwJsonReader *reader)
{
	TemplateNode *node = make_node(NODE_OBJECT);
	LfdwJsonValue key;

	lfdw_json_enter(reader);
	while (lfdw_json_member(reader, &key) == LFDW_JSON_OK)
	{
		char	   *name = lfdw_json_value_text(&key);
		TemplateNode *child = read_node(reader);

		child->name = name;
		node->children = lappend(node->children, child);
	}
	return node;
}

static TemplateNode *
read_array(LfdwJsonReader *reader)
{
	TemplateNode *node = make_node(NODE_ARRAY);

	lfdw_json_enter(reader);
	while (lfdw_json_element(reader) == LFDW_JSON_OK)
		node->children = lappend(node->children, read_node(reader));
	return node;
}

static TemplateNode *
read_node(LfdwJsonReader *reader)
{
	LfdwJsonType type = LFDW_JSON_NULL;
	LfdwJsonValue value;
	TemplateNode *node;

	check_stack_depth();
	lfdw_json_peek(reader, &type);
	if (type == LFDW_JSON_OBJECT)
		return read_object(reader);
	if (type == LFDW_JSON_ARRAY)
		return read_array(reader);
	node = make_node(NODE_LEAF);
	if (lfdw_json_value(reader, &value) != LFDW_JSON_OK)
		elog(ERROR, "a document with places is not JSON");
	if (type == LFDW_JSON_STRING)
		node->json = take_text(value.text - 1, value.len + 2);
	else
		node->json = take_text(value.text, value.len);
	return node;
}

/* Takes a document apart, which was found good; palloc'd. */
static TemplateNode *
read_document(const char *document)
{
	LfdwJsonReader reader;
	const char *utf8 = pg_server_to_any(document, strlen(document), PG_UTF8);

	lfdw_json_init(&reader, utf8, strlen(utf8), true);
	return read_node(&reader);
}

/*
 * Makes a template of a document, NULL for {}.
 *
 * The document is a JSON object that the option's parser found good.  The result
 * lives in the current context and keeps nothing of the document.
 */
LfdwTemplate *
lfdw_template_create(const char *document)
{
	LfdwTemplate *template = palloc0(sizeof(LfdwTemplate));

	template->root = read_document(document ? document : "{}");
	template->root->made = document == NULL;
	template->owner = payload_owner;
	return template;
}

/* Says in words whose a template's document is; they must live as long. */
void
lfdw_template_set_owner(LfdwTemplate *template, const char *owner)
{
	template->owner = owner;
}

/*
 * A further slot: the number of a value that lfdw_template_write is given.
 * owner says in words what it is for, as errors have it, and must live as long.
 */
int
lfdw_template_new_slot(LfdwTemplate *template, const char *owner)
{
	template->owners = lappend(template->owners, unconstify(char *, owner));
	return list_length(template->owners) - 1;
}

/* How many slots a template has. */
int
lfdw_template_nslots(const LfdwTemplate *template)
{
	return list_length(template->owners);
}

/*
 * Takes a string of the document apart that holds a JSON object or array; false
 * where it holds none.
 */
static bool
open_string(TemplateNode *node)
{
	LfdwJsonReader reader;
	LfdwJsonReader inside;
	LfdwJsonValue value;
	LfdwJsonType type;
	const char *utf8;
	char	   *text;
	size_t		len;

	if (node->kind != NODE_LEAF || node->json[0] != '"')
		return node->kind == NODE_STRING;
	utf8 = pg_server_to_any(node->json, strlen(node->json), PG_UTF8);
	lfdw_json_init(&reader, utf8, strlen(utf8), true);
	lfdw_json_value(&reader, &value);
	text = palloc(value.len + 1);
	len = lfdw_json_unescape(&value, text);
	lfdw_json_init(&inside, text, len, true);
	if (lfdw_json_peek(&inside, &type) != LFDW_JSON_OK || type < LFDW_JSON_ARRAY)
		return false;
	reader = inside;
	if (lfdw_json_value(&reader, &value) != LFDW_JSON_OK ||
		lfdw_json_end(&reader) != LFDW_JSON_OK)
		return false;
	node->kind = NODE_STRING;
	node->children = list_make1(read_node(&inside));
	return true;
}

/* The member of an object by its name, the last of that name, or NULL. */
static TemplateNode *
find_member(const TemplateNode *object, const char *name)
{
	TemplateNode *found = NULL;
	ListCell   *lc;

	foreach(lc, object->children)
	{
		TemplateNode *child = lfirst(lc);

		if (strcmp(child->name, name) == 0)
			found = child;
	}
	return found;
}

/* Who has a node that stands in the way. */
static const char *
owner_of(const LfdwTemplate *template, const TemplateNode *node)
{
	if (node->slot >= 0)
		return list_nth(template->owners, node->slot);
	return template->owner;
}

/*
 * Who has what a place at a node would stand on and may not, by its flags; NULL
 * for nobody.
 */
static const char *
owner_under(const LfdwTemplate *template, const TemplateNode *node, int flags)
{
	ListCell   *lc;

	if (node->slot >= 0 && !(flags & LFDW_PLACE_ABOVE))
		return owner_of(template, node);
	foreach(lc, node->children)
	{
		const char *owner = owner_under(template, lfirst(lc), flags);

		if (owner)
			return owner;
	}
	return node->made || (flags & LFDW_PLACE_ON_VALUE) ? NULL : template->owner;
}

/* The text of the beginning of a pointer, palloc'd. */
static char *
pointer_text(const LfdwPointer *pointer, int ntokens)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < ntokens; i++)
		lfdw_pointer_append(&text, pointer->tokens[i]);
	return text.data;
}

/* The child of a container that a token leads to, made in an object. */
static TemplateNode *
step_down(const LfdwTemplate *template, TemplateNode *node,
		  const LfdwPointer *pointer, int depth, const char **why)
{
	const char *token = pointer->tokens[depth];
	TemplateNode *child = NULL;

	if (node->kind == NODE_STRING)
		node = linitial(node->children);
	if (node->kind == NODE_ARRAY)
	{
		if (lfdw_pointer_is_index(token) && strlen(token) < 9 &&
			atoi(token) < list_length(node->children))
			return list_nth(node->children, atoi(token));
		*why = psprintf("There is no element \"%s\" in the array at \"%s\" of %s",
						token, pointer_text(pointer, depth), template->owner);
		return NULL;
	}
	child = find_member(node, token);
	if (child == NULL)
	{
		child = make_node(NODE_NOTHING);
		child->made = true;
		child->name = pstrdup(token);
		node->children = lappend(node->children, child);
	}
	return child;
}

/*
 * The node that a pointer leads to, made with the objects on the way where they
 * are not there; NULL with the reason where something stands in the way.
 */
static TemplateNode *
find_node(LfdwTemplate *template, const LfdwPointer *pointer, const char **why)
{
	TemplateNode *node = template->root;

	for (int depth = 0; node && depth < pointer->ntokens; depth++)
	{
		if (node->slot >= 0 && !(node->flags & LFDW_PLACE_ABOVE))
		{
			*why = psprintf("\"%s\" is taken by %s", pointer_text(pointer, depth),
							owner_of(template, node));
			return NULL;
		}
		if (node->kind == NODE_NOTHING)
			node->kind = NODE_OBJECT;
		if (node->kind != NODE_OBJECT && node->kind != NODE_ARRAY &&
			!open_string(node))
		{
			*why = psprintf("\"%s\" of %s is neither an object nor an array",
							pointer_text(pointer, depth), owner_of(template, node));
			return NULL;
		}
		node = step_down(template, node, pointer, depth, why);
	}
	return node;
}

/* Has the document itself a value at a pointer? */
bool
lfdw_template_has(const LfdwTemplate *template, const LfdwPointer *pointer)
{
	const TemplateNode *node = template->root;

	for (int depth = 0; depth < pointer->ntokens; depth++)
	{
		if (node->kind != NODE_OBJECT)
			return false;
		node = find_member(node, pointer->tokens[depth]);
		if (node == NULL)
			return false;
	}
	return !node->made;
}

/*
 * Gives a slot its place in the document.
 *
 * flags say what it may stand on.  Returns NULL, or where it cannot stand there
 * the reason, a sentence without its stop, palloc'd: what has the place, or stands in its way.
 */
const char *
lfdw_template_place(LfdwTemplate *template, const LfdwPointer *pointer, int slot,
					int flags)
{
	const char *why = NULL;
	TemplateNode *node = find_node(template, pointer, &why);
	const char *owner;

	if (node == NULL)
		return why;
	owner = node->slot >= 0 ? owner_of(template, node) :
		owner_under(template, node, flags);
	if (owner)
		return psprintf("%s is taken by %s", pointer->ntokens == 0 ? "The payload" :
						"It", owner);
	node->slot = slot;
	node->flags = flags;
	return NULL;
}

static bool write_node(StringInfo out, const TemplateNode *node, const char *const *values);

/* Writes an object; a made one without members is absent. */
static bool
write_object(StringInfo out, const TemplateNode *node, const char *const *values)
{
	bool		present = !node->made;
	ListCell   *lc;

	appendStringInfoChar(out, '{');
	foreach(lc, node->children)
	{
		const TemplateNode *child = lfirst(lc);
		int			before = out->len;

		lfdw_json_append_key(out, child->name);
		if (write_node(out, child, values))
			present = true;
		else
		{
			out->len = before;
			out->data[before] = '\0';
		}
	}
	appendStringInfoChar(out, '}');
	return present;
}

static bool
write_array(StringInfo out, const TemplateNode *node, const char *const *values)
{
	ListCell   *lc;

	appendStringInfoChar(out, '[');
	foreach(lc, node->children)
	{
		lfdw_json_append_comma(out);
		if (!write_node(out, lfirst(lc), values))
			appendStringInfoString(out, "null");
	}
	appendStringInfoChar(out, ']');
	return true;
}

/* Writes a string that holds JSON. */
static bool
write_string(StringInfo out, const TemplateNode *node, const char *const *values)
{
	StringInfoData inside;
	bool		present;

	initStringInfo(&inside);
	present = write_node(&inside, linitial(node->children), values);
	if (present)
		lfdw_json_append_string(out, inside.data);
	pfree(inside.data);
	return present;
}

/* Writes a node; returns false where it is absent, with anything written. */
static bool
write_node(StringInfo out, const TemplateNode *node, const char *const *values)
{
	if (node->slot >= 0 && values[node->slot])
	{
		appendStringInfoString(out, values[node->slot]);
		return true;
	}
	switch (node->kind)
	{
		case NODE_NOTHING:
			return false;
		case NODE_LEAF:
			appendStringInfoString(out, node->json);
			return true;
		case NODE_OBJECT:
			return write_object(out, node, values);
		case NODE_ARRAY:
			return write_array(out, node, values);
		case NODE_STRING:
			return write_string(out, node, values);
	}
	return false;
}

/*
 * Writes the document with what its slots have: JSON by slot, NULL where there is
 * none.
 */
void
lfdw_template_write(StringInfo out, const LfdwTemplate *template,
					const char *const *values)
{
	(void) write_node(out, template->root, values);
}
