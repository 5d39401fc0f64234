/*-------------------------------------------------------------------------
 *
 * control_doc.c
 *		Small JSON documents, errors, credentials and lists, read with json-c.
 *
 * The members are copied into arrays, so that nothing can throw while a
 * json-c object is held.
 *
 * IDENTIFICATION
 *	  src/base/control_doc.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <limits.h>

#include <json-c/json.h>

#include "base/control_doc.h"

/* Which member goes where; of several for one field the first one counts. */
typedef struct DocField
{
	const char *member;
	size_t		field;
	size_t		size;
} DocField;

static const DocField error_fields[] = {
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

static const DocField credential_fields[] = {
#define FIELD(member, name) \
	{member, offsetof(LfdwCredentialDoc, name), sizeof(((LfdwCredentialDoc *) NULL)->name)}
	FIELD("AccessKeyId", access_key_id),
	FIELD("SecretAccessKey", secret_access_key),
	FIELD("Token", token),
	FIELD("SessionToken", token),
	FIELD("Expiration", expiration),
	FIELD("Code", code),
	FIELD("code", code),
	FIELD("Message", message),
	FIELD("message", message)
#undef FIELD
};

/* Parses bytes; NULL where they are no JSON object. */
static struct json_object *
parse_object(const char *bytes, size_t len)
{
	struct json_tokener *tokener;
	struct json_object *root;

	if (len == 0 || len > INT_MAX)
		return NULL;
	tokener = json_tokener_new();
	if (tokener == NULL)
		return NULL;
	root = json_tokener_parse_ex(tokener, bytes, (int) len);
	json_tokener_free(tokener);
	if (json_object_is_type(root, json_type_object))
		return root;
	json_object_put(root);
	return NULL;
}

/*
 * Copies the strings of an object up to their first NUL.  What is too long is
 * cut where that makes sense, and else passed over.
 */
static void
copy_members(void *doc, struct json_object *root, const DocField *fields,
			 int nfields, bool cut)
{
	for (int i = 0; i < nfields; i++)
	{
		char	   *field = (char *) doc + fields[i].field;
		struct json_object *value;

		if (field[0] == '\0' &&
			json_object_object_get_ex(root, fields[i].member, &value) &&
			json_object_is_type(value, json_type_string) &&
			(cut || (size_t) json_object_get_string_len(value) < fields[i].size))
			strlcpy(field, json_object_get_string(value), fields[i].size);
	}
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
	struct json_object *root = parse_object(bytes, len);

	memset(doc, 0, sizeof(*doc));
	if (root)
		copy_members(doc, root, error_fields, lengthof(error_fields), true);
	json_object_put(root);
	return root != NULL;
}

/*
 * Reads a document with credentials, or with the reason why there are none.
 * Sets *doc whatever the bytes are; false where they are no JSON object.
 */
bool
lfdw_credential_doc_read(LfdwCredentialDoc *doc, const char *bytes, size_t len)
{
	struct json_object *root = parse_object(bytes, len);
	struct json_object *value;

	memset(doc, 0, sizeof(*doc));
	if (root)
		copy_members(doc, root, credential_fields, lengthof(credential_fields),
					 false);
	if (root && json_object_object_get_ex(root, "Version", &value) &&
		json_object_is_type(value, json_type_int))
		doc->version = json_object_get_int(value);
	json_object_put(root);
	return root != NULL;
}

/* Copies a member that is a string and fits, without a NUL in it; else false. */
static bool
copy_whole(char *copy, size_t size, struct json_object *object, const char *member)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, member, &value) ||
		!json_object_is_type(value, json_type_string))
		return false;
	text = json_object_get_string(value);
	return strlen(text) == (size_t) json_object_get_string_len(value) &&
		strlcpy(copy, text, size) < size;
}

/* Copies the functions of a page; false where one has no name, or no ARN. */
static bool
copy_functions(LfdwFunctionPageDoc *doc, struct json_object *functions)
{
	doc->count = (int) json_object_array_length(functions);
	for (int i = 0; i < Min(doc->count, doc->capacity); i++)
	{
		struct json_object *entry = json_object_array_get_idx(functions, i);
		LfdwListedFunction *function = &doc->functions[i];

		if (!json_object_is_type(entry, json_type_object) ||
			!copy_whole(function->name, sizeof(function->name), entry, "FunctionName") ||
			!copy_whole(function->arn, sizeof(function->arn), entry, "FunctionArn"))
			return false;
	}
	return true;
}

/* Copies what a page says of the next one; false where that is of no use. */
static bool
copy_marker(LfdwFunctionPageDoc *doc, struct json_object *root)
{
	struct json_object *marker;

	doc->next_marker[0] = '\0';
	return !json_object_object_get_ex(root, "NextMarker", &marker) ||
		json_object_is_type(marker, json_type_null) ||
		copy_whole(doc->next_marker, sizeof(doc->next_marker), root, "NextMarker");
}

/*
 * Reads a page of ListFunctions into *doc, whose functions and capacity the caller
 * has set.  Returns false with a static text in *why where it is none.
 */
bool
lfdw_function_page_doc_read(LfdwFunctionPageDoc *doc, const char *bytes,
							size_t len, const char **why)
{
	struct json_object *root = parse_object(bytes, len);
	struct json_object *functions;

	*why = NULL;
	doc->count = 0;
	if (root == NULL)
		*why = "It is no JSON object.";
	else if (!json_object_object_get_ex(root, "Functions", &functions) ||
			 !json_object_is_type(functions, json_type_array))
		*why = "It has no array \"Functions\".";
	else if (!copy_functions(doc, functions))
		*why = "A function in it has no FunctionName, or no FunctionArn, of at most 256 bytes.";
	else if (!copy_marker(doc, root))
		*why = "Its NextMarker is no string, or one that is too long.";
	json_object_put(root);
	return *why == NULL;
}

/*
 * Reads an answer of ListTags: has the function a tag of this key?  False where the
 * bytes are no such answer.
 */
bool
lfdw_tags_doc_read(const char *bytes, size_t len, const char *key, bool *has_tag)
{
	struct json_object *root = parse_object(bytes, len);
	struct json_object *tags = NULL;
	bool		good = root != NULL;

	*has_tag = false;
	if (good && json_object_object_get_ex(root, "Tags", &tags) && tags != NULL)
	{
		good = json_object_is_type(tags, json_type_object);
		*has_tag = good && json_object_object_get_ex(tags, key, NULL);
	}
	json_object_put(root);
	return good;
}

/* json-c, which no other file knows. */
LfdwLibrary
lfdw_control_doc_library(void)
{
	LfdwLibrary library = {"json-c", JSON_C_VERSION, json_c_version()};

	return library;
}
