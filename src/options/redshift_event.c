/*-------------------------------------------------------------------------
 *
 * redshift_event.c
 *		Events of Amazon Redshift's Lambda UDFs.
 *
 * The members are those of "Scalar Lambda UDFs" in Redshift's developer guide;
 * the batch is at "arguments", where the option event puts batch_argument.
 *
 * IDENTIFICATION
 *	  src/options/redshift_event.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "aws/client.h"
#include "base/json_pointer.h"
#include "options/event.h"
#include "options/redshift_event.h"
#include "pg/compat.h"
#include "value/json_writer.h"

static const char event_owner[] = "the option event";

/* The members, but for the batch. */
typedef enum Member
{
	NUM_RECORDS,
	ARGUMENTS,					/* of the batch; never placed here */
	REQUEST_ID,
	CLUSTER,
	USER_NAME,
	DATABASE,
	EXTERNAL_FUNCTION,
	QUERY_ID,
	NMEMBERS
} Member;

static const char *const member_names[NMEMBERS] = {
	[NUM_RECORDS] = "num_records",
	[ARGUMENTS] = "arguments",
	[REQUEST_ID] = "request_id",
	[CLUSTER] = "cluster",
	[USER_NAME] = "user",
	[DATABASE] = "database",
	[EXTERNAL_FUNCTION] = "external_function",
	[QUERY_ID] = "query_id"
};

struct LfdwRedshiftEvent
{
	LfdwTemplate *payload;
	const char *relname;
	int			slots[NMEMBERS];	/* -1: the payload gives it, or nothing */
};

/* Places a member; returns as lfdw_template_place does. */
static const char *
place(LfdwRedshiftEvent *event, Member member)
{
	event->slots[member] = lfdw_template_new_slot(event->payload, event_owner);
	return lfdw_template_place(event->payload, lfdw_pointer_to(member_names[member]),
							   event->slots[member], 0);
}

/* Raises HV024 where a payload has what the batch makes. */
static void
check_payload(const char *payload)
{
	const Member of_batch[] = {NUM_RECORDS, ARGUMENTS};

	for (int i = 0; i < (int) lengthof(of_batch); i++)
	{
		LfdwRedshiftEvent scratch = {.payload = lfdw_template_create(payload)};

		if (place(&scratch, of_batch[i]) == NULL)
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_ATTRIBUTE_VALUE),
				 errmsg("option \"payload\" cannot have the member \"%s\" with the option \"event\"",
						member_names[of_batch[i]]),
				 errdetail("It is given by the input columns.")));
	}
}

/*
 * Makes an event of a table's payload, a template, whose other members may stay
 * what the option payload says.  Palloc'd in the current context.  Raises HV024
 * where that has what the batch makes.
 */
LfdwRedshiftEvent *
lfdw_redshift_event_create(const LfdwOptions *options, LfdwTemplate *payload)
{
	LfdwRedshiftEvent *event = palloc0(sizeof(LfdwRedshiftEvent));

	check_payload(options->payload);
	event->payload = payload;
	event->slots[ARGUMENTS] = -1;
	(void) place(event, NUM_RECORDS);
	return event;
}

/*
 * Ends an event: the members that neither payload nor arguments give.  relname,
 * the external function's name, must live as long.
 */
void
lfdw_redshift_event_complete(LfdwRedshiftEvent *event, const char *relname)
{
	event->relname = relname;
	for (int member = REQUEST_ID; member < NMEMBERS; member++)
	{
		if (place(event, member) != NULL)
			event->slots[member] = -1;
	}
}

/* The value of a member, as JSON. */
static char *
member_value(const LfdwRedshiftEvent *event, Member member, int64 nrecords,
			 bool shown)
{
	const char *cluster;

	switch (member)
	{
		case NUM_RECORDS:
			return psprintf("" INT64_FORMAT, nrecords);
		case REQUEST_ID:
			return lfdw_json_quote(shown ? LFDW_SHOWN_UUID : lfdw_client_uuid());
		case CLUSTER:
			cluster = GetConfigOption("cluster_name", true, false);
			return lfdw_json_quote(cluster && cluster[0] ? cluster : "postgresql");
		case USER_NAME:
			return lfdw_json_quote(GetUserNameFromId(GetUserId(), false));
		case DATABASE:
			return lfdw_json_quote(get_database_name(MyDatabaseId));
		case EXTERNAL_FUNCTION:
			return lfdw_json_quote(event->relname);
		case QUERY_ID:
			return psprintf("" INT64_FORMAT, shown ? 0 :
							(int64) GetCurrentStatementStartTimestamp());
		default:
			return NULL;
	}
}

/*
 * Gives the members of an event their values, by slot of the payload; palloc'd in
 * the current context.  nrecords is how many the batch has; with shown,
 * placeholders stand for what each request has anew.
 */
void
lfdw_redshift_event_fill(const LfdwRedshiftEvent *event, const char **values,
						 int64 nrecords, bool shown)
{
	for (int member = 0; member < NMEMBERS; member++)
	{
		if (event->slots[member] >= 0)
			values[event->slots[member]] = member_value(event, member, nrecords, shown);
	}
}
