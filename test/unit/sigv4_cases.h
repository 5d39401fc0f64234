/*-------------------------------------------------------------------------
 *
 * sigv4_cases.h
 *		Requests to Lambda's Invoke and their signatures.
 *
 * The public test suite has no path that is encoded already, which every ARN
 * is.  What is expected here was computed by botocore 1.29.27 (SigV4Auth).
 *
 * IDENTIFICATION
 *	  test/unit/sigv4_cases.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SIGV4_CASES_H
#define LFDW_SIGV4_CASES_H

#include "base/sigv4.h"

#define CASE_KEY_ID "AKIDEXAMPLE"
#define CASE_SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define CASE_TIMESTAMP "20261121T083015Z"
#define CASE_REGION "eu-west-1"

/* What a case leaves out. */
#define CASE_HOST "lambda.eu-west-1.amazonaws.com"
#define CASE_BODY "{\"a\":1}"
#define CASE_SIGNED_HEADERS "content-type;host;x-amz-date"

typedef struct LambdaCase
{
	const char *label;
	const char *host;
	const char *function;		/* as it is in the path */
	const char *query;
	const char *body;
	LfdwHeader	headers[4];		/* besides host, content-type, x-amz-date */
	const char *canonical_function;
	const char *canonical_query;
	const char *signed_headers;
	const char *signature;
} LambdaCase;

static const LambdaCase lambda_cases[] = {
	{
		.label = "a bare name",
		.function = "orders",
		.canonical_function = "orders",
		.signature = "61554beb1a721426969f9becc60b66324873461afe9afd909a16e4aba45dc050"
	},
	{
		.label = "an ARN, its colons encoded",
		.function = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders",
		.canonical_function = "arn%253Aaws%253Alambda%253Aeu-west-1%253A123456789012%253Afunction%253Aorders",
		.signature = "ea1c7765b752bdeadace4dae5402a2979e7bfebdc3b8d995351f37fa4996bc6a"
	},
	{
		.label = "an ARN with raw colons",
		.function = "arn:aws:lambda:eu-west-1:123456789012:function:orders",
		.canonical_function = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders",
		.signature = "a80176bbba743e93517ffea0f52fabae59976e23bbcfd5e7636e9435bb4344df"
	},
	{
		.label = "an ARN with an alias",
		.function = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders%3Aprod",
		.canonical_function = "arn%253Aaws%253Alambda%253Aeu-west-1%253A123456789012%253Afunction%253Aorders%253Aprod",
		.signature = "509f852583d498b7667cc7de0893e09ec2405182b6e8b5e99c2267aed8b41c8b"
	},
	{
		.label = "a name with an alias",
		.function = "orders%3Aprod",
		.canonical_function = "orders%253Aprod",
		.signature = "99dd9197df415c186867c67a60ad6905d2fca8ea6d4484177725ac466b5acf72"
	},
	{
		.label = "an alias in the query",
		.function = "orders",
		.query = "Qualifier=prod",
		.canonical_function = "orders",
		.canonical_query = "Qualifier=prod",
		.signature = "7d85131534c0c0a76bd08db97b7823af1bc5bb083ea3b903f039e7052feb5247"
	},
	{
		.label = "$LATEST in the query",
		.function = "orders",
		.query = "Qualifier=%24LATEST",
		.canonical_function = "orders",
		.canonical_query = "Qualifier=%24LATEST",
		.signature = "a4484bad3c6cdebed1a703d1a49b795b74e1b425a75d13dd48ef574c0874a2fb"
	},
	{
		.label = "$LATEST in the path",
		.function = "arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders%3A%24LATEST",
		.canonical_function = "arn%253Aaws%253Alambda%253Aeu-west-1%253A123456789012%253Afunction%253Aorders%253A%2524LATEST",
		.signature = "0a67b3e832ee92197a1f43cf7e06f026ff2738ec70c1f8583786fbe78400cd94"
	},
	{
		.label = "a session token",
		.function = "orders",
		.headers = {
			{"X-Amz-Security-Token", "FwoGZXIvYXdzEPT//////////wEaDD+a/b=="}
		},
		.canonical_function = "orders",
		.signed_headers = "content-type;host;x-amz-date;x-amz-security-token",
		.signature = "7e1961a7fe4afe17ea299edfbca471d7fef3e55c6c1d1f5852a6d9279ac3c140"
	},
	{
		.label = "x-amz-log goes before x-amz-log-type",
		.function = "orders",
		.headers = {
			{"x-amz-log-type", "Tail"},
			{"x-amz-log", "zz"},
			{"x-amz-invocation-type", "RequestResponse"}
		},
		.canonical_function = "orders",
		.signed_headers = "content-type;host;x-amz-date;x-amz-invocation-type;x-amz-log;x-amz-log-type",
		.signature = "70ef9c40dc8e58881a00a1f3e7658e0e2f64177315c3834829f56a1d0eb8ac47"
	},
	{
		.label = "blanks in a value",
		.function = "orders",
		.headers = {
			{"X-Amz-Client-Context", "e30="},
			{"X-Amz-Tenant-Id", " acme  corp "},
			{"x-amz-invocation-type", "Event"}
		},
		.canonical_function = "orders",
		.signed_headers = "content-type;host;x-amz-client-context;x-amz-date;x-amz-invocation-type;x-amz-tenant-id",
		.signature = "914f3e69af892f439f3d55f84881563a4d1c54a739b8d341093691cbf8ef96f4"
	},
	{
		.label = "a port",
		.host = "localhost:9001",
		.function = "orders",
		.canonical_function = "orders",
		.signature = "15328c8c97cee3a34f319bda21c57a3583d008120a73233e4f7759bf87210891"
	},
	{
		.label = "no body",
		.function = "orders",
		.body = "",
		.canonical_function = "orders",
		.signature = "054a5e228629226054e8e6e6258b37e1df3614a009df9f7508c9dd0610f1717a"
	},
	{
		.label = "a query out of order",
		.function = "orders",
		.query = "b=%2B&a=2&b=%20&B=1&a=%2F&c=&a-b=1",
		.canonical_function = "orders",
		.canonical_query = "B=1&a=%2F&a=2&a-b=1&b=%20&b=%2B&c=",
		.signature = "753bd50344fcf22ed35af28e28974070453fb346c04f80f712751a0bd6957a70"
	}
};

#endif							/* LFDW_SIGV4_CASES_H */
