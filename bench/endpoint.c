/*-------------------------------------------------------------------------
 *
 * endpoint.c
 *		A Lambda endpoint that costs little beside those who call it.
 *
 *	endpoint PORT_FILE FOLDER [CERTIFICATE KEY]
 *
 * It listens on two free ports of 127.0.0.1, for plain and for TLS connections,
 * writes both numbers to PORT_FILE, and serves any number of connections from one
 * process until a signal ends it.  The functions:
 *
 *	NAME		what is in FOLDER/NAME.json
 *	lookup_MS	a row for each key of the argument "id", a number or a list,
 *				MS milliseconds after it was asked
 *	tuples_MS	each object of the argument "tuples", with a name
 *	range_N		the rows of lookup for the keys 1 to N
 *	split_NAME	what is in FOLDER/NAME.json, for each split
 *	hang		nothing, ever
 *	counts		calls and new connections since the last such call
 *
 * and, as streams,
 *
 *	stream_N	N times what is in FOLDER/block.json, as one array
 *	drip_MS		twenty rows, one each MS milliseconds, with the time it was sent
 *
 * Signatures are not checked, and of HTTP it knows what bench/ needs: bodies with
 * a Content-Length, kept connections, chunks as answers of streams.
 *
 * IDENTIFICATION
 *	  bench/endpoint.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "endpoint.h"

#define MAX_DESCRIPTORS 4096
#define MAX_HEAD		16384
#define MAX_BODY		(16 * 1024 * 1024)

static Connection connections[MAX_DESCRIPTORS];
static int	highest;			/* descriptor of a connection */
static SSL_CTX * tls;
static int	poller;
static int	timer;

/* ------------------------------------------------------------------------
 * Connections
 * ------------------------------------------------------------------------
 */

static void
watch(int fd, bool writable)
{
	struct epoll_event event = {.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN};

	if (connections[fd].waits_to_write == writable)
		return;
	connections[fd].waits_to_write = writable;
	event.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
}

static void
close_connection(int fd)
{
	Connection *connection = &connections[fd];

	if (connection->ssl != NULL)
		SSL_free(connection->ssl);
	ERR_clear_error();
	free(connection->in.data);
	free(connection->own.data);
	memset(connection, 0, sizeof(*connection));
	close(fd);
}

/* Bytes moved; 0: none for now; -1: the connection has ended. */
static ssize_t
move(int fd, char *in, const char *out, size_t len, bool more)
{
	SSL		   *ssl = connections[fd].ssl;
	ssize_t		moved;

	if (ssl != NULL)
	{
		int			part = len > INT32_MAX ? INT32_MAX : (int) len;
		int			error;

		moved = in != NULL ? SSL_read(ssl, in, part) : SSL_write(ssl, out, part);
		if (moved > 0)
			return moved;
		error = SSL_get_error(ssl, (int) moved);
		ERR_clear_error();
		return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
	}
	moved = in != NULL ? recv(fd, in, len, 0) :
		send(fd, out, len, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
	if (moved > 0)
		return moved;
	return moved < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}

/*
 * Sends what is left of head and body: 1: all of it; 0: the rest later; -1: the
 * connection has ended.
 */
static int
send_rest(int fd)
{
	Connection *connection = &connections[fd];
	size_t		all = connection->head_len + connection->body_len;

	while (connection->sent < all)
	{
		bool		head = connection->sent < connection->head_len;
		const char *at = head ? connection->head + connection->sent :
		connection->body + (connection->sent - connection->head_len);
		size_t		len = (head ? connection->head_len : all) - connection->sent;
		ssize_t		sent = move(fd, NULL, at, len, head && connection->body_len > 0);

		if (sent <= 0)
		{
			watch(fd, sent == 0);
			return (int) sent;
		}
		connection->sent += (size_t) sent;
	}
	watch(fd, false);
	return 1;
}

/* Goes on with an answer; false: the connection has ended. */
static bool
go_on(int fd)
{
	Connection *connection = &connections[fd];

	while (connection->busy && connection->due_us == 0)
	{
		int			status = send_rest(fd);

		if (status <= 0)
			return status == 0;
		if (connection->stream == NO_STREAM || !next_piece(connection))
			connection->busy = false;
		else if (connection->stream == DRIP && send_rest(fd) < 0)
			return false;
	}
	return true;
}

/* Takes a whole request off what has come, and answers; false: the connection is none of ours. */
static bool
take_request(int fd, bool *taken)
{
	static const char length_name[] = "\r\ncontent-length:";
	Connection *connection = &connections[fd];
	Bytes	   *in = &connection->in;
	char	   *end = memmem(in->data, in->len, "\r\n\r\n", 4);
	char	   *length;
	char	   *line_end;
	size_t		head_len;
	size_t		body_len = 0;
	char		kept;

	*taken = false;
	if (end == NULL)
		return in->len < MAX_HEAD;
	head_len = (size_t) (end + 4 - in->data);
	end[3] = '\0';
	length = strcasestr(in->data, length_name);
	if (length != NULL)
		body_len = strtoul(length + strlen(length_name), NULL, 10);
	end[3] = '\n';
	if (body_len > MAX_BODY)
		return false;
	if (in->len < head_len + body_len)
		return true;
	reserve(in, 1);
	kept = in->data[head_len + body_len];
	in->data[head_len + body_len] = '\0';
	line_end = strstr(in->data, "\r\n");
	*line_end = '\0';
	begin_answer(connection, in->data, in->data + head_len);
	in->data[head_len + body_len] = kept;
	in->len -= head_len + body_len;
	memmove(in->data, in->data + head_len + body_len, in->len);
	*taken = true;
	return true;
}

/* Reads what has come and answers; false: the connection has ended, or is none of ours. */
static bool
serve(int fd)
{
	Connection *connection = &connections[fd];
	bool		taken = true;
	ssize_t		got;

	do
	{
		reserve(&connection->in, MAX_HEAD);
		got = move(fd, connection->in.data + connection->in.len, NULL,
				   connection->in.size - connection->in.len - 1, false);
		if (got > 0)
			connection->in.len += (size_t) got;
	} while (got > 0 && connection->ssl != NULL);
	if (got < 0)
		return false;
	while (taken && !connection->busy && connection->in.len > 0)
	{
		if (!take_request(fd, &taken) || (taken && !go_on(fd)))
			return false;
	}
	return go_on(fd);
}

static void
accept_connection(int listener, bool is_tls)
{
	struct epoll_event event = {.events = EPOLLIN};
	int			on = 1;
	int			fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (fd >= MAX_DESCRIPTORS)
	{
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connections[fd].open = true;
	if (is_tls)
	{
		connections[fd].ssl = SSL_new(tls);
		SSL_set_fd(connections[fd].ssl, fd);
		SSL_set_accept_state(connections[fd].ssl);
	}
	if (fd > highest)
		highest = fd;
	accepted++;
	event.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

/* Sends the answers that are due, and sets the timer to the next. */
static void
send_due(void)
{
	struct itimerspec at = {0};
	int64_t		now = now_us(CLOCK_MONOTONIC);
	int64_t		next = 0;

	for (int fd = 0; fd <= highest; fd++)
	{
		Connection *connection = &connections[fd];

		if (!connection->open || connection->due_us <= 0)
			continue;
		if (connection->due_us <= now)
		{
			connection->due_us = 0;
			if (!go_on(fd))
			{
				close_connection(fd);
				continue;
			}
		}
		if (connection->due_us > 0 && (next == 0 || connection->due_us < next))
			next = connection->due_us;
	}
	at.it_value.tv_sec = next / 1000000;
	at.it_value.tv_nsec = next % 1000000 * 1000;
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

/* ------------------------------------------------------------------------
 * The beginning
 * ------------------------------------------------------------------------
 */

static int
listen_somewhere(int *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t	len = sizeof(address);
	int			fd = socket(AF_INET, SOCK_STREAM, 0);
	struct epoll_event event = {.events = EPOLLIN};

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *) &address, len) != 0 ||
		listen(fd, 1024) != 0 ||
		getsockname(fd, (struct sockaddr *) &address, &len) != 0)
		fail("listen");
	*port = ntohs(address.sin_port);
	event.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
	return fd;
}

static void
set_up(char **argv, int *plain, int *secure)
{
	struct rlimit limit = {MAX_DESCRIPTORS, MAX_DESCRIPTORS};
	struct epoll_event event = {.events = EPOLLIN};
	int			plain_port;
	int			tls_port = 0;
	FILE	   *file;

	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &limit);
	poller = epoll_create1(0);
	timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	event.data.fd = timer;
	epoll_ctl(poller, EPOLL_CTL_ADD, timer, &event);
	read_files(argv[2]);
	*plain = listen_somewhere(&plain_port);
	*secure = -1;
	if (argv[3] != NULL)
	{
		tls = SSL_CTX_new(TLS_server_method());
		SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
						 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
		if (SSL_CTX_use_certificate_chain_file(tls, argv[3]) != 1 ||
			SSL_CTX_use_PrivateKey_file(tls, argv[4], SSL_FILETYPE_PEM) != 1)
			fail(argv[3]);
		*secure = listen_somewhere(&tls_port);
	}
	if ((file = fopen(argv[1], "w")) == NULL)
		fail(argv[1]);
	fprintf(file, "%d %d\n", plain_port, tls_port);
	fclose(file);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[128];
	int			plain;
	int			secure;

	if (argc != 3 && argc != 5)
	{
		fprintf(stderr, "usage: endpoint PORT_FILE FOLDER [CERTIFICATE KEY]\n");
		return 2;
	}
	set_up(argv, &plain, &secure);
	for (;;)
	{
		int			count = epoll_wait(poller, events, 128, -1);

		for (int i = 0; i < count; i++)
		{
			int			fd = events[i].data.fd;
			uint64_t	expirations;

			if (fd == plain || fd == secure)
				accept_connection(fd, fd == secure);
			else if (fd == timer)
				(void) !read(timer, &expirations, sizeof(expirations));
			else if (!serve(fd))
				close_connection(fd);
		}
		send_due();
	}
}
