/*-------------------------------------------------------------------------
 *
 * command_line.c
 *		Splitting a command line into its words, without a shell.
 *
 * IDENTIFICATION
 *	  src/base/command_line.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/command_line.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Appends what stands from behind an opening quote to the closing one, and
 * moves *at behind that.  Within double quotes a backslash escapes only a
 * double quote and itself; within single quotes nothing does.
 */
static bool
read_quoted(const char **at, char quote, StringInfo word)
{
	const char *c = *at;

	for (; *c != quote; c++)
	{
		if (*c == '\0')
			return false;
		if (quote == '"' && *c == '\\' && (c[1] == '"' || c[1] == '\\'))
			c++;
		appendStringInfoCharMacro(word, *c);
	}
	*at = c + 1;
	return true;
}

/* The word that begins at *at; moves *at behind it. */
static bool
read_word(const char **at, StringInfo word, const char **why)
{
	const char *c = *at;

	while (*c != '\0' && !is_blank(*c))
	{
		if (*c == '\'' || *c == '"')
		{
			char		quote = *c++;

			if (!read_quoted(&c, quote, word))
			{
				*why = "a quote is not closed";
				return false;
			}
			continue;
		}
		if (*c == '\\' && *++c == '\0')
		{
			*why = "nothing follows the last backslash";
			return false;
		}
		appendStringInfoCharMacro(word, *c);
		c++;
	}
	*at = c;
	return true;
}

/*
 * Splits a command, such as credential_process of a profile, as Python's
 * shlex.split does, which botocore uses.  Nothing is expanded, and none of
 * the characters special to a shell is special here but quotes, backslashes
 * and blanks.
 *
 * *words is a palloc'd array of *nwords palloc'd strings and a NULL behind
 * them, as execv wants it; there may be none.  Where the quoting is wrong the
 * result is false, *why static text that says so, and *words NULL.
 */
bool
lfdw_command_split(const char *text, char ***words, int *nwords,
				   const char **why)
{
	const char *at = text;
	int			size = 8;
	int			found = 0;
	char	  **list = palloc(size * sizeof(char *));

	*words = NULL;
	*nwords = 0;
	for (;;)
	{
		StringInfoData word;

		while (is_blank(*at))
			at++;
		if (*at == '\0')
			break;
		initStringInfo(&word);
		if (!read_word(&at, &word, why))
			return false;
		if (found + 1 == size)
		{
			size *= 2;
			list = repalloc(list, size * sizeof(char *));
		}
		list[found++] = word.data;
	}
	list[found] = NULL;
	*words = list;
	*nwords = found;
	return true;
}
