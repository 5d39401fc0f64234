/*-------------------------------------------------------------------------
 *
 * sink.c
 *		A Lambda endpoint that only counts what is written to it.
 *
 *	sink PORT_FILE ROWS_FILE
 *
 * It listens on a free port of 127.0.0.1, which it writes to PORT_FILE, and
 * serves any number of connections from one process until a signal ends it.  An
 * invocation of the function "sink_counts" is answered with the invocations, rows
 * and bytes since the last such one; one whose payload says that it is a scan with
 * what is in ROWS_FILE; any other with null.  A row of the envelope begins with
 * its member "key", so as often as that occurs there are rows.  Signatures are not
 * checked, and of HTTP it knows what bench/write needs: heads of at most 16 kB,
 * bodies with a Content-Length, kept connections.
 *
 * IDENTIFICATION
 *	  bench/sink.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_DESCRIPTORS 2048
#define BUFFER_SIZE		16384
#define MAX_ROWS_BYTES	(6 * 1024 * 1024)

static const char row_mark[] = "\"key\":";
static const char scan_mark[] = "\"scan\"";

/* As many bytes of a body are kept as a mark may have before the next come. */
#define KEPT_BYTES		5

typedef struct Connection
{
	char		buffer[BUFFER_SIZE];
	size_t		len;			/* bytes in it */
	size_t		seen;			/* of a body's, those that were counted */
	size_t		body_left;		/* bytes of the body that are yet to come */
	bool		in_body;
	bool		is_scan;
	bool		asks_counts;
} Connection;

static Connection connections[MAX_DESCRIPTORS];
static char scan_answer[MAX_ROWS_BYTES];
static size_t scan_answer_len;
static unsigned long invocations;
static unsigned long rows;
static unsigned long bytes;

static void
send_all(int fd, const char *data, size_t len, int flags)
{
	while (len > 0)
	{
		ssize_t		sent = send(fd, data, len, MSG_NOSIGNAL | flags);

		if (sent < 0 && errno != EINTR)
			return;				/* whoever has gone needs no answer */
		if (sent > 0)
		{
			data += sent;
			len -= (size_t) sent;
		}
	}
}

static void
answer(int fd, Connection *connection)
{
	char		head[512];
	char		counts[128];
	const char *body = "null";
	size_t		len = 4;

	if (connection->asks_counts)
	{
		len = (size_t) snprintf(counts, sizeof(counts),
								"[{\"invocations\": %lu, \"rows\": %lu, \"bytes\": %lu}]",
								invocations, rows, bytes);
		body = counts;
		invocations = rows = bytes = 0;
	}
	else
	{
		invocations++;
		if (connection->is_scan)
		{
			body = scan_answer;
			len = scan_answer_len;
		}
	}
	snprintf(head, sizeof(head),
			 "HTTP/1.1 200 OK\r\n"
			 "Content-Type: application/json\r\n"
			 "Content-Length: %zu\r\n"
			 "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n"
			 "X-Amz-Executed-Version: $LATEST\r\n\r\n", len);
	send_all(fd, head, strlen(head), MSG_MORE);
	send_all(fd, body, len, 0);
}

/* Takes a whole head off the buffer; false: the rest of it is yet to come. */
static bool
take_head(Connection *connection)
{
	static const char length_name[] = "\r\ncontent-length:";
	char	   *end = memmem(connection->buffer, connection->len, "\r\n\r\n", 4);
	char	   *length;
	char	   *line_end;

	if (end == NULL)
		return false;
	end[2] = '\0';
	length = strcasestr(connection->buffer, length_name);
	connection->body_left =
		length != NULL ? strtoul(length + strlen(length_name), NULL, 10) : 0;
	line_end = strstr(connection->buffer, "\r\n");
	*line_end = '\0';
	connection->asks_counts = strstr(connection->buffer, "/functions/sink_counts/") != NULL;
	connection->is_scan = false;
	connection->in_body = true;
	connection->seen = 0;
	connection->len -= (size_t) (end + 4 - connection->buffer);
	memmove(connection->buffer, end + 4, connection->len);
	if (!connection->asks_counts)
		bytes += connection->body_left;
	return true;
}

/*
 * Counts what has come of a body, and keeps as much of it as a mark needs that may
 * go on; true: that was all of it.
 */
static bool
take_body(Connection *connection)
{
	size_t		fresh = connection->len - connection->seen;
	size_t		len;
	size_t		kept;
	char	   *at = connection->buffer;
	char	   *end;
	char	   *earlier = connection->buffer + connection->seen;

	if (fresh > connection->body_left)
		fresh = connection->body_left;
	len = connection->seen + fresh;
	end = at + len;
	connection->body_left -= fresh;
	while ((at = memmem(at, (size_t) (end - at), row_mark, sizeof(row_mark) - 1)) != NULL)
	{
		at += sizeof(row_mark) - 1;
		if (at > earlier && !connection->asks_counts)
			rows++;
	}
	if (memmem(connection->buffer, len, scan_mark, sizeof(scan_mark) - 1) != NULL)
		connection->is_scan = true;
	kept = connection->body_left == 0 ? 0 : len < KEPT_BYTES ? len : KEPT_BYTES;
	memmove(connection->buffer, end - kept, connection->len - len + kept);
	connection->len -= len - kept;
	connection->seen = kept;
	connection->in_body = connection->body_left != 0;
	return !connection->in_body;
}

/* Reads what has come; false: the connection has ended, or is none of ours. */
static bool
serve(int fd)
{
	Connection *connection = &connections[fd];
	ssize_t		got = recv(fd, connection->buffer + connection->len,
						   BUFFER_SIZE - connection->len, 0);

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	connection->len += (size_t) got;
	for (;;)
	{
		if (!connection->in_body && !take_head(connection))
			return connection->len < BUFFER_SIZE;
		if (!take_body(connection))
			return true;
		answer(fd, connection);
	}
}

static bool
read_scan_answer(const char *path)
{
	FILE	   *file = fopen(path, "r");

	if (file == NULL)
		return false;
	scan_answer_len = fread(scan_answer, 1, sizeof(scan_answer), file);
	return fclose(file) == 0 && scan_answer_len < sizeof(scan_answer);
}

/* Returns a socket that listens, its port in the file; -1 if that cannot be. */
static int
listen_somewhere(const char *port_file)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	len = sizeof(address);
	int			fd = socket(AF_INET, SOCK_STREAM, 0);
	FILE	   *file;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *) &address, len) != 0 ||
		listen(fd, 1024) != 0 ||
		getsockname(fd, (struct sockaddr *) &address, &len) != 0)
		return -1;
	file = fopen(port_file, "w");
	if (file == NULL)
		return -1;
	fprintf(file, "%d\n", ntohs(address.sin_port));
	return fclose(file) == 0 ? fd : -1;
}

static void
accept_connection(int poller, int listener)
{
	struct epoll_event event = {.events = EPOLLIN};
	int			on = 1;
	int			fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (fd >= MAX_DESCRIPTORS)
	{
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connections[fd].len = connections[fd].seen = 0;
	connections[fd].in_body = false;
	event.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[64];
	struct epoll_event event = {.events = EPOLLIN};
	int			poller = epoll_create1(0);
	int			listener;

	if (argc != 3)
	{
		fprintf(stderr, "usage: sink PORT_FILE ROWS_FILE\n");
		return 2;
	}
	if (!read_scan_answer(argv[2]) || (listener = listen_somewhere(argv[1])) < 0)
	{
		perror("sink");
		return 1;
	}
	event.data.fd = listener;
	epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
	for (;;)
	{
		int			count = epoll_wait(poller, events, 64, -1);

		for (int i = 0; i < count; i++)
		{
			int			fd = events[i].data.fd;

			if (fd == listener)
				accept_connection(poller, listener);
			else if (!serve(fd))
				close(fd);
		}
	}
}
