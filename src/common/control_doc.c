/*-------------------------------------------------------------------------
 *
 * control_doc.c
 *		Small JSON documents that say what went wrong, read with json-c.
 *
 * The members are copied into arrays, so that nothing can throw while a
 * json-c object is held.
 *
 * IDENTIFICATION
 *	  src/common/control_doc.c
 *
 *-------------------------------------------------------------------------
 */
#include "common/lfdw_common.h"

#include <limits.h>

#include <json-c/json.h>

#include "common/control_doc.h"

/* Which member goes where; of several for one field the first one counts. */
typedef struct DocField
{
	const char *member;
	size_t		field;
	size_t		size;
} DocField;

static const DocField fields[] = {
#define FIELD(member, name) \
	{member, offsetof(LfdwErrorDoc, name), sizeof(((LfdwErrorDoc *) NULL)->name)}
	FIELD("code", code),
	FIELD("Code", code),
	FIELD("__type", code),
	FIELD("Reason", reason),
	FIELD("errorType", error_type),
	FIELD("errorMessage", message),
	FIELD("message", message),
	FIELD("Message", message),
	FIELD("detail", detail),
	FIELD("hint", hint),
	FIELD("sqlstate", sqlstate)
#undef FIELD
};

/* Copies a string of json-c up to its first NUL. */
static void
copy_member(char *field, size_t size, struct json_object *value)
{
	if (field[0] == '\0' && json_object_is_type(value, json_type_string))
		strlcpy(field, json_object_get_string(value), size);
}

/*
 * Reads an error document of any of the three kinds.
 *
 * Whatever the bytes are, *doc is set: to nothing where they are no JSON
 * object, and the result is false then.  Members of other types than text
 * count as absent.
 */
bool
lfdw_error_doc_read(LfdwErrorDoc *doc, const char *bytes, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *root;
	bool		is_object;

	memset(doc, 0, sizeof(*doc));
	if (len == 0 || len > INT_MAX)
		return false;
	tokener = json_tokener_new();
	if (tokener == NULL)
		return false;
	root = json_tokener_parse_ex(tokener, bytes, (int) len);
	json_tokener_free(tokener);

	is_object = json_object_is_type(root, json_type_object);
	for (int i = 0; is_object && i < (int) lengthof(fields); i++)
	{
		struct json_object *value;

		if (json_object_object_get_ex(root, fields[i].member, &value))
			copy_member((char *) doc + fields[i].field, fields[i].size, value);
	}
	json_object_put(root);
	return is_object;
}
