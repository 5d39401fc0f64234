/*-------------------------------------------------------------------------
 *
 * test_net_address.c
 *		Unit tests of src/base/net_address.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_net_address.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <sys/un.h>

#include "base/net_address.h"

typedef enum Place
{
	LOOPBACK,
	LOCAL,						/* but not loopback */
	PRIVATE,					/* but not local */
	ELSEWHERE
} Place;

static const struct
{
	const char *text;
	Place		place;
}			addresses[] =

{
	/* IPv4, at the edges of each range */
	{"126.255.255.255", ELSEWHERE},
	{"127.0.0.0", LOOPBACK},
	{"127.0.0.1", LOOPBACK},
	{"127.255.255.255", LOOPBACK},
	{"128.0.0.0", ELSEWHERE},
	{"0.0.0.0", LOOPBACK},
	{"0.255.255.255", LOOPBACK},
	{"1.0.0.0", ELSEWHERE},
	{"169.253.255.255", ELSEWHERE},
	{"169.254.0.0", LOCAL},
	{"169.254.169.254", LOCAL},
	{"169.254.170.2", LOCAL},
	{"169.254.255.255", LOCAL},
	{"169.255.0.0", ELSEWHERE},
	{"100.100.100.200", LOCAL},
	{"100.100.100.201", PRIVATE},
	{"168.63.129.16", LOCAL},
	{"168.63.129.17", ELSEWHERE},
	{"192.0.0.192", LOCAL},
	{"192.0.0.193", PRIVATE},
	{"10.0.0.1", PRIVATE},
	{"172.16.0.1", PRIVATE},
	{"192.168.0.1", PRIVATE},
	{"52.95.110.1", ELSEWHERE},

	/* the edges of what is private */
	{"9.255.255.255", ELSEWHERE},
	{"10.0.0.0", PRIVATE},
	{"10.255.255.255", PRIVATE},
	{"11.0.0.0", ELSEWHERE},
	{"100.63.255.255", ELSEWHERE},
	{"100.64.0.0", PRIVATE},
	{"100.127.255.255", PRIVATE},
	{"100.128.0.0", ELSEWHERE},
	{"172.15.255.255", ELSEWHERE},
	{"172.16.0.0", PRIVATE},
	{"172.31.255.255", PRIVATE},
	{"172.32.0.0", ELSEWHERE},
	{"191.255.255.255", ELSEWHERE},
	{"192.0.0.0", PRIVATE},
	{"192.0.1.0", ELSEWHERE},
	{"192.0.2.1", PRIVATE},
	{"192.0.3.0", ELSEWHERE},
	{"192.88.98.255", ELSEWHERE},
	{"192.88.99.1", PRIVATE},
	{"192.88.100.0", ELSEWHERE},
	{"192.167.255.255", ELSEWHERE},
	{"192.168.0.0", PRIVATE},
	{"192.168.255.255", PRIVATE},
	{"192.169.0.0", ELSEWHERE},
	{"198.17.255.255", ELSEWHERE},
	{"198.18.0.0", PRIVATE},
	{"198.19.255.255", PRIVATE},
	{"198.20.0.0", ELSEWHERE},
	{"198.51.100.7", PRIVATE},
	{"198.51.101.0", ELSEWHERE},
	{"203.0.113.7", PRIVATE},
	{"203.0.114.0", ELSEWHERE},
	{"223.255.255.255", ELSEWHERE},
	{"224.0.0.1", PRIVATE},
	{"239.255.255.255", PRIVATE},
	{"240.0.0.0", PRIVATE},
	{"255.255.255.255", PRIVATE},

	/* IPv6 */
	{"::", LOOPBACK},
	{"::1", LOOPBACK},
	{"fe7f:ffff::", PRIVATE},
	{"fe80::", LOCAL},
	{"fe80::1%eth0", LOCAL},
	{"febf:ffff::1", LOCAL},
	{"fec0::", PRIVATE},
	{"fd00:ec2::254", LOCAL},
	{"fd00:ec2::23", LOCAL},
	{"fd00:ec1:ffff::", PRIVATE},
	{"fd00:ec3::", PRIVATE},
	{"fd20:ce::254", LOCAL},
	{"fd20:ce::255", PRIVATE},
	{"2600:1f18::1", ELSEWHERE},

	/* the edges of what is public, and of what is not within that */
	{"1fff:ffff::", PRIVATE},
	{"2000::", ELSEWHERE},
	{"2000:ffff::", ELSEWHERE},
	{"2001::1", PRIVATE},
	{"2001:1ff:ffff::", PRIVATE},
	{"2001:200::", ELSEWHERE},
	{"2001:db7:ffff::", ELSEWHERE},
	{"2001:db8::1", PRIVATE},
	{"2001:db9::", ELSEWHERE},
	{"3ffe:ffff::", ELSEWHERE},
	{"3fff::1", PRIVATE},
	{"3fff:fff:ffff::", PRIVATE},
	{"3fff:1000::", ELSEWHERE},
	{"4000::", PRIVATE},
	{"fc00::", PRIVATE},
	{"fdff:ffff::1", PRIVATE},
	{"ff02::1", PRIVATE},
	{"100::1", PRIVATE},
	{"5f00::1", PRIVATE},

	/* IPv6 that holds IPv4 */
	{"::ffff:10.1.2.3", PRIVATE},
	{"::ffff:100.64.0.1", PRIVATE},
	{"::ffff:224.0.0.1", PRIVATE},
	{"64:ff9b::10.1.2.3", PRIVATE},
	{"64:ff9b::192.168.1.1", PRIVATE},
	{"64:ff9b:1::10.1.2.3", PRIVATE},
	{"2002:a01:203::1", PRIVATE},
	{"2002:c0a8:101::", PRIVATE},
	{"2002:e000:1::", PRIVATE},
	{"::10.1.2.3", PRIVATE},
	{"::ffff:127.0.0.1", LOOPBACK},
	{"::ffff:0.0.0.0", LOOPBACK},
	{"::ffff:169.254.169.254", LOCAL},
	{"::ffff:a9fe:a9fe", LOCAL},
	{"::ffff:52.95.110.1", ELSEWHERE},
	{"::127.0.0.1", LOOPBACK},
	{"::169.254.170.2", LOCAL},
	{"::52.95.110.1", PRIVATE},
	{"::ffff:0:127.0.0.1", LOOPBACK},
	{"::ffff:0:52.95.110.1", PRIVATE},
	{"64:ff9b::127.0.0.1", LOOPBACK},
	{"64:ff9b::169.254.169.254", LOCAL},
	{"64:ff9b::52.95.110.1", ELSEWHERE},
	{"64:ff9b:1::169.254.169.254", LOCAL},
	{"64:ff9b:1::52.95.110.1", PRIVATE},
	{"64:ff9b:2::169.254.169.254", PRIVATE},
	{"2002:7f00:1::", LOOPBACK},
	{"2002:a9fe:a9fe::1", LOCAL},
	{"2002:345f:6e01::", ELSEWHERE}
};

static const char *const names[] = {
	[LOOPBACK] = "loopback",
	[LOCAL] = "local",
	[PRIVATE] = "private",
	[ELSEWHERE] = "elsewhere"
};

static void
test_places(void)
{
	for (int i = 0; i < (int) lengthof(addresses); i++)
	{
		struct sockaddr_storage storage;
		const struct sockaddr *address = (struct sockaddr *) &storage;
		Place		place = addresses[i].place;
		bool		parsed = lfdw_address_parse(addresses[i].text, &storage);

		unit_ok(parsed &&
				lfdw_address_is_loopback(address) == (place == LOOPBACK) &&
				lfdw_address_is_local(address) == (place <= LOCAL) &&
				lfdw_address_is_private(address) == (place <= PRIVATE),
				"%s is %s", addresses[i].text, names[place]);
	}
}

static void
test_families(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	unit_ok(lfdw_address_is_local((struct sockaddr *) &address),
			"what is no internet address is local");
	unit_ok(lfdw_address_is_private((struct sockaddr *) &address),
			"and private");
	unit_ok(!lfdw_address_is_loopback((struct sockaddr *) &address),
			"and not loopback");
}

static void
test_parse(void)
{
	static const char *const bad[] = {
		"", "localhost", "127.0.0.1:80", "127.1", "0x7f.0.0.1", "[::1]", ":::",
		"1.2.3.4.5", "%", "%eth0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee"
	};
	struct sockaddr_storage address;

	for (int i = 0; i < (int) lengthof(bad); i++)
		unit_ok(!lfdw_address_parse(bad[i], &address),
				"\"%s\" is no address", bad[i]);
	unit_ok(lfdw_address_parse("1.2.3.4", &address) &&
			address.ss_family == AF_INET, "an address of four bytes");
	unit_ok(lfdw_address_parse("1::4", &address) &&
			address.ss_family == AF_INET6, "an address of sixteen bytes");
}

int
main(void)
{
	test_places();
	test_families();
	test_parse();
	return unit_done();
}
