/*-------------------------------------------------------------------------
 *
 * answers.h
 *		What a (re)scan need not ask, and what others need not ask after it.
 *
 * IDENTIFICATION
 *	  src/scan/answers.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ANSWERS_H
#define LFDW_ANSWERS_H

#include "postgres.h"

#include "lambda/invoke.h"
#include "pushdown/part.h"
#include "response/row.h"

/* The answers of a (re)scan. */
typedef struct LfdwAnswers LfdwAnswers;

extern void lfdw_answers_install(void);
extern LfdwAnswers *lfdw_answers_create(const LfdwTable *table, const LfdwCaller *caller,
										const LfdwArguments *arguments,
										const char *columns, LfdwRow *row,
										LfdwInvokeStats *stats);
extern bool lfdw_answers_begin_round(LfdwAnswers *answers,
									 const LfdwArguments **asked);
extern bool lfdw_answers_next_known(LfdwAnswers *answers, TupleTableSlot *slot);
extern void lfdw_answers_be_patient(LfdwAnswers *answers);
extern bool lfdw_answers_waits(const LfdwAnswers *answers);
extern bool lfdw_answers_wait(LfdwAnswers *answers);
extern bool lfdw_answers_add_row(LfdwAnswers *answers, const TupleTableSlot *slot);
extern void lfdw_answers_end_call(LfdwAnswers *answers, const LfdwPart *part,
								  bool whole);

#endif							/* LFDW_ANSWERS_H */
