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
	{"100.100.100.201", ELSEWHERE},
	{"168.63.129.16", LOCAL},
	{"168.63.129.17", ELSEWHERE},
	{"192.0.0.192", LOCAL},
	{"192.0.0.193", ELSEWHERE},
	{"10.0.0.1", ELSEWHERE},
	{"172.16.0.1", ELSEWHERE},
	{"192.168.0.1", ELSEWHERE},
	{"52.95.110.1", ELSEWHERE},

	/* IPv6 */
	{"::", LOOPBACK},
	{"::1", LOOPBACK},
	{"fe7f:ffff::", ELSEWHERE},
	{"fe80::", LOCAL},
	{"fe80::1%eth0", LOCAL},
	{"febf:ffff::1", LOCAL},
	{"fec0::", ELSEWHERE},
	{"fd00:ec2::254", LOCAL},
	{"fd00:ec2::23", LOCAL},
	{"fd00:ec1:ffff::", ELSEWHERE},
	{"fd00:ec3::", ELSEWHERE},
	{"fd20:ce::254", LOCAL},
	{"fd20:ce::255", ELSEWHERE},
	{"2600:1f18::1", ELSEWHERE},

	/* IPv6 that holds IPv4 */
	{"::ffff:127.0.0.1", LOOPBACK},
	{"::ffff:0.0.0.0", LOOPBACK},
	{"::ffff:169.254.169.254", LOCAL},
	{"::ffff:a9fe:a9fe", LOCAL},
	{"::ffff:52.95.110.1", ELSEWHERE},
	{"::127.0.0.1", LOOPBACK},
	{"::169.254.170.2", LOCAL},
	{"::52.95.110.1", ELSEWHERE},
	{"::ffff:0:127.0.0.1", LOOPBACK},
	{"::ffff:0:52.95.110.1", ELSEWHERE},
	{"64:ff9b::127.0.0.1", LOOPBACK},
	{"64:ff9b::169.254.169.254", LOCAL},
	{"64:ff9b::52.95.110.1", ELSEWHERE},
	{"64:ff9b:1::169.254.169.254", LOCAL},
	{"64:ff9b:1::52.95.110.1", ELSEWHERE},
	{"64:ff9b:2::169.254.169.254", ELSEWHERE},
	{"2002:7f00:1::", LOOPBACK},
	{"2002:a9fe:a9fe::1", LOCAL},
	{"2002:345f:6e01::", ELSEWHERE}
};

static void
test_places(void)
{
	for (int i = 0; i < (int) lengthof(addresses); i++)
	{
		struct sockaddr_storage address;
		bool		parsed = lfdw_address_parse(addresses[i].text, &address);
		bool		loopback = lfdw_address_is_loopback((struct sockaddr *) &address);
		bool		local = lfdw_address_is_local((struct sockaddr *) &address);

		unit_ok(parsed && loopback == (addresses[i].place == LOOPBACK) &&
				local == (addresses[i].place != ELSEWHERE),
				"%s is %s", addresses[i].text,
				addresses[i].place == LOOPBACK ? "loopback" :
				addresses[i].place == LOCAL ? "local" : "elsewhere");
	}
}

static void
test_families(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	unit_ok(lfdw_address_is_local((struct sockaddr *) &address),
			"what is no internet address is local");
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
