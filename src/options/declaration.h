/*-------------------------------------------------------------------------
 *
 * declaration.h
 *		Checks that a column's operators fit its type when it is declared.
 *
 * IDENTIFICATION
 *	  src/options/declaration.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_DECLARATION_H
#define LFDW_DECLARATION_H

extern void lfdw_declaration_install(void);

#endif							/* LFDW_DECLARATION_H */
