/*-------------------------------------------------------------------------
 *
 * snake_case.c
 *		Names as SQL writes them, of names as JSON has them.
 *
 * IDENTIFICATION
 *	  src/base/snake_case.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/snake_case.h"

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Is it part of a word?  Bytes beyond ASCII are, whatever they spell. */
static inline bool
is_letter(char c)
{
	return is_upper(c) || is_lower_or_digit(c) || (unsigned char) c >= 0x80;
}

/* Does a word begin at a letter: customer|Id, HTTP|Server? */
static bool
begins_word(const char *name, size_t len, size_t at)
{
	if (at == 0 || !is_upper(name[at]))
		return false;
	if (is_lower_or_digit(name[at - 1]))
		return true;
	return is_upper(name[at - 1]) && at + 1 < len &&
		name[at + 1] >= 'a' && name[at + 1] <= 'z';
}

/*
 * Writes a name, len bytes of UTF-8, in snake_case: letters, digits and
 * underscores, words apart; returns its length.  dst has lfdw_snake_case_room.
 * What comes out needs no quotes unless it is a key word or has letters beyond
 * ASCII; it is empty where the name has no letter.
 */
size_t
lfdw_snake_case(const char *name, size_t len, char *dst)
{
	size_t		n = 0;
	bool		apart = false;

	for (size_t i = 0; i < len; i++)
	{
		char		c = name[i];

		if (!is_letter(c))
		{
			apart = true;
			continue;
		}
		if ((n > 0 && (apart || begins_word(name, len, i))) ||
			(n == 0 && c >= '0' && c <= '9'))
			dst[n++] = '_';
		apart = false;
		dst[n++] = is_upper(c) ? c - 'A' + 'a' : c;
	}
	return n;
}

/* Writes a name's letters and digits, in lower case; returns how many. */
size_t
lfdw_name_letters(const char *name, size_t len, char *dst)
{
	size_t		n = 0;

	for (size_t i = 0; i < len; i++)
	{
		if (is_letter(name[i]))
			dst[n++] = is_upper(name[i]) ? name[i] - 'A' + 'a' : name[i];
	}
	return n;
}
