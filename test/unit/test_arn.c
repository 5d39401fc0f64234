/*-------------------------------------------------------------------------
 *
 * test_arn.c
 *		Unit tests of src/base/arn.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_arn.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/arn.h"

#define ACCOUNT "123456789012"
#define ARN "arn:aws:lambda:us-west-2:" ACCOUNT ":function:"

static const struct
{
	const char *text;
	LfdwFunctionName parts;		/* partition, region, account, name, qualifier */
}			names[] =

{
	/* a name */
	{"orders", {"", "", "", "orders", ""}},
	{"o", {"", "", "", "o", ""}},
	{"Orders_2-b", {"", "", "", "Orders_2-b", ""}},
	{"a.b", {"", "", "", "a.b", ""}},
	{".a..", {"", "", "", ".a..", ""}},
	{"orders:prod", {"", "", "", "orders", "prod"}},
	{"orders:7", {"", "", "", "orders", "7"}},
	{"orders:$LATEST", {"", "", "", "orders", "$LATEST"}},
	{"orders:$LATEST.PUBLISHED", {"", "", "", "orders", "$LATEST.PUBLISHED"}},

	/* after "function:" */
	{"function:orders", {"", "", "", "orders", ""}},
	{"function:orders:prod", {"", "", "", "orders", "prod"}},
	{"function:function", {"", "", "", "function", ""}},

	/* an account before it */
	{ACCOUNT ":function:orders", {"", "", ACCOUNT, "orders", ""}},
	{ACCOUNT ":function:orders:7", {"", "", ACCOUNT, "orders", "7"}},
	{ACCOUNT ":orders", {"", "", ACCOUNT, "orders", ""}},
	{ACCOUNT ":orders:$LATEST", {"", "", ACCOUNT, "orders", "$LATEST"}},

	/* a region before that */
	{"us-west-2:" ACCOUNT ":function:orders",
	{"", "us-west-2", ACCOUNT, "orders", ""}},
	{"us-west-2:" ACCOUNT ":function:orders:prod",
	{"", "us-west-2", ACCOUNT, "orders", "prod"}},
	{"us-gov-east-1:" ACCOUNT ":orders",
	{"", "us-gov-east-1", ACCOUNT, "orders", ""}},

	/* an ARN, in each partition */
	{ARN "orders", {"aws", "us-west-2", ACCOUNT, "orders", ""}},
	{ARN "orders:prod", {"aws", "us-west-2", ACCOUNT, "orders", "prod"}},
	{ARN "orders:42", {"aws", "us-west-2", ACCOUNT, "orders", "42"}},
	{ARN "orders:$LATEST", {"aws", "us-west-2", ACCOUNT, "orders", "$LATEST"}},
	{ARN "orders:$LATEST.PUBLISHED",
	{"aws", "us-west-2", ACCOUNT, "orders", "$LATEST.PUBLISHED"}},
	{"arn:aws-cn:lambda:cn-northwest-1:" ACCOUNT ":function:f",
	{"aws-cn", "cn-northwest-1", ACCOUNT, "f", ""}},
	{"arn:aws-us-gov:lambda:us-gov-west-1:" ACCOUNT ":function:f",
	{"aws-us-gov", "us-gov-west-1", ACCOUNT, "f", ""}},
	{"arn:aws-iso:lambda:us-iso-east-1:" ACCOUNT ":function:f",
	{"aws-iso", "us-iso-east-1", ACCOUNT, "f", ""}},
	{"arn:aws-iso-b:lambda:us-isob-east-1:" ACCOUNT ":function:f",
	{"aws-iso-b", "us-isob-east-1", ACCOUNT, "f", ""}},
	{"arn:aws-iso-e:lambda:eu-isoe-west-1:" ACCOUNT ":function:f",
	{"aws-iso-e", "eu-isoe-west-1", ACCOUNT, "f", ""}},
	{"arn:aws-iso-f:lambda:us-isof-south-1:" ACCOUNT ":function:f",
	{"aws-iso-f", "us-isof-south-1", ACCOUNT, "f", ""}},
	{"arn:aws-eusc:lambda:eusc-de-east-1:" ACCOUNT ":function:f:1",
	{"aws-eusc", "eusc-de-east-1", ACCOUNT, "f", "1"}},

	/* names that look like something else */
	{ACCOUNT, {"", "", "", ACCOUNT, ""}},
	{"12345678901:7", {"", "", "", "12345678901", "7"}},
	{"us-west-2", {"", "", "", "us-west-2", ""}},
	{"us-west-2:prod", {"", "", "", "us-west-2", "prod"}},
	{"us-west-2:" ACCOUNT, {"", "", "", "us-west-2", ACCOUNT}},
	{"arn", {"", "", "", "arn", ""}},
	{"function", {"", "", "", "function", ""}}
};

#define BAD_NAME "A function's name has at most 64 "
#define BAD_QUALIFIER "What follows the function's name must be "
#define BAD_ACCOUNT "An account ID has 12 digits."
#define BAD_ARN "An ARN of a function reads "
#define BAD_REGION "The ARN's region is not of the ARN's partition."
#define TOO_LONG "A function's name or ARN has at most 256 characters."

static const struct
{
	const char *text;
	const char *why;			/* what the reason begins with */
}			bad_names[] =

{
	{"", BAD_NAME},
	{" ", BAD_NAME},
	{".", BAD_NAME},
	{"..", BAD_NAME},
	{"...", BAD_NAME},
	{"..:prod", BAD_NAME},
	{"or ders", BAD_NAME},
	{"orders ", BAD_NAME},
	{"orders\t", BAD_NAME},
	{"orders/../x", BAD_NAME},
	{"orders%2F", BAD_NAME},
	{"orders?x", BAD_NAME},
	{"$LATEST", BAD_NAME},
	{"or\xC3\xA9", BAD_NAME},
	{":", BAD_NAME},
	{":prod", BAD_NAME},
	{"function:", BAD_NAME},
	{ACCOUNT ":", BAD_NAME},
	{ACCOUNT ":function:", BAD_NAME},
	{ACCOUNT ":function:or ders", BAD_NAME},
	{"us-west-2:" ACCOUNT ":", BAD_NAME},
	{ARN, BAD_NAME},
	{ARN ":prod", BAD_NAME},
	{ARN "or/ders", BAD_NAME},
	{ARN "..", BAD_NAME},

	{"orders:", BAD_QUALIFIER},
	{"orders:pr od", BAD_QUALIFIER},
	{"orders:pr.od", BAD_QUALIFIER},
	{"orders:$LATES", BAD_QUALIFIER},
	{"orders:$LATEST.", BAD_QUALIFIER},
	{"orders:$latest", BAD_QUALIFIER},
	{"orders:prod:", BAD_QUALIFIER},
	{"orders:prod:7", BAD_QUALIFIER},
	{"12345678901:function:orders", BAD_QUALIFIER},
	{"1234567890123:function:orders", BAD_QUALIFIER},
	{"us-west-2:function:orders", BAD_QUALIFIER},
	{"us-west:" ACCOUNT ":function:orders", BAD_QUALIFIER},
	{ARN "orders:", BAD_QUALIFIER},
	{ARN "orders:prod:7", BAD_QUALIFIER},

	{"arn:aws:lambda:us-west-2:12345678901x:function:orders", BAD_ACCOUNT},
	{"arn:aws:lambda:us-west-2:12345:678901:function:orders", BAD_ACCOUNT},

	{"arn:", BAD_ARN},
	{"arn:aws", BAD_ARN},
	{"arn:aws:lambda", BAD_ARN},
	{"arn:aws:lambda:us-west-2", BAD_ARN},
	{"arn:aws:lambda:us-west-2:", BAD_ARN},
	{"arn:aws:lambda:us-west-2:" ACCOUNT, BAD_ARN},
	{"arn:aws:lambda:us-west-2:" ACCOUNT ":", BAD_ARN},
	{"arn:aws:lambda:us-west-2:" ACCOUNT ":orders", BAD_ARN},
	{"arn:aws:lambda:us-west-2:" ACCOUNT ":layer:orders", BAD_ARN},
	{"arn:aws:lambda:us-west-2::function:orders", BAD_ARN},
	{"arn:aws:s3:us-west-2:" ACCOUNT ":function:orders", BAD_ARN},
	{"arn:aws:Lambda:us-west-2:" ACCOUNT ":function:orders", BAD_ARN},

	{"arn:aws:lambda::" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws:lambda:us-west:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws:lambda:xx-west-2:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws:lambda:cn-north-1:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws:lambda:us-gov-west-1:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws-cn:lambda:us-west-2:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn:aws-iso:lambda:us-isob-east-1:" ACCOUNT ":function:f", BAD_REGION},
	{"arn:aws-xx:lambda:us-west-2:" ACCOUNT ":function:orders", BAD_REGION},
	{"arn::lambda:us-west-2:" ACCOUNT ":function:orders", BAD_REGION}
};

/* So many times the letter x, after some text. */
static char *
with_xs(const char *text, int count)
{
	StringInfoData result;

	initStringInfo(&result);
	appendStringInfoString(&result, text);
	while (count-- > 0)
		appendStringInfoChar(&result, 'x');
	return result.data;
}

static void
test_names(void)
{
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		const LfdwFunctionName *parts = &names[i].parts;
		LfdwFunctionName got;
		const char *why = "";

		memset(&got, 'x', sizeof(got));
		if (!unit_ok(lfdw_function_name_parse(names[i].text, &got, &why),
					 "\"%s\" is a function", names[i].text))
			printf("# %s\n", why);
		unit_ok(strcmp(got.partition, parts->partition) == 0 &&
				strcmp(got.region, parts->region) == 0 &&
				strcmp(got.account, parts->account) == 0 &&
				strcmp(got.name, parts->name) == 0 &&
				strcmp(got.qualifier, parts->qualifier) == 0,
				"its parts are \"%s\" \"%s\" \"%s\" \"%s\" \"%s\"",
				got.partition, got.region, got.account, got.name, got.qualifier);
	}
}

/* Is the text refused for this reason? */
static void
refused(const char *text, const char *expected)
{
	LfdwFunctionName name;
	const char *why = "";
	bool		refused = !lfdw_function_name_parse(text, &name, &why);

	if (!unit_ok(refused && strncmp(why, expected, strlen(expected)) == 0,
				 "\"%.80s\" is refused: %s", text, expected))
		printf("# got: %s %s\n", refused ? "refused" : "accepted", why);
}

static void
test_lengths(void)
{
	LfdwFunctionName name;
	const char *why;

	unit_ok(lfdw_function_name_parse(with_xs("", 64), &name, &why) &&
			strlen(name.name) == 64, "a name of 64 characters");
	refused(with_xs("", 65), BAD_NAME);
	unit_ok(lfdw_function_name_parse(with_xs(ARN, 64), &name, &why) &&
			strlen(name.name) == 64, "an ARN with a name of 64 characters");
	refused(with_xs(ARN, 65), BAD_NAME);
	refused(with_xs(ACCOUNT ":function:", 65), BAD_NAME);
	unit_ok(lfdw_function_name_parse(with_xs("orders:", 128), &name, &why) &&
			strlen(name.qualifier) == 128, "a qualifier of 128 characters");
	refused(with_xs("orders:", 129), BAD_QUALIFIER);
	unit_ok(lfdw_function_name_parse(with_xs(psprintf("%s:", with_xs(ARN, 64)), 128),
									 &name, &why) &&
			strlen(name.name) == 64 && strlen(name.qualifier) == 128,
			"an ARN with both");
	refused(with_xs("", 256), BAD_NAME);
	refused(with_xs("", 257), TOO_LONG);
	refused(with_xs(ARN, 100000), TOO_LONG);
}

static void
test_qualifiers(void)
{
	static const char *const good[] = {
		"1", "prod", "Prod_2-b", "$LATEST", "$LATEST.PUBLISHED", "LATEST", "-"
	};
	static const char *const bad[] = {
		"", " ", "a b", "a.b", "a:b", "$", "$LATEST ", "$LATEST.published",
		"LATEST.PUBLISHED", "$1", "a/b", "\xC3\xA9", "prod\t"
	};

	for (int i = 0; i < (int) lengthof(good); i++)
		unit_ok(lfdw_qualifier_is_valid(good[i]), "qualifier \"%s\"", good[i]);
	for (int i = 0; i < (int) lengthof(bad); i++)
		unit_ok(!lfdw_qualifier_is_valid(bad[i]), "no qualifier \"%s\"", bad[i]);
	unit_ok(lfdw_qualifier_is_valid(with_xs("", LFDW_QUALIFIER_MAX)),
			"a qualifier of %d characters", LFDW_QUALIFIER_MAX);
	unit_ok(lfdw_durable_name_is_valid("order-17_B"), "name of an execution");
	unit_ok(lfdw_durable_name_is_valid(with_xs("", LFDW_DURABLE_NAME_MAX)),
			"longest name of an execution");
	unit_ok(!lfdw_durable_name_is_valid(with_xs("", LFDW_DURABLE_NAME_MAX + 1)),
			"longer name of an execution");
	unit_ok(!lfdw_durable_name_is_valid(""), "empty name of an execution");
	unit_ok(!lfdw_durable_name_is_valid("a:b"), "colon in the name of an execution");
	unit_ok(!lfdw_qualifier_is_valid(with_xs("", LFDW_QUALIFIER_MAX + 1)),
			"none of one more");
}

static void
test_regions(void)
{
	static const char *const good[] = {
		"us-east-1", "eu-central-2", "ap-southeast-7", "us-gov-west-1",
		"us-isob-east-1", "eusc-de-east-1", "mx-central-1", "us-west-12", "a-b-c-1"
	};
	static const char *const bad[] = {
		"", "us", "us-east", "us-east-", "us-east-1a", "us-east-x", "US-EAST-1",
		"-us-east-1", "us--east-1", "us-east--1", "us-1", "us-east1", "useast-1",
		"us1-east-1", "us-e2st-1", "us-east-x1", "us-east-1-1", "a-b-c-d-1",
		"us_east-1", "us-east-1 ", " us-east-1", "us-east-1.evil.example-1",
		"us-east-1/x-1", "us-\xC3\xA9-1", "aws-global", "1-2-3"
	};

	for (int i = 0; i < (int) lengthof(good); i++)
		unit_ok(lfdw_region_is_valid(good[i]), "region \"%s\"", good[i]);
	for (int i = 0; i < (int) lengthof(bad); i++)
		unit_ok(!lfdw_region_is_valid(bad[i]), "no region \"%s\"", bad[i]);
	unit_ok(lfdw_region_is_valid(psprintf("us-%s-1", with_xs("", 58))),
			"a region of 63 characters");
	unit_ok(!lfdw_region_is_valid(psprintf("us-%s-1", with_xs("", 59))),
			"none of 64");
}

static void
test_partitions(void)
{
	static const char *const cases[][3] = {
		{"us-east-1", "aws", "amazonaws.com"},
		{"eu-west-1", "aws", "amazonaws.com"},
		{"ap-south-2", "aws", "amazonaws.com"},
		{"sa-east-1", "aws", "amazonaws.com"},
		{"ca-west-1", "aws", "amazonaws.com"},
		{"me-central-1", "aws", "amazonaws.com"},
		{"af-south-1", "aws", "amazonaws.com"},
		{"il-central-1", "aws", "amazonaws.com"},
		{"mx-central-1", "aws", "amazonaws.com"},
		{"cn-north-1", "aws-cn", "amazonaws.com.cn"},
		{"us-gov-west-1", "aws-us-gov", "amazonaws.com"},
		{"us-iso-west-1", "aws-iso", "c2s.ic.gov"},
		{"us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"},
		{"eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"},
		{"us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"},
		{"eusc-de-east-1", "aws-eusc", "amazonaws.eu"}
	};
	static const char *const none[] = {"xx-east-1", "eusc-fr-east-1", "usa-east-1", ""};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		const LfdwPartition *partition = lfdw_partition_of_region(cases[i][0]);

		if (!unit_ok(partition != NULL, "\"%s\" has a partition", cases[i][0]))
			continue;
		unit_is(partition->name, cases[i][1], "its name");
		unit_is(partition->dns_suffix, cases[i][2], "its domain");
	}
	for (int i = 0; i < (int) lengthof(none); i++)
		unit_ok(lfdw_partition_of_region(none[i]) == NULL,
				"\"%s\" has no partition", none[i]);
}

int
main(void)
{
	test_names();
	for (int i = 0; i < (int) lengthof(bad_names); i++)
		refused(bad_names[i].text, bad_names[i].why);
	test_lengths();
	test_qualifiers();
	test_regions();
	test_partitions();
	return unit_done();
}
