/*-------------------------------------------------------------------------
 *
 * endpoint.h
 *		The endpoint of bench/: its connections, and the answers they get.
 *
 * IDENTIFICATION
 *	  bench/endpoint.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_ENDPOINT_H
#define LFDW_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/ssl.h>

typedef struct Bytes
{
	char	   *data;
	size_t		len;
	size_t		size;
}			Bytes;

typedef enum Stream
{
	NO_STREAM,
	BLOCKS,
	DRIP,
}			Stream;

typedef struct Connection
{
	bool		open;
	SSL		   *ssl;
	Bytes		in;				/* what has come of a request */
	bool		busy;			/* a request is being answered */
	Bytes		own;			/* an answer made for it */
	char		head[512];
	size_t		head_len;
	const char *body;
	size_t		body_len;
	size_t		sent;			/* of head and body together */
	int64_t		due_us;			/* when it is sent; 0: now; -1: never */
	bool		waits_to_write;
	Stream		stream;
	long		pieces_left;
	long		piece;
	long		drip_ms;
}			Connection;

/* Calls and new connections since the function "counts" was called last. */
extern unsigned long calls;
extern unsigned long accepted;

extern _Noreturn void fail(const char *what);
extern int64_t now_us(clockid_t clock);
extern void reserve(Bytes * bytes, size_t more);
extern void read_files(const char *folder);
extern void begin_answer(Connection * connection, const char *path, const char *payload);
extern bool next_piece(Connection * connection);

#endif							/* LFDW_ENDPOINT_H */
