/*-------------------------------------------------------------------------
 *
 * argument_name.c
 *		Names of arguments: members of the payload, or JSON Pointers into it.
 *
 * IDENTIFICATION
 *	  src/options/argument_name.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_pointer.h"
#include "options/argument_name.h"

/*
 * Takes an argument: the name of a member of the payload, or a JSON Pointer to a
 * place in it.  Returns false with the reason where the text is neither.
 */
bool
lfdw_argument_name_parse(const char *value, char **field, char **why)
{
	LfdwPointer *pointer;
	const char *problem;

	if (value[0] == '\0')
	{
		*why = pstrdup("An argument needs a name.");
		return false;
	}
	if (value[0] == '/' && !lfdw_pointer_parse(value, &pointer, &problem))
	{
		*why = pstrdup(problem);
		return false;
	}
	if (strcmp(value[0] == '/' ? pointer->tokens[0] : value,
			   LFDW_ENVELOPE_KEY) == 0)
	{
		*why = pstrdup("The member \"" LFDW_ENVELOPE_KEY "\" is the envelope's.");
		return false;
	}
	*field = pstrdup(value);
	return true;
}
