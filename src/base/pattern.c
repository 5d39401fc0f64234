/*-------------------------------------------------------------------------
 *
 * pattern.c
 *		Texts that are compared with patterns.
 *
 * IDENTIFICATION
 *	  src/base/pattern.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/pattern.h"

/*
 * Is a text as a pattern says, in which an asterisk stands for any number of
 * characters other than the separator ('\0': for any)?  All else stands for
 * itself, in its case of letters.
 *
 * The time is the product of the lengths at most: it is enough to have the last
 * asterisk take more, as it could take all that those before it could.
 */
bool
lfdw_pattern_matches(const char *pattern, const char *text, char separator)
{
	const char *after_star = NULL;	/* the pattern behind the last asterisk */
	const char *star_end = NULL;	/* the text behind what that stands for */

	while (*text != '\0' || *pattern != '\0')
	{
		if (*pattern == '*')
		{
			after_star = ++pattern;
			star_end = text;
		}
		else if (*text != '\0' && *pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (after_star && *star_end != '\0' && *star_end != separator)
		{
			pattern = after_star;
			text = ++star_end;
		}
		else
			return false;
	}
	return true;
}
