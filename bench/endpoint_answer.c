/*-------------------------------------------------------------------------
 *
 * endpoint_answer.c
 *		The functions of the endpoint of bench/: what they answer.
 *
 * IDENTIFICATION
 *	  bench/endpoint_answer.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "endpoint.h"

#define MAX_FILES		64
#define NAME_SIZE		64
#define FRAME_BYTES		32768
#define DRIP_ROWS		20

typedef struct File
{
	char		name[NAME_SIZE];
	Bytes		bytes;
}			File;

unsigned long calls;
unsigned long accepted;

static File files[MAX_FILES];
static int	file_count;

/* block.json as frames, each a chunk of HTTP: the first of a stream, and the others. */
static Bytes first_block;
static Bytes next_block;

_Noreturn void
fail(const char *what)
{
	perror(what);
	exit(1);
}

int64_t
now_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ------------------------------------------------------------------------
 * Bytes
 * ------------------------------------------------------------------------
 */

void
reserve(Bytes * bytes, size_t more)
{
	if (bytes->len + more <= bytes->size)
		return;
	bytes->size = 2 * (bytes->len + more);
	bytes->data = realloc(bytes->data, bytes->size);
	if (bytes->data == NULL)
		fail("realloc");
}

static void
append(Bytes * bytes, const void *data, size_t len)
{
	reserve(bytes, len);
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

static void
__attribute__((format(printf, 2, 3)))
append_format(Bytes * bytes, const char *format,...)
{
	va_list		arguments;

	reserve(bytes, 512);
	va_start(arguments, format);
	bytes->len += (size_t) vsnprintf(bytes->data + bytes->len, 512, format, arguments);
	va_end(arguments);
}

static void
append_number(Bytes * bytes, uint32_t value)
{
	value = htonl(value);
	append(bytes, &value, sizeof(value));
}

/* ------------------------------------------------------------------------
 * Frames of application/vnd.amazon.eventstream
 *
 * Length of the frame and of its headers, a checksum of both, headers, payload,
 * a checksum of all of it; a header is a name and a string with their lengths.
 * ------------------------------------------------------------------------
 */

static void
append_header(Bytes * bytes, const char *name, const char *value)
{
	uint8_t		name_len = (uint8_t) strlen(name);
	uint8_t		kind_and_len[3] = {7, 0, (uint8_t) strlen(value)};

	append(bytes, &name_len, 1);
	append(bytes, name, name_len);
	append(bytes, kind_and_len, sizeof(kind_and_len));
	append(bytes, value, strlen(value));
}

/* Appends an event as a chunk of HTTP. */
static void
append_event(Bytes * bytes, const char *event, const char *payload, size_t len)
{
	static Bytes headers;
	static Bytes frame;

	headers.len = frame.len = 0;
	append_header(&headers, ":event-type", event);
	append_header(&headers, ":content-type", "application/octet-stream");
	append_header(&headers, ":message-type", "event");
	append_number(&frame, (uint32_t) (16 + headers.len + len));
	append_number(&frame, (uint32_t) headers.len);
	append_number(&frame, (uint32_t) crc32(0, (const Bytef *) frame.data, 8));
	append(&frame, headers.data, headers.len);
	append(&frame, payload, len);
	append_number(&frame, (uint32_t) crc32(0, (const Bytef *) frame.data, (uInt) frame.len));
	append_format(bytes, "%zx\r\n", frame.len);
	append(bytes, frame.data, frame.len);
	append(bytes, "\r\n", 2);
}

/* Appends the event that ends a stream, and the last chunk. */
static void
append_end(Bytes * bytes)
{
	append_event(bytes, "InvokeComplete", "{}", 2);
	append(bytes, "0\r\n\r\n", 5);
}

/*
 * The rows of block.json behind this character, in frames that are cut without
 * regard to rows.
 */
static void
make_block(const Bytes * file, const char *before, Bytes * result)
{
	Bytes		rows = {0};

	append(&rows, before, 1);
	append(&rows, file->data + 1, file->len - 2);
	for (size_t at = 0; at < rows.len; at += FRAME_BYTES)
	{
		size_t		len = rows.len - at;

		append_event(result, "PayloadChunk", rows.data + at,
					 len < FRAME_BYTES ? len : FRAME_BYTES);
	}
	free(rows.data);
}

/* The next piece of a stream in the connection's body; false: that was all. */
bool
next_piece(Connection * connection)
{
	Bytes	   *own = &connection->own;

	own->len = 0;
	connection->sent = connection->head_len = 0;
	if (connection->pieces_left == 0)
		return false;
	connection->piece++;
	connection->pieces_left--;
	if (connection->stream == BLOCKS && connection->pieces_left > 0)
	{
		const		Bytes *block = connection->piece == 1 ? &first_block : &next_block;

		connection->body = block->data;
		connection->body_len = block->len;
		return true;
	}
	if (connection->stream == DRIP && connection->pieces_left > 0)
	{
		char		row[128];
		int			len = snprintf(row, sizeof(row), "%c{\"n\":%ld,\"sent\":%lld}",
								   connection->piece == 1 ? '[' : ',', connection->piece,
								   (long long) now_us(CLOCK_REALTIME));

		append_event(own, "PayloadChunk", row, (size_t) len);
		connection->due_us = now_us(CLOCK_MONOTONIC) + connection->drip_ms * 1000;
	}
	else
	{
		append_event(own, "PayloadChunk", "]", 1);
		append_end(own);
	}
	connection->body = own->data;
	connection->body_len = own->len;
	return true;
}

/* ------------------------------------------------------------------------
 * Functions
 * ------------------------------------------------------------------------
 */

static void
append_row(Bytes * bytes, long key)
{
	append_format(bytes, "%c{\"id\":%ld,\"name\":\"name of %ld\",\"price\":%ld.25}",
				  bytes->len == 0 ? '[' : ',', key, key, key % 1000);
}

/* A row for each number of the member "id". */
static void
look_up(const char *payload, Bytes * result)
{
	const char *at = strstr(payload, "\"id\"");
	char	   *end;

	if (at != NULL)
	{
		at += 4 + strspn(at + 4, ": \n[");
		for (;;)
		{
			long		key = strtol(at, &end, 10);

			if (end == at)
				break;
			append_row(result, key);
			at = end + strspn(end, " \n");
			if (*at != ',')
				break;
			at++;
		}
	}
	append(result, result->len == 0 ? "[]" : "]", result->len == 0 ? 2 : 1);
}

/* Each object of the member "tuples", which have no objects in them, with a name. */
static void
look_up_tuples(const char *payload, Bytes * result)
{
	const char *at = strstr(payload, "\"tuples\"");
	const char *list_end = at != NULL ? strchr(at, ']') : NULL;

	append(result, "[", 1);
	while (list_end != NULL && (at = strchr(at, '{')) != NULL && at < list_end)
	{
		const char *end = strchr(at, '}');

		if (result->len > 1)
			append(result, ",", 1);
		append(result, at, (size_t) (end - at));
		append_format(result, ",\"name\":\"a tuple\"}");
		at = end;
	}
	append(result, "]", 1);
}

/* The rows of the keys 1 to count, made once. */
static const Bytes *
range(const char *name, long count)
{
	File	   *file = &files[file_count];

	if (file_count == MAX_FILES)
		return NULL;
	snprintf(file->name, sizeof(file->name), "%s", name);
	for (long key = 1; key <= count; key++)
		append_row(&file->bytes, key);
	append(&file->bytes, "]", 1);
	file_count++;
	return &file->bytes;
}

static const Bytes *
find_file(const char *name)
{
	for (int i = 0; i < file_count; i++)
	{
		if (strcmp(files[i].name, name) == 0)
			return &files[i].bytes;
	}
	return NULL;
}

static void
set_head(Connection * connection, int status, const char *kind)
{
	char		length[64] = "Transfer-Encoding: chunked";

	if (connection->stream == NO_STREAM)
		snprintf(length, sizeof(length), "Content-Length: %zu", connection->body_len);
	connection->head_len = (size_t)
		snprintf(connection->head, sizeof(connection->head),
				 "HTTP/1.1 %d %s\r\n"
				 "Content-Type: %s\r\n"
				 "%s\r\n"
				 "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
				 "X-Amz-Executed-Version: $LATEST\r\n\r\n",
				 status, status == 200 ? "OK" : "Not Found", kind, length);
	connection->sent = 0;
}

/* The rows of a file, for the split that the payload asks for. */
static bool
answer_split(Connection * connection, const char *file, const char *payload)
{
	const		Bytes *rows = find_file(file);
	const char *split = strstr(payload, "\"split\"");
	const char *end = split != NULL ? strchr(split, '}') : NULL;
	Bytes	   *own = &connection->own;

	if (rows == NULL || end == NULL)
		return false;
	append(own, "{", 1);
	append(own, split, (size_t) (end + 1 - split));
	append(own, ",\"rows\":", 8);
	append(own, rows->data, rows->len);
	append(own, "}", 1);
	connection->body = own->data;
	connection->body_len = own->len;
	return true;
}

/* The answer of a function whose name has no stream in it; false: there is none. */
static bool
make_answer(Connection * connection, const char *name, long number, const char *payload)
{
	const		Bytes *answer = find_file(name);
	Bytes	   *own = &connection->own;

	if (answer == NULL && strncmp(name, "range_", 6) == 0)
		answer = range(name, number);
	if (answer == NULL)
	{
		answer = own;
		if (strncmp(name, "lookup_", 7) == 0)
			look_up(payload, own);
		else if (strncmp(name, "tuples_", 7) == 0)
			look_up_tuples(payload, own);
		else if (strcmp(name, "counts") == 0)
		{
			append_format(own, "[{\"calls\":%lu,\"connections\":%lu}]", calls, accepted);
			calls = accepted = 0;
		}
		else if (strncmp(name, "split_", 6) == 0)
			return answer_split(connection, name + 6, payload);
		else if (strcmp(name, "hang") == 0)
			connection->due_us = -1;
		else
			return false;
		if (number > 0)
			connection->due_us = now_us(CLOCK_MONOTONIC) + number * 1000;
	}
	connection->body = answer->data;
	connection->body_len = answer->len;
	return true;
}

/* Begins the answer to a request for this path. */
void
begin_answer(Connection * connection, const char *path, const char *payload)
{
	char		name[NAME_SIZE] = "";
	const char *functions = strstr(path, "/functions/");
	char	   *suffix;
	long		number = 0;

	if (functions != NULL)
		sscanf(functions, "/functions/%63[^/ ]", name);
	suffix = strchr(name, '_');
	if (suffix != NULL)
		number = strtol(suffix + 1, NULL, 10);
	connection->busy = true;
	connection->own.len = 0;
	connection->due_us = 0;
	connection->stream = strstr(path, "/response-streaming-invocations") == NULL ? NO_STREAM :
		strncmp(name, "stream_", 7) == 0 ? BLOCKS :
		strncmp(name, "drip_", 5) == 0 ? DRIP : NO_STREAM;
	if (strcmp(name, "counts") != 0)
		calls++;
	if (connection->stream == NO_STREAM)
	{
		bool		known = make_answer(connection, name, number, payload);

		if (!known)
		{
			connection->body = "{\"Message\":\"no such function\"}";
			connection->body_len = strlen(connection->body);
		}
		set_head(connection, known ? 200 : 404, "application/json");
		return;
	}
	connection->piece = 0;
	connection->drip_ms = number;
	connection->pieces_left = connection->stream == DRIP ? DRIP_ROWS + 1 : number + 1;
	connection->body = NULL;
	connection->body_len = 0;
	set_head(connection, 200, "application/vnd.amazon.eventstream");
}

/* Reads the files *.json of a folder. */
void
read_files(const char *folder)
{
	DIR		   *directory = opendir(folder);
	struct dirent *entry;
	const		Bytes *block;

	if (directory == NULL)
		fail(folder);
	while ((entry = readdir(directory)) != NULL && file_count < MAX_FILES)
	{
		char		path[4096];
		char	   *dot = strrchr(entry->d_name, '.');
		File	   *file = &files[file_count];
		FILE	   *stream;
		size_t		got;

		if (dot == NULL || strcmp(dot, ".json") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(file->name, sizeof(file->name), "%.*s",
				 (int) (dot - entry->d_name), entry->d_name);
		if ((stream = fopen(path, "r")) == NULL)
			fail(path);
		do
		{
			reserve(&file->bytes, 65536);
			got = fread(file->bytes.data + file->bytes.len, 1, 65536, stream);
			file->bytes.len += got;
		} while (got > 0);
		fclose(stream);
		file_count++;
	}
	closedir(directory);
	if ((block = find_file("block")) != NULL)
	{
		make_block(block, "[", &first_block);
		make_block(block, ",", &next_block);
	}
}
