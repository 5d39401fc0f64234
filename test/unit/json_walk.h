/*-------------------------------------------------------------------------
 *
 * json_walk.h
 *		Reads a document with json_reader in every way, for its unit test and
 *		its fuzzer.
 *
 * A way is how much of the document the first window shows, how much each
 * later one adds, and whether what has been read is dropped in between.  What
 * a way finds is written down as text, so that two ways can be compared.
 *
 * IDENTIFICATION
 *	  test/unit/json_walk.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_JSON_WALK_H
#define LFDW_JSON_WALK_H

#include "base/base.h"

#include "base/json_reader.h"

typedef struct JsonWay
{
	size_t		first;			/* bytes the first window shows */
	size_t		step;			/* bytes each later one adds, at least 1 */
	bool		discard;		/* drop what has been read */
} JsonWay;

static const JsonWay json_at_once = {SIZE_MAX, 1, false};

/* What was read, written down, and why no more was. */
typedef struct JsonFound
{
	StringInfoData events;
	const char *error;			/* NULL: the document is good */
	uint64		error_at;
	const char *broken;			/* a promise the reader did not keep */
} JsonFound;

typedef enum JsonPhase
{
	JSON_BEFORE_VALUE,
	JSON_IN_CONTAINER,
	JSON_AFTER_ALL,
	JSON_DONE
} JsonPhase;

typedef struct JsonWalk
{
	const char *text;			/* the document */
	size_t		len;
	JsonWay		way;

	LfdwJsonReader reader;
	char	   *window;			/* malloc'd, no byte larger than it has to be */
	JsonPhase	phase;
	bool		whole;			/* read the value by lfdw_json_value alone */
	int			depth;
	char		containers[LFDW_JSON_MAX_DEPTH];
	JsonFound  *found;
} JsonWalk;

/* Shows the reader a window in memory of its own, which ends where it ends. */
static void
json_walk_show(JsonWalk *walk, size_t shown)
{
	size_t		from = walk->reader.offset;
	size_t		len = Min(shown, walk->len) - from;
	char	   *window = malloc(Max(len, 1));

	/* an empty window is the end of a block of one byte */
	memcpy(window, walk->text + from, len);
	lfdw_json_feed(&walk->reader, len == 0 ? window + 1 : window, len,
				   shown >= walk->len);
	free(walk->window);
	walk->window = window;
}

/* Does a string equal a beginning of its own text, in memory no larger? */
static bool
json_walk_equals_shorter(const LfdwJsonValue *value, const char *text,
						 size_t len)
{
	bool		equals = false;

	for (size_t i = len > 8 ? len - 8 : 0; i < len; i++)
	{
		char	   *shorter = malloc(Max(i, 1));

		memcpy(shorter, text, i);
		equals = equals || lfdw_json_string_equals(value, shorter, i);
		free(shorter);
	}
	return equals;
}

/* Writes down a string, and checks what can be asked about it. */
static void
json_walk_string(JsonWalk *walk, char kind, const LfdwJsonValue *value)
{
	char	   *text = malloc(value->len + 1);
	size_t		len = lfdw_json_unescape(value, text);

	if (value->type != LFDW_JSON_STRING)
		walk->found->broken = "a string is not of that type";
	else if (len > value->len || text[len] != '\0')
		walk->found->broken = "a decoded string is longer than its source";
	else if (value->escaped != (memchr(value->text, '\\', value->len) != NULL))
		walk->found->broken = "escaped does not tell whether there is a backslash";
	else if (!lfdw_json_string_equals(value, text, len))
		walk->found->broken = "a string does not equal itself";
	else if (lfdw_json_string_equals(value, text, len + 1) ||
			 json_walk_equals_shorter(value, text, len))
		walk->found->broken = "a string equals one of another length";
	else if (len > 0)
	{
		text[len / 2] ^= 1;
		if (lfdw_json_string_equals(value, text, len))
			walk->found->broken = "a string equals another";
		text[len / 2] ^= 1;
	}
	appendStringInfo(&walk->found->events, "%c%zu:", kind, len);
	appendBinaryStringInfo(&walk->found->events, text, len);
	free(text);
}

static void
json_walk_note(JsonWalk *walk, const LfdwJsonValue *value)
{
	if (walk->whole)
	{
		appendStringInfo(&walk->found->events, "%d ", value->type);
		appendBinaryStringInfo(&walk->found->events, value->text, value->len);
	}
	else if (value->type == LFDW_JSON_STRING)
		json_walk_string(walk, '"', value);
	else
	{
		appendBinaryStringInfo(&walk->found->events, value->text, value->len);
		appendStringInfoChar(&walk->found->events, ' ');
	}
}

static LfdwJsonStatus
json_walk_value(JsonWalk *walk)
{
	LfdwJsonType type;
	LfdwJsonValue value;
	LfdwJsonStatus status = LFDW_JSON_OK;

	if (!walk->whole)
		status = lfdw_json_peek(&walk->reader, &type);
	if (status == LFDW_JSON_OK && !walk->whole && type >= LFDW_JSON_ARRAY)
	{
		status = lfdw_json_enter(&walk->reader);
		if (status != LFDW_JSON_OK)
			return status;
		walk->containers[walk->depth++] = type == LFDW_JSON_OBJECT ? '{' : '[';
		appendStringInfoChar(&walk->found->events, walk->containers[walk->depth - 1]);
		walk->phase = JSON_IN_CONTAINER;
		return status;
	}

	/* a text that ends before its value is bad for lfdw_json_value */
	if (status == LFDW_JSON_OK || status == LFDW_JSON_END)
		status = lfdw_json_value(&walk->reader, &value);
	if (status != LFDW_JSON_OK)
		return status;
	if (!walk->whole && value.type != type)
		walk->found->broken = "a value is not of the type peeked";
	json_walk_note(walk, &value);
	walk->phase = walk->depth > 0 ? JSON_IN_CONTAINER : JSON_AFTER_ALL;
	return status;
}

static LfdwJsonStatus
json_walk_item(JsonWalk *walk)
{
	bool		in_object = walk->containers[walk->depth - 1] == '{';
	LfdwJsonValue key;
	LfdwJsonStatus status;

	if (in_object)
		status = lfdw_json_member(&walk->reader, &key);
	else
		status = lfdw_json_element(&walk->reader);
	if (status == LFDW_JSON_OK)
	{
		if (in_object)
			json_walk_string(walk, '.', &key);
		walk->phase = JSON_BEFORE_VALUE;
	}
	else if (status == LFDW_JSON_END)
	{
		appendStringInfoChar(&walk->found->events, in_object ? '}' : ']');
		walk->phase = --walk->depth > 0 ? JSON_IN_CONTAINER : JSON_AFTER_ALL;
		status = LFDW_JSON_OK;
	}
	if (status == LFDW_JSON_OK && walk->reader.depth != walk->depth)
		walk->found->broken = "the reader's depth is not that of the walk";
	return status;
}

static LfdwJsonStatus
json_walk_step(JsonWalk *walk)
{
	LfdwJsonStatus status;

	if (walk->phase == JSON_BEFORE_VALUE)
		return json_walk_value(walk);
	if (walk->phase == JSON_IN_CONTAINER)
		return json_walk_item(walk);
	status = lfdw_json_end(&walk->reader);
	if (status == LFDW_JSON_OK)
		walk->phase = JSON_DONE;
	return status;
}

/* After LFDW_JSON_MORE: back to the checkpoint, and a larger window. */
static void
json_walk_more(JsonWalk *walk, const LfdwJsonReader *before, size_t *shown)
{
	LfdwJsonReader now = walk->reader;

	if (now.complete)
		walk->found->broken = "asked for more than there is";
	now.pos = before->pos;
	now.first = before->first;
	now.depth = before->depth;
	if (now.data != before->data || now.len != before->len ||
		now.offset != before->offset || now.complete != before->complete ||
		now.error != NULL || now.error_at != 0)
		walk->found->broken = "changed the reader while asking for more";
	walk->reader = *before;
	if (walk->way.discard)
		lfdw_json_discard(&walk->reader, walk->reader.pos);
	*shown += walk->way.step;
	json_walk_show(walk, *shown);
}

/*
 * Reads a document: item by item, or with whole as one value.  *found is to be
 * freed by json_found_free.
 */
static void
json_walk(const char *text, size_t len, JsonWay way, bool whole,
		  JsonFound *found)
{
	JsonWalk	walk;
	size_t		shown = Min(way.first, len);
	LfdwJsonStatus status = LFDW_JSON_OK;

	memset(found, 0, sizeof(*found));
	initStringInfo(&found->events);
	walk.text = text;
	walk.len = len;
	walk.way = way;
	walk.window = NULL;
	walk.phase = JSON_BEFORE_VALUE;
	walk.whole = whole;
	walk.depth = 0;
	walk.found = found;
	lfdw_json_init(&walk.reader, "", 0, false);
	json_walk_show(&walk, shown);
	while (status == LFDW_JSON_OK && walk.phase != JSON_DONE && !found->broken)
	{
		LfdwJsonReader before = walk.reader;

		status = json_walk_step(&walk);
		if (status == LFDW_JSON_MORE)
		{
			json_walk_more(&walk, &before, &shown);
			status = LFDW_JSON_OK;
		}
	}
	if (status == LFDW_JSON_BAD)
	{
		found->error = walk.reader.error;
		found->error_at = walk.reader.error_at;
		if (found->error == NULL || found->error_at > len)
			found->broken = "an error without a text or a place";
	}
	free(walk.window);
}

static void
json_found_free(JsonFound *found)
{
	pfree(found->events.data);
}

/* Same error, or none, at the same place? */
static bool
json_found_same_error(const JsonFound *a, const JsonFound *b)
{
	return !a->broken && !b->broken && a->error_at == b->error_at &&
		(a->error && b->error ? strcmp(a->error, b->error) == 0 :
		 a->error == b->error);
}

/* Does reading a document this way find the same as before? */
static bool
json_walk_agrees(const char *text, size_t len, JsonWay way, bool whole,
				 const JsonFound *before)
{
	JsonFound	found;
	bool		agrees;

	json_walk(text, len, way, whole, &found);
	agrees = json_found_same_error(&found, before) &&
		found.events.len == before->events.len &&
		memcmp(found.events.data, before->events.data, found.events.len) == 0;
	json_found_free(&found);
	return agrees;
}

#endif							/* LFDW_JSON_WALK_H */
