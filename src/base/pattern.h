/*-------------------------------------------------------------------------
 *
 * pattern.h
 *		Texts that are compared with patterns.
 *
 * IDENTIFICATION
 *	  src/base/pattern.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PATTERN_H
#define LFDW_PATTERN_H

#include "base/base.h"

extern bool lfdw_pattern_matches(const char *pattern, const char *text,
								 char separator);

#endif							/* LFDW_PATTERN_H */
