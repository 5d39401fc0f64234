/*-------------------------------------------------------------------------
 *
 * test_json_skip.c
 *		Unit tests of src/base/json_skip.c, and of windows that grow in place,
 *		with each twin of json_simd.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_skip.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/json_reader.h"
#include "json_cases.h"

/* A window that grows where it is: what was looked at was the text's end then. */
static void
test_in_place(void)
{
	int			wrong = 0;

	for (int i = 0; i < (int) lengthof(json_cases); i++)
	{
		const JsonCase *one = &json_cases[i];
		LfdwJsonReader reader;
		LfdwJsonStatus status = LFDW_JSON_MORE;
		LfdwJsonValue value;

		lfdw_json_init(&reader, one->text, 0, false);
		for (size_t shown = 0; shown <= one->len && status == LFDW_JSON_MORE; shown++)
		{
			LfdwJsonReader before = reader;

			lfdw_json_feed(&reader, one->text, shown, shown == one->len);
			status = lfdw_json_value(&reader, &value);
			if (status == LFDW_JSON_MORE)
			{
				reader.pos = before.pos;
				reader.first = before.first;
			}
		}
		if (status == LFDW_JSON_OK)
			status = lfdw_json_end(&reader);
		if (status == LFDW_JSON_MORE)
		{
			lfdw_json_feed(&reader, one->text, one->len, true);
			status = lfdw_json_end(&reader);
		}
		wrong += one->error ? status != LFDW_JSON_BAD ||
			strcmp(reader.error, one->error) != 0 ||
			reader.error_at != one->error_at : status != LFDW_JSON_OK;
	}
	unit_ok(wrong == 0, "windows that grow in place; %d wrong", wrong);
}

/* An object whose rest nobody reads, at every place that it can be left at. */
static void
test_leave(void)
{
	static const char text[] =
	"[{\"a\": 1, \"b\": [{\"c\": \"\\u00fc}\"}, []], \"d\": {} }, {\"a\":2 }, 3]";
	int			wrong = 0;

	for (size_t shown = 0; shown < sizeof(text); shown++)
	{
		LfdwJsonReader reader;
		LfdwJsonReader before;
		LfdwJsonStatus status;
		LfdwJsonValue value;

		for (int members = 1; members <= 3; members++)
		{
			lfdw_json_init(&reader, text, sizeof(text) - 1, true);
			lfdw_json_enter(&reader);
			lfdw_json_element(&reader);
			lfdw_json_enter(&reader);
			for (int i = 0; i < members; i++)
			{
				lfdw_json_member(&reader, &value);
				lfdw_json_value(&reader, &value);
			}
			/* the same place, in a window that ends early */
			before = reader;
			lfdw_json_init(&reader, text, Max(shown, before.pos), false);
			reader.pos = before.pos;
			reader.depth = before.depth;
			before = reader;
			status = lfdw_json_leave(&reader, LFDW_JSON_OBJECT);
			if (status == LFDW_JSON_MORE)
			{
				reader = before;
				lfdw_json_feed(&reader, text, sizeof(text) - 1, true);
				status = lfdw_json_leave(&reader, LFDW_JSON_OBJECT);
			}
			lfdw_json_feed(&reader, text, sizeof(text) - 1, true);
			wrong += status != LFDW_JSON_OK || reader.depth != 1 ||
				lfdw_json_element(&reader) != LFDW_JSON_OK ||
				lfdw_json_value(&reader, &value) != LFDW_JSON_OK ||
				value.len != strlen("{\"a\":2 }");
		}
	}
	unit_ok(wrong == 0, "an object is left behind each member; %d wrong", wrong);
}

/* What is left is validated, and the errors are those of reading it. */
static void
test_leave_bad(void)
{
	static const JsonCase cases[] = {
		BAD("[1,]", TOKEN, 3),
		BAD("[1 2]", BRACKET, 3),
		BAD("[1}", BRACKET, 2),
		BAD("[1,[2,{\"a\":tru}]]", TOKEN, 14),
		BAD("[1,\"\200\"]", UTF8, 4),
		BAD("[1", END, 2),
		BAD("[1,[2]", END, 6),
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwJsonReader reader;
		LfdwJsonValue value;

		lfdw_json_init(&reader, cases[i].text, cases[i].len, true);
		lfdw_json_enter(&reader);
		lfdw_json_element(&reader);
		if (cases[i].error_at > 2)
			lfdw_json_value(&reader, &value);
		else
		{
			reader.pos = 2;
			reader.first = false;
		}
		unit_ok(lfdw_json_leave(&reader, LFDW_JSON_ARRAY) == LFDW_JSON_BAD &&
				strcmp(reader.error, cases[i].error) == 0 &&
				reader.error_at == cases[i].error_at,
				"left behind 1: %s", cases[i].text);
	}
}

int
main(void)
{
	const LfdwJsonSimd *simd;

	for (int i = 0; (simd = lfdw_json_simd_twin(i)) != NULL; i++)
	{
		lfdw_json_simd = simd;
		test_in_place();
		test_leave();
		test_leave_bad();
	}
	return unit_done();
}
