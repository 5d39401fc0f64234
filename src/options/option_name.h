/*-------------------------------------------------------------------------
 *
 * option_name.h
 *		How close a wrong option name is to a right one.
 *
 * IDENTIFICATION
 *	  src/options/option_name.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OPTION_NAME_H
#define LFDW_OPTION_NAME_H

/* Of a name that has nothing to do with the other. */
#define LFDW_NAME_FAR 1000

extern int	lfdw_option_name_distance(const char *given, const char *name);

#endif							/* LFDW_OPTION_NAME_H */
