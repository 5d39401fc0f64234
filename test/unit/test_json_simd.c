/*-------------------------------------------------------------------------
 *
 * test_json_simd.c
 *		Unit tests of src/base/json_simd.c: its twins see the same.
 *
 * What they look at ends where a page ends that may not be read beyond.
 *
 * IDENTIFICATION
 *	  test/unit/test_json_simd.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/json_simd.h"

#define TEXT_MAX 300

static uint32 random_state = 20240229;

static uint32
random_below(uint32 bound)
{
	random_state = random_state * 1664525 + 1013904223;
	return (random_state >> 8) % bound;
}

/* The end of a page behind which there is none. */
static uint8 *
end_of_page(void)
{
	size_t		size = sysconf(_SC_PAGESIZE);
	uint8	   *pages = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE,
							 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || mprotect(pages + size, size, PROT_NONE) != 0)
	{
		printf("Bail out! no page\n");
		exit(1);
	}
	return pages + size;
}

static bool
is_special(uint8 c)
{
	return c == '"' || c == '\\' || c < ' ' || c >= 0x80;
}

/* Looks at a block byte by byte. */
static void
look_plainly(LfdwJsonBlock *block, const uint8 *p, const uint8 *end)
{
	memset(block, 0, sizeof(*block));
	block->start = p;
	for (int i = 0; i < LFDW_JSON_BLOCK; i++)
	{
		uint8		c = i < end - p ? p[i] : 0;
		uint64		bit = UINT64CONST(1) << i;

		if (is_special(c))
			block->special |= bit;
		if (c >= '0' && c <= '9')
			block->digits |= bit;
		if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
			block->spaces |= bit;
	}
}

static bool
same_block(const LfdwJsonBlock *a, const LfdwJsonBlock *b)
{
	return a->start == b->start && a->special == b->special &&
		a->digits == b->digits && a->spaces == b->spaces;
}

/* Does a twin see in these bytes what is in them? */
static bool
sees(const LfdwJsonSimd *simd, const uint8 *p, const uint8 *end)
{
	LfdwJsonBlock block;
	LfdwJsonBlock plain;
	const uint8 *behind = simd->skip_plain(p, end);

	simd->look(&block, p, end);
	look_plainly(&plain, p, end);
	if (!same_block(&block, &plain) || (behind - p) % LFDW_JSON_BLOCK != 0)
		return false;
	for (const uint8 *q = p; q < behind; q++)
	{
		if (is_special(*q))
			return false;
	}
	if (end - behind < LFDW_JSON_BLOCK)
		return true;
	look_plainly(&plain, behind, end);
	return plain.special != 0;
}

/* Every byte at every place of a block, among bytes of each kind. */
static void
test_bytes(const LfdwJsonSimd *simd, uint8 *end)
{
	static const uint8 around[] = {'a', '"', '0', ' ', 0x80, 0xFF, 0};
	uint8	   *start = end - LFDW_JSON_BLOCK;
	int			wrong = 0;

	for (int among = 0; among < (int) lengthof(around); among++)
	{
		for (int i = 0; i < LFDW_JSON_BLOCK; i++)
		{
			for (int c = 0; c < 256; c++)
			{
				memset(start, around[among], LFDW_JSON_BLOCK);
				start[i] = (uint8) c;
				wrong += !sees(simd, start, end);
			}
		}
	}
	unit_ok(wrong == 0, "%s: every byte at every place; %d wrong", simd->name,
			wrong);
}

/* Texts of every length up to the end of a page. */
static void
test_lengths(const LfdwJsonSimd *simd, uint8 *end)
{
	int			wrong = 0;

	for (int len = 0; len <= TEXT_MAX; len++)
	{
		memset(end - len, 'a', len);
		wrong += !sees(simd, end - len, end);
		for (int at = 0; at < len; at++)
		{
			end[at - len] = '"';
			wrong += !sees(simd, end - len, end);
			end[at - len] = 'a';
		}
	}
	unit_ok(wrong == 0, "%s: up to the end of a page; %d wrong", simd->name, wrong);
}

static void
test_random(const LfdwJsonSimd *simd, uint8 *end)
{
	static const char bytes[] = "{}[]:,\"\\ \n\r\t0123456789/+-.eEtrufalsn\001\037!#"
	"\v\f\177\200\240\277\300\303\340\355\360\364\377";
	int			wrong = 0;

	for (int i = 0; i < 20000; i++)
	{
		int			len = random_below(TEXT_MAX);

		for (int j = 0; j < len; j++)
			end[j - len] = bytes[random_below(sizeof(bytes))];
		wrong += !sees(simd, end - len, end);
	}
	unit_ok(wrong == 0, "%s: random texts; %d wrong", simd->name, wrong);
}

int
main(void)
{
	uint8	   *end = end_of_page();
	const LfdwJsonSimd *simd;
	LfdwJsonBlock block;
	int			i;

	lfdw_json_simd->look(&block, end, end);
	unit_ok(lfdw_json_simd == lfdw_json_simd_twin(0) && block.special == ~UINT64CONST(0),
			"the first look chooses: %s", lfdw_json_simd->name);
	for (i = 0; (simd = lfdw_json_simd_twin(i)) != NULL; i++)
	{
		test_bytes(simd, end);
		test_lengths(simd, end);
		test_random(simd, end);
	}
#ifdef __x86_64__
	unit_ok(i >= 2, "there are twins");
#endif
	return unit_done();
}
