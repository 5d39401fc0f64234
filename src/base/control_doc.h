/*-------------------------------------------------------------------------
 *
 * control_doc.h
 *		Small JSON documents, errors, credentials and lists, read with json-c.
 *
 * IDENTIFICATION
 *	  src/base/control_doc.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_CONTROL_DOC_H
#define LFDW_CONTROL_DOC_H

#include "base/arn.h"
#include "base/base.h"
#include "base/library.h"

/*
 * The members of an error document of AWS, of a Lambda runtime, or of
 * "lambda_fdw_error".  Absent ones are empty, long ones cut.  The bytes are
 * UTF-8 as json-c gives it, to be shown through lfdw_error_text only.
 */
typedef struct LfdwErrorDoc
{
	char		code[128];		/* AWS: code, Code or __type */
	char		reason[128];	/* AWS: Reason */
	char		error_type[256];	/* runtime: errorType */
	char		message[2048];	/* any: message, Message, errorMessage */
	char		detail[2048];	/* lambda_fdw_error */
	char		hint[1024];
	char		sqlstate[8];
} LfdwErrorDoc;

/*
 * The members of a credentials document of a container endpoint, the instance
 * metadata service or a credential_process.  What is too long for its array
 * counts as absent: half a key is none.
 */
typedef struct LfdwCredentialDoc
{
	char		access_key_id[256];
	char		secret_access_key[256];
	char		token[16384];
	char		expiration[64];
	char		code[128];		/* "Success", or what went wrong */
	char		message[1024];
	int			version;		/* credential_process: 1 */
} LfdwCredentialDoc;

/* A function in an answer of Lambda's ListFunctions. */
typedef struct LfdwListedFunction
{
	char		name[LFDW_FUNCTION_NAME_MAX + 1];	/* FunctionName */
	char		arn[LFDW_FUNCTION_NAME_MAX + 1];	/* FunctionArn */
} LfdwListedFunction;

/*
 * An answer of ListFunctions: a page.  The bytes are UTF-8 as json-c gives it.  A
 * marker that is cut would begin another page, so one that is too long is an error.
 */
typedef struct LfdwFunctionPageDoc
{
	LfdwListedFunction *functions;	/* the reader's caller's, that many: */
	int			capacity;
	int			count;			/* in the answer; those past capacity are left
								 * out */
	char		next_marker[4096];	/* "" for the last page */
} LfdwFunctionPageDoc;

extern bool lfdw_function_page_doc_read(LfdwFunctionPageDoc *doc,
										const char *bytes, size_t len,
										const char **why);
extern bool lfdw_tags_doc_read(const char *bytes, size_t len, const char *key,
							   bool *has_tag);
extern bool lfdw_credential_doc_read(LfdwCredentialDoc *doc, const char *bytes,
									 size_t len);
extern bool lfdw_error_doc_read(LfdwErrorDoc *doc, const char *bytes,
								size_t len);
extern LfdwLibrary lfdw_control_doc_library(void);

#endif							/* LFDW_CONTROL_DOC_H */
