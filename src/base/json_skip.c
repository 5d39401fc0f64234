/*-------------------------------------------------------------------------
 *
 * json_skip.c
 *		Passes over containers, and validates what is in them.
 *
 * IDENTIFICATION
 *	  src/base/json_skip.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/json_reader_internal.h"

/* In ASCII one byte lies between a bracket and the one that closes it. */
#define closer_of(bracket)	((uint8) ((bracket) + 2))

/*
 * What stands before a value in a container: a member's name and colon, or
 * nothing but white space.
 */
static pg_attribute_always_inline const uint8 *
scan_to_value(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
			  uint8 closer)
{
	LfdwJsonValue key;

	p = skip_space(reader, p, end);
	if (closer == '}')
	{
		p = scan_name(reader, p, end, &key);
		if (unlikely(p == NULL))
			return NULL;
		p = skip_space(reader, p, end);
	}
	return unlikely(p == end) ? lfdw_json_stop_short(reader) : p;
}

/* The containers around a place: a byte for each level says what closes it. */
typedef struct Nesting
{
	int			outside;		/* levels that are not left here */
	int			depth;
	uint8		closer;			/* of the innermost */
	uint8		closers[LFDW_JSON_MAX_DEPTH];
} Nesting;

/*
 * Goes into the container whose bracket is at p, to its first value, or to what
 * closes it, where *empty is set.
 */
static pg_attribute_always_inline const uint8 *
scan_into(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
		  Nesting *nesting, bool *empty)
{
	uint8		closer = closer_of(*p);
	const uint8 *behind;
	LfdwJsonValue ignored;

	if (nesting->depth == LFDW_JSON_MAX_DEPTH)
		return lfdw_json_stop_bad(reader, p, LFDW_JSON_TOO_DEEP);
	nesting->closer = nesting->closers[nesting->depth++] = closer;
	p++;
	if (closer == '}')
	{
		behind = scan_plain_name(reader, p, end, true, &ignored);
		if (likely(behind != NULL))
			return behind;
	}
	p = skip_space(reader, p, end);
	*empty = p == end || *p == closer;
	return *empty ? p : scan_to_value(reader, p, end, closer);
}

/*
 * From behind a value to the next one, or to a space before it; or out of the
 * outermost container.
 */
static pg_attribute_always_inline const uint8 *
scan_on(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
		Nesting *nesting)
{
	const uint8 *behind;
	LfdwJsonValue ignored;

	if (nesting->closer == '}')
		behind = scan_plain_name(reader, p, end, false, &ignored);
	else
		behind = p < end && *p == ',' ? p + 1 : NULL;
	if (likely(behind != NULL))
		return behind;
	p = skip_space(reader, p, end);
	while (p < end && *p == nesting->closer)
	{
		p++;
		if (--nesting->depth == nesting->outside)
			return p;
		nesting->closer = nesting->closers[nesting->depth - 1];
		p = skip_space(reader, p, end);
	}
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (unlikely(*p != ','))
		return lfdw_json_stop_comma(reader, p, nesting->closer);
	return scan_to_value(reader, p + 1, end, nesting->closer);
}

/* What is no plain value; *opened says that it is a container's beginning. */
static pg_attribute_always_inline const uint8 *
scan_other_value(LfdwJsonReader *reader, const uint8 *p, const uint8 *end,
				 Nesting *nesting, bool *opened)
{
	LfdwJsonValue ignored;
	bool		empty = false;

	*opened = false;
	p = skip_space(reader, p, end);
	if (unlikely(p == end))
		return lfdw_json_stop_short(reader);
	if (*p == '"')
		return scan_string(reader, p, end, &ignored);
	if (*p != '{' && *p != '[')
		return scan_token(reader, p, end, &ignored);
	p = scan_into(reader, p, end, nesting, &empty);
	*opened = !empty;
	return p;
}

/*
 * An object or array with all that is in it, whose bracket is at p; or what is
 * left behind a value, at p, of the one that was entered last, which inside
 * closes.  Does not recurse.
 */
const uint8 *
lfdw_json_scan_container(LfdwJsonReader *reader, const uint8 *p,
						 const uint8 *end, uint8 inside)
{
	bool		behind_value = inside != 0;
	Nesting		nesting;
	LfdwJsonValue ignored;

	nesting.depth = reader->depth;
	nesting.outside = reader->depth - (behind_value ? 1 : 0);
	nesting.closer = inside;
	if (behind_value)
		nesting.closers[nesting.outside] = inside;
	do
	{
		bool		opened = false;

		if (likely(!behind_value))
		{
			const uint8 *behind = scan_plain_value(reader, p, end, &ignored);

			p = likely(behind != NULL) ? behind :
				scan_other_value(reader, p, end, &nesting, &opened);
		}
		if (unlikely(p == NULL))
			return NULL;
		behind_value = false;
		if (!opened)
			p = scan_on(reader, p, end, &nesting);
	} while (p != NULL && nesting.depth > nesting.outside);
	return p;
}
