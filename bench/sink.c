/*-------------------------------------------------------------------------
 *
 * sink.c
 *		A Lambda endpoint that only counts what is written to it.
 *
 *	sink PORT_FILE ROWS_FILE [CERTIFICATE KEY]
 *
 * It listens on a free port of 127.0.0.1, which it writes to PORT_FILE, and with
 * a certificate and its key on another for TLS, the file's second line.  It
 * serves any number of connections from one process until a signal ends it.  An
 * invocation of the function "sink_counts" is answered with the invocations, rows
 * and bytes since the last such one; one whose payload says that it is a scan with
 * what is in ROWS_FILE; any other with null.  A function whose name begins with
 * "delay_" and a number is answered so many milliseconds later.  A row of the
 * envelope begins with its member "key", so as often as that occurs there are rows.
 * Signatures are not checked, and of HTTP it knows what the benchmarks need: heads
 * of at most 16 kB, bodies with a Content-Length, kept connections.
 *
 * IDENTIFICATION
 *	  bench/sink.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define MAX_DESCRIPTORS 2048
#define BUFFER_SIZE		16384
#define MAX_ROWS_BYTES	(6 * 1024 * 1024)

static const char row_mark[] = "\"key\":";
static const char scan_mark[] = "\"scan\"";

/* As many bytes of a body are kept as a mark may have before the next come. */
#define KEPT_BYTES		5

typedef struct Connection
{
	SSL		   *tls;			/* NULL: plain */
	long long	answer_at;		/* when it is answered, 0: nothing is awaited */
	int			delay_ms;		/* of the function that is called */
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

static int	waiting[MAX_DESCRIPTORS];	/* connections to be answered later */
static int	nwaiting;
static SSL_CTX *tls_context;

/* Nanoseconds of a clock that is never set. */
static long long
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Sends some bytes of data; -1: errno says why not. */
static ssize_t
send_some(int fd, const char *data, size_t len, int flags)
{
	SSL		   *tls = connections[fd].tls;
	int			sent;

	if (tls == NULL)
		return send(fd, data, len, MSG_NOSIGNAL | flags);
	ERR_clear_error();
	sent = SSL_write(tls, data, (int) len);
	if (sent > 0)
		return sent;
	errno = SSL_get_error(tls, sent) == SSL_ERROR_WANT_WRITE ? EAGAIN : EPIPE;
	return -1;
}

/* As recv; 0: the other side has gone, -1: errno says why there is nothing. */
static ssize_t
receive_some(int fd, char *data, size_t len)
{
	SSL		   *tls = connections[fd].tls;
	int			got;

	if (tls == NULL)
		return recv(fd, data, len, 0);
	ERR_clear_error();
	got = SSL_read(tls, data, (int) len);
	if (got > 0)
		return got;
	errno = EAGAIN;
	return SSL_get_error(tls, got) == SSL_ERROR_WANT_READ ? -1 : 0;
}

static void
send_all(int fd, const char *data, size_t len, int flags)
{
	while (len > 0)
	{
		ssize_t		sent = send_some(fd, data, len, flags);
		struct pollfd writeable = {.fd = fd, .events = POLLOUT};

		if (sent < 0 && errno == EAGAIN)
			poll(&writeable, 1, -1);
		else if (sent < 0 && errno != EINTR)
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
	static char together[BUFFER_SIZE];
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
	if (strlen(head) + len <= sizeof(together))
	{
		memcpy(together, head, strlen(head));
		memcpy(together + strlen(head), body, len);
		send_all(fd, together, strlen(head) + len, 0);
		return;
	}
	send_all(fd, head, strlen(head), MSG_MORE);
	send_all(fd, body, len, 0);
}

/* Answers now or later. */
static void
answer_in_time(int fd)
{
	Connection *connection = &connections[fd];

	if (connection->delay_ms == 0)
	{
		answer(fd, connection);
		return;
	}
	connection->answer_at = now_ns() + connection->delay_ms * 1000000LL;
	waiting[nwaiting++] = fd;
}

/* Answers what is due, and sets the timer for what is not. */
static void
answer_due(int timer)
{
	long long	now = now_ns();
	struct itimerspec next = {0};
	long long	next_ns = 0;

	for (int i = nwaiting - 1; i >= 0; i--)
	{
		int			fd = waiting[i];
		long long	at = connections[fd].answer_at;

		if (at > now)
			next_ns = next_ns == 0 || at < next_ns ? at : next_ns;
		else
		{
			waiting[i] = waiting[--nwaiting];
			if (at != 0)
			{
				connections[fd].answer_at = 0;
				answer(fd, &connections[fd]);
			}
		}
	}
	next.it_value.tv_sec = next_ns / 1000000000;
	next.it_value.tv_nsec = next_ns % 1000000000;
	timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
}

static void
end_connection(int fd)
{
	SSL_free(connections[fd].tls);
	connections[fd].tls = NULL;
	for (int i = nwaiting - 1; i >= 0; i--)
	{
		if (waiting[i] == fd)
			waiting[i] = waiting[--nwaiting];
	}
	close(fd);
}

/* Takes a whole head off the buffer; false: the rest of it is yet to come. */
static bool
take_head(Connection *connection)
{
	static const char length_name[] = "\r\ncontent-length:";
	static const char delay_name[] = "/functions/delay_";
	char	   *end = memmem(connection->buffer, connection->len, "\r\n\r\n", 4);
	char	   *length;
	char	   *line_end;
	char	   *delay;

	if (end == NULL)
		return false;
	end[2] = '\0';
	length = strcasestr(connection->buffer, length_name);
	connection->body_left =
		length != NULL ? strtoul(length + strlen(length_name), NULL, 10) : 0;
	line_end = strstr(connection->buffer, "\r\n");
	*line_end = '\0';
	connection->asks_counts = strstr(connection->buffer, "/functions/sink_counts/") != NULL;
	delay = strstr(connection->buffer, delay_name);
	connection->delay_ms = delay != NULL ? atoi(delay + strlen(delay_name)) : 0;
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
	ssize_t		got = receive_some(fd, connection->buffer + connection->len,
								   BUFFER_SIZE - connection->len);

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	connection->len += (size_t) got;
	for (;;)
	{
		if (!connection->in_body && !take_head(connection))
			return connection->len < BUFFER_SIZE;
		if (!take_body(connection))
			return true;
		answer_in_time(fd);
	}
}

/* Reads what has come, with what OpenSSL has read ahead; as serve. */
static bool
serve_all(int fd)
{
	do
	{
		if (!serve(fd))
			return false;
	} while (connections[fd].tls != NULL && SSL_pending(connections[fd].tls) > 0);
	return true;
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

/* Returns a socket that listens, its port added to the file; -1 if that cannot be. */
static int
listen_somewhere(const char *port_file, const char *mode)
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
	file = fopen(port_file, mode);
	if (file == NULL)
		return -1;
	fprintf(file, "%d\n", ntohs(address.sin_port));
	return fclose(file) == 0 ? fd : -1;
}

static void
accept_connection(int poller, int listener, bool with_tls)
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
	connections[fd].answer_at = 0;
	if (with_tls)
	{
		fcntl(fd, F_SETFL, O_NONBLOCK);
		connections[fd].tls = SSL_new(tls_context);
		SSL_set_fd(connections[fd].tls, fd);
		SSL_set_accept_state(connections[fd].tls);
	}
	event.data.fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

/* Reads certificate and key; false: they cannot be used. */
static bool
read_certificate(const char *certificate, const char *key)
{
	tls_context = SSL_CTX_new(TLS_server_method());
	if (tls_context == NULL)
		return false;
	SSL_CTX_set_mode(tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return SSL_CTX_use_certificate_chain_file(tls_context, certificate) == 1 &&
		SSL_CTX_use_PrivateKey_file(tls_context, key, SSL_FILETYPE_PEM) == 1;
}

static void
watch(int poller, int fd)
{
	struct epoll_event event = {.events = EPOLLIN,.data.fd = fd};

	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

int
main(int argc, char **argv)
{
	struct epoll_event events[64];
	int			poller = epoll_create1(0);
	int			timer = timerfd_create(CLOCK_MONOTONIC, 0);
	int			listener = -1;
	int			tls_listener = -1;

	if (argc != 3 && argc != 5)
	{
		fprintf(stderr, "usage: sink PORT_FILE ROWS_FILE [CERTIFICATE KEY]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);	/* OpenSSL writes with plain write */
	if (!read_scan_answer(argv[2]) ||
		(listener = listen_somewhere(argv[1], "w")) < 0 ||
		(argc == 5 && !read_certificate(argv[3], argv[4])) ||
		(argc == 5 && (tls_listener = listen_somewhere(argv[1], "a")) < 0))
	{
		perror("sink");
		return 1;
	}
	watch(poller, listener);
	watch(poller, timer);
	if (tls_listener >= 0)
		watch(poller, tls_listener);
	for (;;)
	{
		int			count = epoll_wait(poller, events, 64, -1);
		int			nbefore = nwaiting;
		bool		timed_out = false;

		for (int i = 0; i < count; i++)
		{
			int			fd = events[i].data.fd;

			if (fd == listener || fd == tls_listener)
				accept_connection(poller, fd, fd == tls_listener);
			else if (fd == timer)
				timed_out = true;
			else if (!serve_all(fd))
				end_connection(fd);
		}
		if (timed_out || nwaiting != nbefore)
			answer_due(timer);
	}
}
