/*-------------------------------------------------------------------------
 *
 * fuzz_json_reader.c
 *		Fuzzer of json_reader: every way of reading a document finds the same,
 *		and json-c agrees.
 *
 * scripts/fuzz builds and runs it.
 *
 * IDENTIFICATION
 *	  test/fuzz/fuzz_json_reader.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "json_oracle.h"
#include "json_walk.h"

extern int	LLVMFuzzerTestOneInput(const uint8 *data, size_t size);

static void
fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/* Some ways to cut a document, which depend on the whole of it. */
static JsonWay
way_of(const uint8 *data, size_t size, uint32 seed)
{
	JsonWay		way;
	uint32		hash = seed;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ data[i]) * 16777619;
	way.first = (hash >> 8) % (size + 1);
	way.step = 1 + (hash >> 4) % 32;
	way.discard = hash & 1;
	return way;
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	const char *text = (const char *) data;
	JsonFound	items;
	JsonFound	value;
	const char *other;

	json_walk(text, size, json_at_once, false, &items);
	json_walk(text, size, json_at_once, true, &value);
	if (items.broken)
		fail(items.broken);
	if (!json_found_same_error(&items, &value))
		fail("skipping does not find the error that reading does");
	for (uint32 seed = 1; seed <= 3; seed++)
	{
		JsonWay		way = way_of(data, size, seed);

		if (!json_walk_agrees(text, size, way, false, &items) ||
			!json_walk_agrees(text, size, way, true, &value))
			fail("windows give something else");
	}
	other = oracle_disagrees(text, size, items.error, items.error_at);
	if (other)
		fail(other);
	json_found_free(&items);
	json_found_free(&value);
	return 0;
}
