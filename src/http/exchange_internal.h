/*-------------------------------------------------------------------------
 *
 * exchange_internal.h
 *		One exchange: what of it has arrived, and what went wrong.
 *
 * For the files that move the bytes; nothing here knows libcurl.
 *
 * IDENTIFICATION
 *	  src/http/exchange_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_EXCHANGE_INTERNAL_H
#define LFDW_EXCHANGE_INTERNAL_H

#include "postgres.h"

#include <sys/socket.h>

#include "lib/ilist.h"

#include "http/exchange.h"
#include "http/pool.h"
#include "http/wait.h"

#define LFDW_NO_DESCRIPTOR_MESSAGE "there are too many open files in this session"

struct LfdwHttpExchange
{
	dlist_node	node;			/* among the pool's exchanges while attached,
								 * or among those that wait for a descriptor */
	LfdwHttpPool *pool;
	struct LfdwEasyHandle *handle;	/* NULL before it is told to libcurl, and
									 * once it has ended */
	void	   *easy;			/* the handle's own, as libcurl knows it */
	bool		attached;		/* the multi handle has it */
	bool		waiting;		/* for a descriptor */
	uint64		waits_since;	/* how many exchanges had ended */
	bool		has_slot;		/* for the descriptor of its first socket */
	bool		looks_up;		/* has the slots of a look-up */
	bool		no_descriptor;	/* none was to be had for a socket */

	/* of the request */
	LfdwHttpLimits limits;
	int			network;		/* LFDW_HTTP_ flags */
	bool		discreet;		/* see LfdwHttpRequest */
	bool		has_deadline;	/* see lfdw_wait_set_deadline */
	LfdwServerSlot *slot;		/* NULL for none */

	/* progress */
	LfdwHttpState state;
	bool		news;			/* something the consumer has not seen */
	bool		connected;
	bool		connecting;		/* has opened a socket, is not connected */
	bool		paused;			/* the window is full ... */
	bool		held_back;		/* the memory of all answers is short ... */
	size_t		pending;		/* ... and so many bytes wait in libcurl */
	bool		preferred;		/* of those waited for, the one that goes on */
	size_t		counted;		/* in the memory of all answers */
	bool		head_complete;
	int			last_status;	/* of the last header block, 1xx included */
	size_t		header_bytes;	/* of all header blocks, and trailers */
	int64		waited_us;		/* time spent waiting for this exchange */
	bool		moved;			/* a byte of the answer came since the last
								 * count */
	int64		stalled_us;		/* ... since the last byte of the answer */
	size_t		received;		/* bytes of the body */
	LfdwBuffer	head;
	LfdwBuffer	body;

	/* failure */
	bool		has_failure;	/* failure and message are set */
	LfdwHttpFailure failure;
	const char *rule;			/* why an address was refused, a static text */
	char		message[256];
};

typedef enum LfdwTaken
{
	LFDW_TAKEN,
	LFDW_TAKEN_LATER,			/* the window is full */
	LFDW_TAKEN_NEVER			/* the exchange has failed */
} LfdwTaken;

extern void lfdw_exchange_init(LfdwHttpExchange *exchange,
							   const LfdwHttpRequest *request);
extern void lfdw_exchange_note_failure(LfdwHttpExchange *exchange,
									   LfdwHttpFailure failure,
									   const char *message);
extern LfdwTaken lfdw_exchange_take_body(LfdwHttpExchange *exchange,
										 const char *data, size_t len);
extern bool lfdw_exchange_take_header(LfdwHttpExchange *exchange,
									  const char *line, size_t len);
extern bool lfdw_exchange_may_connect(LfdwHttpExchange *exchange,
									  const struct sockaddr *address);
extern bool lfdw_exchange_has_room(const LfdwHttpExchange *exchange);
extern bool lfdw_exchange_moves(const LfdwHttpExchange *exchange);
extern void lfdw_exchange_count_memory(LfdwHttpExchange *exchange);
extern bool lfdw_exchange_must_wait(const LfdwHttpExchange *exchange);
extern void lfdw_exchange_prefer_one(LfdwHttpExchange **exchanges,
									 int nexchanges);
extern bool lfdw_exchange_take_any_news(LfdwHttpExchange **exchanges,
										int nexchanges);
extern LfdwWaitEvent lfdw_exchange_wait_event(LfdwHttpExchange **exchanges,
											  int nexchanges);
extern int64 lfdw_exchange_time_left(const LfdwHttpExchange *exchange);
extern void lfdw_exchange_count_wait(LfdwHttpExchange *exchange,
									 int64 elapsed_us);
extern int64 lfdw_exchange_next_time(LfdwHttpExchange **exchanges,
									 int nexchanges, int64 now, int64 until_us);
extern long lfdw_exchange_next_timeout(LfdwHttpExchange **exchanges,
									   int nexchanges, int64 until_us);
extern void lfdw_exchange_end_slot(LfdwHttpExchange *exchange);
extern bool lfdw_exchange_holds_slot(const LfdwHttpExchange *exchange);
extern bool lfdw_exchange_note_timeout(LfdwHttpExchange *exchange);

#endif							/* LFDW_EXCHANGE_INTERNAL_H */
