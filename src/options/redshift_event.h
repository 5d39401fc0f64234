/*-------------------------------------------------------------------------
 *
 * redshift_event.h
 *		Events of Amazon Redshift's Lambda UDFs.
 *
 * IDENTIFICATION
 *	  src/options/redshift_event.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_REDSHIFT_EVENT_H
#define LFDW_REDSHIFT_EVENT_H

#include "postgres.h"

#include "options/option.h"
#include "value/json_template.h"

typedef struct LfdwRedshiftEvent LfdwRedshiftEvent;

extern LfdwRedshiftEvent *lfdw_redshift_event_create(const LfdwOptions *options,
													 LfdwTemplate *payload);
extern void lfdw_redshift_event_complete(LfdwRedshiftEvent *event,
										 const char *relname);
extern void lfdw_redshift_event_fill(const LfdwRedshiftEvent *event,
									 const char **values, int64 nrecords,
									 bool shown);

#endif							/* LFDW_REDSHIFT_EVENT_H */
