/*-------------------------------------------------------------------------
 *
 * json_simd.c
 *		What the bytes of JSON are, a block of 64 at a time.
 *
 * The same three times: with AVX2 where the processor has it, which is asked
 * once; with SSE2, which every x86-64 has; and with nothing but 64-bit words.
 * None reads a byte that is not the text's.
 *
 * IDENTIFICATION
 *	  src/base/json_simd.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/byte_word.h"
#include "base/json_simd.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_X86_TWINS
#include <immintrin.h>
#endif

/* Looks at what is less than a block, by a copy of it with zeros behind. */
static pg_noinline void
look_at_rest(const LfdwJsonSimd *simd, LfdwJsonBlock *block, const uint8 *p,
			 const uint8 *end)
{
	uint8		copy[LFDW_JSON_BLOCK] = {0};

	memcpy(copy, p, end - p);
	simd->look(block, copy, copy + LFDW_JSON_BLOCK);
	block->start = p;
}

/* Words: eight bytes at a time, of which each answer is the high bit. */

#define HIGH_BITS		LFDW_EVERY_BYTE(0x80)

/* Which bytes are below c, which is ASCII? */
static inline uint64
bytes_below(uint64 word, uint8 c)
{
	return ~((word & ~HIGH_BITS) + LFDW_EVERY_BYTE(0x80 - c)) & ~word & HIGH_BITS;
}

static inline uint64
bytes_equal(uint64 word, uint8 c)
{
	return bytes_below(word ^ LFDW_EVERY_BYTE(c), 1);
}

static inline uint64
special_in_word(uint64 word)
{
	return bytes_below(word, ' ') | bytes_equal(word, '"') |
		bytes_equal(word, '\\') | (word & HIGH_BITS);
}

/* The high bits of eight bytes, side by side. */
static inline uint64
gather(uint64 high_bits)
{
	return ((high_bits >> 7) * UINT64CONST(0x0102040810204080)) >> 56;
}

static const LfdwJsonSimd words;

static void
look_words(LfdwJsonBlock *block, const uint8 *p, const uint8 *end)
{
	if (unlikely(end - p < LFDW_JSON_BLOCK))
	{
		look_at_rest(&words, block, p, end);
		return;
	}
	block->start = p;
	block->special = block->digits = block->spaces = 0;
	for (int i = 0; i < LFDW_JSON_BLOCK; i += 8)
	{
		uint64		word = lfdw_load_eight(p + i);

		block->special |= gather(special_in_word(word)) << i;
		block->digits |= gather(bytes_below(word, '9' + 1) &
								~bytes_below(word, '0')) << i;
		block->spaces |= gather(bytes_equal(word, ' ') |
								bytes_equal(word, '\n') |
								bytes_equal(word, '\r') |
								bytes_equal(word, '\t')) << i;
	}
}

static const uint8 *
skip_plain_words(const uint8 *p, const uint8 *end)
{
	for (; end - p >= LFDW_JSON_BLOCK; p += LFDW_JSON_BLOCK)
	{
		for (int i = 0; i < LFDW_JSON_BLOCK; i += 8)
		{
			if (special_in_word(lfdw_load_eight(p + i)) != 0)
				return p;
		}
	}
	return p;
}

static const LfdwJsonSimd words = {"words", look_words, skip_plain_words};

#ifdef HAVE_X86_TWINS

#define mask16(bytes)	((uint64) (uint16) _mm_movemask_epi8(bytes))

static inline __m128i
special_in_16(__m128i bytes)
{
	/* signed, so that bytes from 0x80 are below a space as well */
	return _mm_or_si128(_mm_or_si128(
									 _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
									 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))),
						_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
}

static inline __m128i
digits_in_16(__m128i bytes)
{
	/* a digit minus '0' is 0 to 9, unsigned */
	__m128i		values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));

	return _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
}

static inline __m128i
spaces_in_16(__m128i bytes)
{
	return _mm_or_si128(_mm_or_si128(
									 _mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
									 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'))),
						_mm_or_si128(
									 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')),
									 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'))));
}

static const LfdwJsonSimd sse2;

static void
look_sse2(LfdwJsonBlock *block, const uint8 *p, const uint8 *end)
{
	uint64		special = 0;
	uint64		digits = 0;
	uint64		spaces = 0;

	if (unlikely(end - p < LFDW_JSON_BLOCK))
	{
		look_at_rest(&sse2, block, p, end);
		return;
	}
	for (int i = 0; i < LFDW_JSON_BLOCK; i += 16)
	{
		__m128i		some = _mm_loadu_si128((const __m128i *) (p + i));

		special |= mask16(special_in_16(some)) << i;
		digits |= mask16(digits_in_16(some)) << i;
		spaces |= mask16(spaces_in_16(some)) << i;
	}
	block->start = p;
	block->special = special;
	block->digits = digits;
	block->spaces = spaces;
}

static const uint8 *
skip_plain_sse2(const uint8 *p, const uint8 *end)
{
	for (; end - p >= LFDW_JSON_BLOCK; p += LFDW_JSON_BLOCK)
	{
		__m128i		found = _mm_setzero_si128();

		for (int i = 0; i < LFDW_JSON_BLOCK; i += 16)
			found = _mm_or_si128(found,
								 special_in_16(_mm_loadu_si128((const __m128i *) (p + i))));
		if (_mm_movemask_epi8(found) != 0)
			return p;
	}
	return p;
}

static const LfdwJsonSimd sse2 = {"SSE2", look_sse2, skip_plain_sse2};

#define AVX2 __attribute__((target("avx2")))
#define mask32(bytes)	((uint64) (uint32) _mm256_movemask_epi8(bytes))

static inline AVX2 __m256i
special_in_32(__m256i bytes)
{
	return _mm256_or_si256(_mm256_or_si256(
										   _mm256_cmpgt_epi8(_mm256_set1_epi8(' '), bytes),
										   _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"'))),
						   _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\')));
}

static inline AVX2 __m256i
digits_in_32(__m256i bytes)
{
	__m256i		values = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));

	return _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
}

static inline AVX2 __m256i
spaces_in_32(__m256i bytes)
{
	/* by a byte's lower half, the white space that it can be, if any */
	const		__m256i table = _mm256_setr_epi8(' ', -1, -1, -1, -1, -1, -1, -1,
												 -1, '\t', '\n', -1, -1, '\r', -1, -1,
												 ' ', -1, -1, -1, -1, -1, -1, -1,
												 -1, '\t', '\n', -1, -1, '\r', -1, -1);

	/* of a byte beyond ASCII a shuffle makes zero, which it is not */
	return _mm256_cmpeq_epi8(_mm256_shuffle_epi8(table, bytes), bytes);
}

static const LfdwJsonSimd avx2;

static AVX2 void
look_avx2(LfdwJsonBlock *block, const uint8 *p, const uint8 *end)
{
	__m256i		low;
	__m256i		high;

	if (unlikely(end - p < LFDW_JSON_BLOCK))
	{
		look_at_rest(&avx2, block, p, end);
		return;
	}
	low = _mm256_loadu_si256((const __m256i *) p);
	high = _mm256_loadu_si256((const __m256i *) (p + 32));

	block->start = p;
	block->special = mask32(special_in_32(low)) | mask32(special_in_32(high)) << 32;
	block->digits = mask32(digits_in_32(low)) | mask32(digits_in_32(high)) << 32;
	block->spaces = mask32(spaces_in_32(low)) | mask32(spaces_in_32(high)) << 32;
}

static AVX2 const uint8 *
skip_plain_avx2(const uint8 *p, const uint8 *end)
{
	for (; end - p >= LFDW_JSON_BLOCK; p += LFDW_JSON_BLOCK)
	{
		__m256i		low = _mm256_loadu_si256((const __m256i *) p);
		__m256i		high = _mm256_loadu_si256((const __m256i *) (p + 32));

		if (_mm256_movemask_epi8(_mm256_or_si256(special_in_32(low),
												 special_in_32(high))) != 0)
			return p;
	}
	return p;
}

static const LfdwJsonSimd avx2 = {"AVX2", look_avx2, skip_plain_avx2};

#endif							/* HAVE_X86_TWINS */

/*
 * The ways that this machine can go, the best one first, or NULL behind the
 * last.  Tests take each.
 */
const LfdwJsonSimd *
lfdw_json_simd_twin(int i)
{
#ifdef HAVE_X86_TWINS
	if (!__builtin_cpu_supports("avx2"))
		i++;
	if (i < 2)
		return i == 0 ? &avx2 : &sse2;
	i -= 2;
#endif
	return i == 0 ? &words : NULL;
}

/* Chooses when the first block is looked at. */
static void
look_first(LfdwJsonBlock *block, const uint8 *p, const uint8 *end)
{
	lfdw_json_simd = lfdw_json_simd_twin(0);
	lfdw_json_simd->look(block, p, end);
}

static const LfdwJsonSimd choose = {"none", look_first, skip_plain_words};

const LfdwJsonSimd *lfdw_json_simd = &choose;
