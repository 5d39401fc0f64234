/*-------------------------------------------------------------------------
 *
 * option_conflict.c
 *		The errors about options of one object that do not go together.
 *
 * IDENTIFICATION
 *	  src/options/option_conflict.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "options/option_conflict.h"

/* Raises HV024 about two options of which a table has one at most. */
void
lfdw_option_refuse_both(const char *option, const char *other, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"%s\" cannot be used with the option \"%s\"",
					option, other),
			 errdetail("%s", detail)));
}

/*
 * Raises HV024 about an option that means nothing without another: needed has its
 * name in quotes, and more words where they say more.
 */
void
lfdw_option_report_needs(const char *option, const char *needed, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
			 errmsg("option \"%s\" needs the option %s", option, needed),
			 errdetail("%s", detail)));
}
