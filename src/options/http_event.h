/*-------------------------------------------------------------------------
 *
 * http_event.h
 *		Events of HTTP requests, as API Gateway sends them.
 *
 * IDENTIFICATION
 *	  src/options/http_event.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_EVENT_H
#define LFDW_HTTP_EVENT_H

#include "postgres.h"

#include "options/option.h"
#include "value/json_template.h"

typedef struct LfdwHttpEvent LfdwHttpEvent;

extern LfdwHttpEvent *lfdw_http_event_create(const LfdwOptions *options,
											 LfdwTemplate *payload);
extern const char *lfdw_http_event_place(LfdwHttpEvent *event,
										 const char *argument, int slot,
										 int flags, const char *owner);
extern void lfdw_http_event_complete(LfdwHttpEvent *event,
									 const char *relname);
extern bool lfdw_http_event_has_body(const LfdwHttpEvent *event);
extern const char *lfdw_http_event_parameter(const LfdwHttpEvent *event,
											 int number, int *slot);
extern char *lfdw_http_event_refusal(const LfdwHttpEvent *event, int slot,
									 bool listed, const char *json);
extern void lfdw_http_event_fill(const LfdwHttpEvent *event, const char **values,
								 const char *url, bool shown);

#endif							/* LFDW_HTTP_EVENT_H */
