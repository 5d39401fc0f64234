/*-------------------------------------------------------------------------
 *
 * net_address.h
 *		Which network addresses are this machine's own, or its neighbours'.
 *
 * IDENTIFICATION
 *	  src/base/net_address.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_NET_ADDRESS_H
#define LFDW_NET_ADDRESS_H

#include "base/base.h"

#include <sys/socket.h>

extern bool lfdw_address_is_loopback(const struct sockaddr *address);
extern bool lfdw_address_is_local(const struct sockaddr *address);
extern bool lfdw_address_is_private(const struct sockaddr *address);
extern bool lfdw_address_is_credential_service(const struct sockaddr *address);
extern bool lfdw_address_parse(const char *text,
							   struct sockaddr_storage *address);
extern int	lfdw_address_format(const struct sockaddr *address, char *text,
								size_t size);

#endif							/* LFDW_NET_ADDRESS_H */
