/*-------------------------------------------------------------------------
 *
 * response_head.c
 *		The head of an HTTP answer, before the body of a streamed one.
 *
 * awslambda.HttpResponseStream of Lambda's Node.js runtime writes an object,
 * {"statusCode": 200, "headers": {...}, "cookies": [...]}, then eight NULs, which
 * no JSON has, and then the body.  So it is API Gateway's form with a body that
 * arrives.
 *
 * IDENTIFICATION
 *	  src/response/response_head.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "response/response_internal.h"

#define NULS 8

/*
 * Is there a head before the reader?  Then *head becomes its object, and OK is
 * returned; END if there is none.  Only an object that begins as a head does, or
 * is empty, is looked at whole.
 */
static LfdwJsonStatus
find_head(const LfdwResponse *response, LfdwJsonReader *head,
		  LfdwJsonReader *body)
{
	static const char nuls[NULS];
	LfdwJsonReader ahead = response->reader;
	LfdwJsonType type;
	LfdwJsonValue key;
	LfdwJsonValue object;
	LfdwJsonStatus status = lfdw_json_peek(&ahead, &type);
	size_t		left;

	if (status == LFDW_JSON_MORE)
		return status;
	if (status != LFDW_JSON_OK || type != LFDW_JSON_OBJECT)
		return LFDW_JSON_END;
	*body = ahead;
	status = lfdw_json_enter(&ahead);
	if (status == LFDW_JSON_OK)
		status = lfdw_json_member(&ahead, &key);
	if (status == LFDW_JSON_OK && !lfdw_gateway_names(&key))
		return LFDW_JSON_END;
	if (status == LFDW_JSON_OK || status == LFDW_JSON_END)
		status = lfdw_json_value(body, &object);
	if (status != LFDW_JSON_OK)
		return status == LFDW_JSON_MORE ? status : LFDW_JSON_END;
	left = body->len - body->pos;
	if (memcmp(body->data + body->pos, nuls, Min(left, NULS)) != 0)
		return LFDW_JSON_END;
	if (left < NULS)
		return body->complete ? LFDW_JSON_END : LFDW_JSON_MORE;
	lfdw_json_init(head, object.text, object.len, true);
	body->pos += NULS;
	return LFDW_JSON_OK;
}

/* Notes what the members of the head say. */
static void
read_head(LfdwResponse *response, LfdwJsonReader *head)
{
	LfdwJsonValue key;
	LfdwJsonValue value;

	lfdw_json_enter(head);
	while (lfdw_json_member(head, &key) == LFDW_JSON_OK &&
		   lfdw_json_value(head, &value) == LFDW_JSON_OK)
		(void) lfdw_gateway_note_member(response, &key, &value);
	lfdw_gateway_take_headers(response);
}

/* The status is no success: what the body says, once it is whole. */
static LfdwJsonStatus
refuse(LfdwResponse *response, const LfdwJsonReader *body)
{
	const char *text = body->data + body->pos;
	size_t		len = body->len - body->pos;

	if (!body->complete)
		return LFDW_JSON_MORE;
	if (!lfdw_gateway_says_none(response) || !response->may_have_none)
		lfdw_gateway_refuse(response, text, len);
	response->none = true;
	response->reader.pos = response->reader.len;
	response->state = LFDW_STATE_TAIL;
	return LFDW_JSON_OK;
}

/*
 * The step before a streamed answer: takes a head, if it has one.  Raises 38000
 * for a statusCode that is no success.
 */
LfdwJsonStatus
lfdw_response_take_head(LfdwResponse *response)
{
	LfdwGateway *gateway = &response->notes.gateway;
	LfdwJsonReader head;
	LfdwJsonReader body;
	LfdwJsonStatus status = find_head(response, &head, &body);

	if (status == LFDW_JSON_MORE)
		return status;
	if (status == LFDW_JSON_OK)
	{
		read_head(response, &head);
		if (gateway->has_status &&
			(gateway->status < 200 || gateway->status >= 300 ||
			 lfdw_gateway_says_none(response)))
			return refuse(response, &body);
		response->reader = body;
		response->in_form = true;
		memset(gateway, 0, sizeof(*gateway));
	}
	response->state = LFDW_STATE_START;
	return LFDW_JSON_OK;
}
