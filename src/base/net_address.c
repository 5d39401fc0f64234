/*-------------------------------------------------------------------------
 *
 * net_address.c
 *		Which network addresses are this machine's own, or its neighbours'.
 *
 * IDENTIFICATION
 *	  src/base/net_address.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/net_address.h"

/* A range of addresses. */
typedef struct Range
{
	uint8		bytes[16];
	int			bits;			/* of the bytes, that tell the range */
} Range;

/* Loopback, and "this host", which Linux connects to loopback. */
static const Range loopback4[] = {{{127}, 8}, {{0}, 8}};

/*
 * Link-local, with the metadata and credential services of EC2 and ECS, and
 * the metadata addresses of other clouds.
 */
static const Range local4[] = {
	{{169, 254}, 16},
	{{100, 100, 100, 200}, 32},
	{{168, 63, 129, 16}, 32},
	{{192, 0, 0, 192}, 32}
};

static const Range loopback6[] = {
	{{[15] = 1}, 128},
	{{0}, 128}
};

/*
 * Link-local; EC2's metadata and EKS' credential service, fd00:ec2::/32; the
 * metadata address of Google's cloud.
 */
static const Range local6[] = {
	{{0xFE, 0x80}, 10},
	{{0xFD, 0x00, 0x0E, 0xC2}, 32},
	{{0xFD, 0x20, 0x00, 0xCE,[14] = 0x02, 0x54}, 128}
};

/*
 * Where containers get credentials: ECS, and EKS Pod Identity (the list of the
 * SDKs for AWS_CONTAINER_CREDENTIALS_FULL_URI).
 */
static const Range credentials4[] = {
	{{169, 254, 170, 2}, 32},
	{{169, 254, 170, 23}, 32}
};

static const Range credentials6[] = {
	{{0xFD, 0x00, 0x0E, 0xC2,[15] = 0x23}, 128}
};

/*
 * What is not of the public internet: IANA's registries of special-purpose
 * addresses, IPv4 and IPv6 (RFC 6890, as of 2025), with multicast.  What is local
 * is private too.
 */
static const Range private4[] = {
	{{10}, 8},					/* RFC 1918 */
	{{172, 16}, 12},
	{{192, 168}, 16},
	{{100, 64}, 10},			/* shared by carriers, RFC 6598 */
	{{192, 0, 0}, 24},			/* protocol assignments */
	{{192, 0, 2}, 24},			/* documentation */
	{{198, 51, 100}, 24},
	{{203, 0, 113}, 24},
	{{192, 88, 99}, 24},		/* relays of 6to4 */
	{{198, 18}, 15},			/* benchmarks */
	{{224}, 4},					/* multicast */
	{{240}, 4}					/* reserved, and broadcast */
};

/* What of IPv6 is public, and what is not within that. */
static const Range public6[] = {
	{{0x20}, 3},
	{{[10] = 0xFF, 0xFF}, 96},	/* mapped, and NAT64's: as what they hold */
	{{0x00, 0x64, 0xFF, 0x9B}, 96}
};

static const Range private6[] = {
	{{0x20, 0x01}, 23},			/* protocol assignments: Teredo, ORCHID */
	{{0x20, 0x01, 0x0D, 0xB8}, 32}, /* documentation */
	{{0x3F, 0xFF}, 20}
};

/* IPv6 forms that hold an IPv4 address, and at which byte. */
typedef struct Embedding
{
	Range		range;
	int			at;
} Embedding;

static const Embedding embedding[] = {
	{{{[10] = 0xFF, 0xFF}, 96}, 12},	/* mapped */
	{{{0}, 96}, 12},			/* compatible */
	{{{[8] = 0xFF, 0xFF}, 96}, 12}, /* translated, RFC 2765 */
	{{{0x00, 0x64, 0xFF, 0x9B}, 96}, 12},	/* NAT64 */
	{{{0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}, 48}, 12},	/* NAT64, RFC 8215 */
	{{{0x20, 0x02}, 16}, 2}		/* 6to4 */
};

static bool
in_range(const uint8 *address, const Range *range)
{
	int			whole = range->bits / 8;
	int			rest = range->bits % 8;

	if (memcmp(address, range->bytes, whole) != 0)
		return false;
	return rest == 0 ||
		((address[whole] ^ range->bytes[whole]) >> (8 - rest)) == 0;
}

static bool
in_ranges(const uint8 *address, const Range *ranges, int nranges)
{
	for (int i = 0; i < nranges; i++)
	{
		if (in_range(address, &ranges[i]))
			return true;
	}
	return false;
}

/* The IPv4 address that an address is or holds, or NULL. */
static const uint8 *
ipv4_part(const struct sockaddr *address)
{
	const uint8 *bytes;

	if (address->sa_family == AF_INET)
		return (const uint8 *) &((const struct sockaddr_in *) address)->sin_addr;
	if (address->sa_family != AF_INET6)
		return NULL;
	bytes = (const uint8 *) &((const struct sockaddr_in6 *) address)->sin6_addr;
	for (int i = 0; i < (int) lengthof(embedding); i++)
	{
		if (in_range(bytes, &embedding[i].range))
			return bytes + embedding[i].at;
	}
	return NULL;
}

/*
 * Does the address lead back to this machine, by loopback?  So do the
 * unspecified address and the IPv6 forms that hold either.
 */
bool
lfdw_address_is_loopback(const struct sockaddr *address)
{
	const uint8 *ipv4 = ipv4_part(address);

	if (address->sa_family == AF_INET6 &&
		in_ranges((const uint8 *) &((const struct sockaddr_in6 *) address)->sin6_addr,
				  loopback6, lengthof(loopback6)))
		return true;
	return ipv4 && in_ranges(ipv4, loopback4, lengthof(loopback4));
}

/*
 * Is the address one that nobody but this machine's owner should reach
 * through it: loopback, link-local, or a metadata service?  So is every
 * address that is not of the internet.
 */
bool
lfdw_address_is_local(const struct sockaddr *address)
{
	const uint8 *ipv4 = ipv4_part(address);

	if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
		return true;
	if (lfdw_address_is_loopback(address))
		return true;
	if (address->sa_family == AF_INET6 &&
		in_ranges((const uint8 *) &((const struct sockaddr_in6 *) address)->sin6_addr,
				  local6, lengthof(local6)))
		return true;
	return ipv4 && in_ranges(ipv4, local4, lengthof(local4));
}

/*
 * Is the address one that is not of the public internet, and leads into somebody's
 * own network or nowhere?
 */
bool
lfdw_address_is_private(const struct sockaddr *address)
{
	const uint8 *ipv4 = ipv4_part(address);

	if (lfdw_address_is_local(address))
		return true;
	if (address->sa_family == AF_INET6)
	{
		const uint8 *ipv6 =
		(const uint8 *) &((const struct sockaddr_in6 *) address)->sin6_addr;

		if (!in_ranges(ipv6, public6, lengthof(public6)) ||
			in_ranges(ipv6, private6, lengthof(private6)))
			return true;
	}
	return ipv4 && in_ranges(ipv4, private4, lengthof(private4));
}

/*
 * Is the address loopback, or one of those where containers get credentials?
 * Nothing else is asked for credentials over plain http.
 */
bool
lfdw_address_is_credential_service(const struct sockaddr *address)
{
	const uint8 *ipv4 = ipv4_part(address);

	if (lfdw_address_is_loopback(address))
		return true;
	if (address->sa_family == AF_INET6 &&
		in_ranges((const uint8 *) &((const struct sockaddr_in6 *) address)->sin6_addr,
				  credentials6, lengthof(credentials6)))
		return true;
	return ipv4 && in_ranges(ipv4, credentials4, lengthof(credentials4));
}

/*
 * Writes an address as text, cut to size, and returns its port; "?" and 0 for
 * what is not of the internet.
 */
int
lfdw_address_format(const struct sockaddr *address, char *text, size_t size)
{
	const struct sockaddr_in *in4 = (const struct sockaddr_in *) address;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;

	if (address->sa_family == AF_INET &&
		inet_ntop(AF_INET, &in4->sin_addr, text, size))
		return ntohs(in4->sin_port);
	if (address->sa_family == AF_INET6 &&
		inet_ntop(AF_INET6, &in6->sin6_addr, text, size))
		return ntohs(in6->sin6_port);
	strlcpy(text, "?", size);
	return 0;
}

/*
 * Reads a numeric address, as libcurl gives them; an IPv6 zone is passed
 * over.  False for anything else.
 */
bool
lfdw_address_parse(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *) address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) address;
	char		copy[64];

	memset(address, 0, sizeof(*address));
	strlcpy(copy, text, sizeof(copy));
	copy[strcspn(copy, "%")] = '\0';
	if (inet_pton(AF_INET, copy, &in4->sin_addr) == 1)
		address->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, copy, &in6->sin6_addr) == 1)
		address->ss_family = AF_INET6;
	else
		return false;
	return true;
}
