/*-------------------------------------------------------------------------
 *
 * described_option.h
 *		The options that a function may say of its own tables and columns.
 *
 * IDENTIFICATION
 *	  src/options/described_option.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DESCRIBED_OPTION_H
#define LFDW_DESCRIBED_OPTION_H

#include "postgres.h"

#include "options/option_kind.h"

/* What a name is. */
typedef enum LfdwDescribedName
{
	LFDW_DESCRIBED_NONE,		/* no option */
	LFDW_DESCRIBED_DENIED,		/* an option that others decide about */
	LFDW_DESCRIBED_OPTION
} LfdwDescribedName;

extern LfdwDescribedName lfdw_described_option_find(bool of_column, const char *name,
													LfdwOptionKind *kind);
extern const char *lfdw_described_option_closest(bool of_column, const char *name,
												 const char *const *words, int nwords);
extern bool lfdw_described_option_takes(bool of_column, const char *name,
										const char *text, char **why);

#endif							/* LFDW_DESCRIBED_OPTION_H */
