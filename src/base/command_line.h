/*-------------------------------------------------------------------------
 *
 * command_line.h
 *		Splitting a command line into its words, without a shell.
 *
 * IDENTIFICATION
 *	  src/base/command_line.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_COMMAND_LINE_H
#define LFDW_COMMAND_LINE_H

#include "base/base.h"

extern bool lfdw_command_split(const char *text, char ***words, int *nwords,
							   const char **why);

#endif							/* LFDW_COMMAND_LINE_H */
