/*-------------------------------------------------------------------------
 *
 * arn.c
 *		Lambda function names, and the partitions of AWS.
 *
 * The forms are those of FunctionName in Lambda's API model (2026); the
 * partitions are those of the SDKs' partitions.json.
 *
 * IDENTIFICATION
 *	  src/base/arn.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/arn.h"

/* A bare name may have this many characters. */
#define BARE_NAME_MAX 64

#define ACCOUNT_LEN 12

/* Prefixes are tried in this order: "us-gov-" must come before "us-". */
static const LfdwPartition partitions[] = {
	{"aws-us-gov", {"us-gov-", NULL}, "amazonaws.com", "api.aws"},
	{"aws-iso-b", {"us-isob-", NULL}, "sc2s.sgov.gov", "api.aws.scloud"},
	{"aws-iso-f", {"us-isof-", NULL}, "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
	{"aws-iso-e", {"eu-isoe-", NULL}, "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
	{"aws-iso", {"us-iso-", NULL}, "c2s.ic.gov", "api.aws.ic.gov"},
	{"aws-eusc", {"eusc-de-", NULL}, "amazonaws.eu", "api.amazonwebservices.eu"},
	{"aws-cn", {"cn-", NULL}, "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
	{"aws",
		{"us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-", NULL},
	"amazonaws.com", "api.aws"}
};

static bool
is_name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Are all characters of a text those of names, or one of some others? */
static bool
is_name(const char *text, const char *others)
{
	if (*text == '\0')
		return false;
	for (; *text; text++)
	{
		if (!is_name_char(*text) && strchr(others, *text) == NULL)
			return false;
	}
	return true;
}

/*
 * Is the text a version or an alias, "$LATEST" or "$LATEST.PUBLISHED"?
 */
bool
lfdw_qualifier_is_valid(const char *text)
{
	if (strcmp(text, "$LATEST") == 0 || strcmp(text, "$LATEST.PUBLISHED") == 0)
		return true;
	return strlen(text) <= LFDW_QUALIFIER_MAX && is_name(text, "");
}

/*
 * Is the text the name of a durable execution, as Lambda's API model has them
 * (DurableExecutionName)?
 */
bool
lfdw_durable_name_is_valid(const char *text)
{
	return strlen(text) <= LFDW_DURABLE_NAME_MAX && is_name(text, "");
}

/*
 * Does the text look like a region: lower-case words joined by hyphens, the
 * last one a number?  New regions come faster than releases, so there is no
 * list of them.
 */
bool
lfdw_region_is_valid(const char *text)
{
	const char *last = strrchr(text, '-');
	int			hyphens = 1;

	if (last == NULL || strlen(text) >= sizeof(((LfdwFunctionName *) NULL)->region) ||
		last[1] == '\0' || strspn(last + 1, "0123456789") != strlen(last + 1))
		return false;
	for (const char *p = text; p < last; p++)
	{
		if (*p == '-')
			hyphens++;
		else if (*p < 'a' || *p > 'z')
			return false;
		if (*p == '-' && (p == text || p[1] == '-'))
			return false;
	}
	return hyphens >= 2 && hyphens <= 3;
}

/*
 * The partition that a region belongs to; static.  NULL for a region of none
 * that is known.
 */
const LfdwPartition *
lfdw_partition_of_region(const char *region)
{
	for (int i = 0; i < (int) lengthof(partitions); i++)
	{
		for (const char *const *prefix = partitions[i].region_prefixes; *prefix; prefix++)
		{
			if (strncmp(region, *prefix, strlen(*prefix)) == 0)
				return &partitions[i];
		}
	}
	return NULL;
}

/* Cuts the next part off a text at a colon; NULL when none is left. */
static char *
next_part(char **text)
{
	char	   *part = *text;
	char	   *colon;

	if (part == NULL)
		return NULL;
	colon = strchr(part, ':');
	*text = colon ? colon + 1 : NULL;
	if (colon)
		*colon = '\0';
	return part;
}

static bool
is_account(const char *text)
{
	return strlen(text) == ACCOUNT_LEN && strspn(text, "0123456789") == ACCOUNT_LEN;
}

/* "name" or "name:qualifier", which every form ends with. */
static bool
parse_name(char *rest, size_t max, LfdwFunctionName *name, const char **why)
{
	char	   *part = next_part(&rest);

	/* A name of dots alone would be a dot segment of the request's path. */
	if (part == NULL || !is_name(part, ".") || strlen(part) > max ||
		strspn(part, ".") == strlen(part))
	{
		*why = "A function's name has at most 64 letters, digits, hyphens and underscores.";
		return false;
	}
	strlcpy(name->name, part, sizeof(name->name));
	if (rest == NULL)
		return true;
	if (!lfdw_qualifier_is_valid(rest))
	{
		*why = "What follows the function's name must be a version, an alias or $LATEST.";
		return false;
	}
	strlcpy(name->qualifier, rest, sizeof(name->qualifier));
	return true;
}

/* "account:function:name..." or "account:name...", after a region or alone. */
static bool
parse_account(char *rest, LfdwFunctionName *name, const char **why)
{
	char	   *account = next_part(&rest);

	if (account == NULL || !is_account(account))
	{
		*why = "An account ID has 12 digits.";
		return false;
	}
	strlcpy(name->account, account, sizeof(name->account));
	if (rest && strncmp(rest, "function:", 9) == 0)
		rest += 9;
	return parse_name(rest, BARE_NAME_MAX, name, why);
}

/* What follows "arn:". */
static bool
parse_arn(char *rest, LfdwFunctionName *name, const char **why)
{
	const LfdwPartition *partition;
	char	   *part = next_part(&rest);
	char	   *service = next_part(&rest);
	char	   *region = next_part(&rest);

	if (rest == NULL || strcmp(service, "lambda") != 0)
	{
		*why = "An ARN of a function reads arn:aws:lambda:region:account:function:name.";
		return false;
	}
	partition = lfdw_partition_of_region(region);
	if (!lfdw_region_is_valid(region) || partition == NULL ||
		strcmp(partition->name, part) != 0)
	{
		*why = "The ARN's region is not of the ARN's partition.";
		return false;
	}
	strlcpy(name->partition, part, sizeof(name->partition));
	strlcpy(name->region, region, sizeof(name->region));
	if (strlen(rest) < ACCOUNT_LEN + 1 ||
		strncmp(rest + ACCOUNT_LEN + 1, "function:", 9) != 0)
	{
		*why = "An ARN of a function reads arn:aws:lambda:region:account:function:name.";
		return false;
	}
	return parse_account(rest, name, why);
}

/*
 * Takes a function's name apart, in any form that Lambda's Invoke takes.
 *
 * Parts that the form lacks become empty.  Returns false with a static text
 * in *why where the text is none of the forms.
 */
bool
lfdw_function_name_parse(const char *text, LfdwFunctionName *name,
						 const char **why)
{
	char		copy[LFDW_FUNCTION_NAME_MAX + 1];
	char		first[LFDW_FUNCTION_NAME_MAX + 1];
	char	   *rest = copy;

	memset(name, 0, sizeof(*name));
	if (strlen(text) > LFDW_FUNCTION_NAME_MAX)
	{
		*why = "A function's name or ARN has at most 256 characters.";
		return false;
	}
	strlcpy(copy, text, sizeof(copy));
	strlcpy(first, text, sizeof(first));
	first[strcspn(first, ":")] = '\0';

	if (strncmp(text, "arn:", 4) == 0)
		return parse_arn(copy + 4, name, why);
	if (is_account(first) && strchr(text, ':'))
		return parse_account(copy, name, why);
	if (lfdw_region_is_valid(first) && strchr(text, ':') &&
		strlen(strchr(text, ':')) > ACCOUNT_LEN &&
		strspn(strchr(text, ':') + 1, "0123456789") == ACCOUNT_LEN &&
		strchr(text, ':')[ACCOUNT_LEN + 1] == ':')
	{
		strlcpy(name->region, next_part(&rest), sizeof(name->region));
		return parse_account(rest, name, why);
	}
	if (strncmp(copy, "function:", 9) == 0)
		rest += 9;
	return parse_name(rest, BARE_NAME_MAX, name, why);
}
