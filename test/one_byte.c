/*-------------------------------------------------------------------------
 *
 * one_byte.c
 *		To be preloaded: what comes from a network comes a byte at a time.
 *
 * scripts/settings builds it and starts a server with it.  The server's own
 * clients, which are on Unix sockets, are not slowed down.
 *
 * IDENTIFICATION
 *	  test/one_byte.c
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

typedef ssize_t (*RecvFunction) (int fd, void *buf, size_t len, int flags);

ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	static RecvFunction next;
	struct sockaddr_storage address;
	socklen_t	size = sizeof(address);

	if (next == NULL)
		next = (RecvFunction) dlsym(RTLD_NEXT, "recv");
	if (len > 1 && getsockname(fd, (struct sockaddr *) &address, &size) == 0 &&
		address.ss_family != AF_UNIX)
		len = 1;
	return next(fd, buf, len, flags);
}
