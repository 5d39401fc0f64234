/*-------------------------------------------------------------------------
 *
 * fuzz_json_reader.c
 *		Fuzzer of json_reader: every way of reading a document finds the same, with
 *		each twin of json_simd, and json-c agrees.
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

/* Reads a document in every way, with one way to look at bytes. */
static void
read_every_way(const uint8 *data, size_t size, JsonFound *first)
{
	const char *text = (const char *) data;
	JsonFound	items;
	JsonFound	value;

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
	json_found_free(&value);
	if (first->events.data == NULL)
		*first = items;
	else
	{
		if (!json_found_same_error(first, &items) ||
			first->events.len != items.events.len ||
			memcmp(first->events.data, items.events.data, items.events.len) != 0)
			fail("another twin of json_simd finds something else");
		json_found_free(&items);
	}
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	JsonFound	found;
	const LfdwJsonSimd *simd;
	const char *other;

	memset(&found, 0, sizeof(found));
	for (int i = 0; (simd = lfdw_json_simd_twin(i)) != NULL; i++)
	{
		lfdw_json_simd = simd;
		read_every_way(data, size, &found);
	}
	other = oracle_disagrees((const char *) data, size, found.error, found.error_at);
	if (other)
		fail(other);
	json_found_free(&found);
	return 0;
}
