/*-------------------------------------------------------------------------
 *
 * bedrock.h
 *		Amazon Bedrock: foundation models, invoked one input at a time.
 *
 * IDENTIFICATION
 *	  src/ml/bedrock.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_BEDROCK_H
#define LFDW_BEDROCK_H

#include "postgres.h"

#include "ml/ml_request.h"
#include "utils/array.h"

/* What is asked of which model; texts in the database encoding. */
typedef struct LfdwBedrockInput
{
	const char *model_id;
	const char *content_type;	/* NULL: application/json */
	const char *accept_type;	/* NULL: application/json */
	const char *body;
} LfdwBedrockInput;

extern const LfdwMlService lfdw_bedrock;

extern char *lfdw_bedrock_invoke(const LfdwMlAccess *access,
								 const LfdwBedrockInput *input);
extern ArrayType *lfdw_bedrock_embedding(const LfdwMlAccess *access,
										 const LfdwBedrockInput *input,
										 const char *json_key);

#endif							/* LFDW_BEDROCK_H */
