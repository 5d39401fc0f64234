/*-------------------------------------------------------------------------
 *
 * ml_function.h
 *		Functions of SQL that a service answers for many rows at once.
 *
 * IDENTIFICATION
 *	  src/ml/ml_function.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ML_FUNCTION_H
#define LFDW_ML_FUNCTION_H

#include "postgres.h"

#include "ml/ml_request.h"

/* The arguments of a call, as the executor has evaluated them. */
typedef struct LfdwMlArguments
{
	int			nargs;
	const Oid  *types;
	const NullableDatum *values;
} LfdwMlArguments;

/* A call, to be asked together with others. */
typedef struct LfdwMlCall
{
	char	   *target;			/* which endpoint, which language: calls that
								 * are asked together have the same */
	char	   *input;			/* NULL: the result is NULL, nothing is asked */
	int			max_rows;		/* how many calls may be asked together */
} LfdwMlCall;

/* What a call comes to: text, and a number where the function has two columns. */
typedef struct LfdwMlResult
{
	char	   *text;			/* NULL: the result is NULL */
	float4		number;
} LfdwMlResult;

/* A function. */
typedef struct LfdwMlFunction
{
	const char *name;			/* "aws_comprehend.detect_sentiment" */
	const char *symbol;			/* of its C function */
	const LfdwMlService *service;
	int			ncolumns;		/* of the result: the text, the number */
	int			max_rows;		/* of a request */
	size_t		max_bytes;		/* of all inputs of a request */

	/* makes a call of arguments, palloc'd; raises what is wrong with them */
	void		(*make_call) (const LfdwMlArguments *arguments, LfdwMlCall *call);

	/*
	 * Asks the service for calls with an input and the same target, and fills
	 * as many results, palloc'd.  Raises what lfdw_ml_ask raises, and HV021
	 * for an answer that is not as the service's reference says.
	 */
	void		(*ask) (const LfdwMlAccess *access, LfdwMlCall *const *calls,
						int ncalls, LfdwMlResult *results);
} LfdwMlFunction;

extern const LfdwMlFunction lfdw_comprehend_detect_sentiment;
extern const LfdwMlFunction lfdw_sagemaker_invoke_endpoint;

extern int	lfdw_ml_max_rows(const LfdwMlFunction *function,
							 const NullableDatum *argument);
extern char *lfdw_ml_text(const NullableDatum *argument);
extern char *lfdw_ml_needed_text(const char *function, const char *name,
								 const NullableDatum *argument);

#endif							/* LFDW_ML_FUNCTION_H */
