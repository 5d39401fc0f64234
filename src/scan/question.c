/*-------------------------------------------------------------------------
 *
 * question.c
 *		What a scan asks, as the result cache knows it.
 *
 * IDENTIFICATION
 *	  src/scan/question.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/evp.h>

#include "miscadmin.h"

#include "options/table_version.h"
#include "pushdown/payload.h"
#include "scan/question.h"

/* Appends a text that may be NULL, and where it ends. */
static void
append_text(StringInfo out, const char *text)
{
	if (text)
		appendBinaryStringInfo(out, text, strlen(text));
	appendStringInfoChar(out, '\0');
}

/* Who asks whom, by which way. */
static void
append_way(StringInfo out, const LfdwTable *table, const LfdwCaller *caller)
{
	const LfdwFunction *function = &table->function;

	appendStringInfo(out, "%u;", MyDatabaseId);
	lfdw_mapping_version_append(out, caller->pool.umid);
	append_text(out, function->endpoint);
	append_text(out, function->route.region);
	append_text(out, function->name);
	append_text(out, function->qualifier);
	append_text(out, function->tenant_id);
	append_text(out, function->client_context);
}

/* What is asked, but for the key. */
static void
append_payload(StringInfo out, const LfdwTable *table, const LfdwKeyList *keys,
			   const char *columns)
{
	const LfdwArguments *sample = lfdw_key_list_sample(keys);
	LfdwPage	page = {.shown = true};

	if (sample->limit >= 0)
		page.limit = psprintf(INT64_FORMAT, sample->limit);
	for (int i = 0; i < sample->nequalities; i++)
		appendStringInfo(out, "%d:%d;", sample->equalities[i].column->attnum,
						 sample->equalities[i].send_as);
	lfdw_payload_write(out, table, sample,
					   lfdw_part_first(sample, table->options->max_batch_keys),
					   columns, &page);
}

/*
 * The digest of what the questions of a scan have in common: who asks whom, by which
 * way, how the answer is read, and what is asked but for the key.  A payload is
 * written once for it, in the current context.
 */
void
lfdw_question_digest(uint8 digest[LFDW_QUESTION_DIGEST], const LfdwTable *table,
					 const LfdwCaller *caller, const LfdwKeyList *keys,
					 const char *columns)
{
	StringInfoData text;

	initStringInfo(&text);
	append_way(&text, table, caller);
	append_text(&text, table->version);
	append_payload(&text, table, keys, columns);
	if (EVP_Digest(text.data, text.len, digest, NULL, EVP_sha256(), NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not compute SHA-256")));
	pfree(text.data);
}
