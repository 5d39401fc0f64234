/*-------------------------------------------------------------------------
 *
 * test_aws_error.c
 *		Unit tests of src/base/aws_error.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_aws_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/aws_error.h"

/* Statuses and codes of Invoke in Lambda's API model, and what they mean. */
static const struct
{
	int			status;
	const char *code;
	LfdwAwsErrorClass class;
}			errors[] =

{
	{400, "InvalidParameterValueException", LFDW_AWS_BAD_REQUEST},
	{400, "InvalidRequestContentException", LFDW_AWS_BAD_REQUEST},
	{400, "ModeNotSupportedException", LFDW_AWS_BAD_REQUEST},
	{400, "NoPublishedVersionException", LFDW_AWS_BAD_REQUEST},
	{400, "RecursiveInvocationException", LFDW_AWS_BAD_REQUEST},
	{400, "SnapStartException", LFDW_AWS_ENVIRONMENT},
	{301, "PermanentRedirect", LFDW_AWS_BAD_REQUEST},
	{307, "TemporaryRedirect", LFDW_AWS_BAD_REQUEST},
	{400, "AuthorizationHeaderMalformed", LFDW_AWS_BAD_REQUEST},
	{400, "BadDigest", LFDW_AWS_BAD_REQUEST},
	{400, "EntityTooLarge", LFDW_AWS_TOO_LARGE},
	{400, "EntityTooSmall", LFDW_AWS_BAD_REQUEST},
	{400, "InvalidPart", LFDW_AWS_BAD_REQUEST},
	{400, "InvalidToken", LFDW_AWS_AUTHENTICATION},
	{400, "RequestTimeout", LFDW_AWS_UNAVAILABLE},
	{403, "InvalidAccessKeyId", LFDW_AWS_AUTHENTICATION},
	{403, "InvalidObjectState", LFDW_AWS_BAD_REQUEST},
	{404, "NoSuchBucket", LFDW_AWS_NOT_FOUND},
	{404, "NoSuchKey", LFDW_AWS_NOT_FOUND},
	{404, "NoSuchUpload", LFDW_AWS_NOT_FOUND},
	{409, "OperationAborted", LFDW_AWS_NOT_READY},
	{412, "PreconditionFailed", LFDW_AWS_BAD_REQUEST},
	{416, "InvalidRange", LFDW_AWS_BAD_REQUEST},
	/* of a completion, whose status is sent before the work is done */
	{200, "InternalError", LFDW_AWS_UNAVAILABLE},
	{200, "NoSuchUpload", LFDW_AWS_NOT_FOUND},
	{200, "", LFDW_AWS_BAD_REQUEST},
	{402, "ServiceQuotaExceededException", LFDW_AWS_THROTTLED},
	{403, "EFSMountFailureException", LFDW_AWS_ENVIRONMENT},
	{403, "S3FilesMountFailureException", LFDW_AWS_ENVIRONMENT},
	{404, "ResourceNotFoundException", LFDW_AWS_NOT_FOUND},
	{408, "EFSMountConnectivityException", LFDW_AWS_ENVIRONMENT},
	{408, "EFSMountTimeoutException", LFDW_AWS_ENVIRONMENT},
	{408, "S3FilesMountConnectivityException", LFDW_AWS_ENVIRONMENT},
	{408, "S3FilesMountTimeoutException", LFDW_AWS_ENVIRONMENT},
	{408, "SnapStartTimeoutException", LFDW_AWS_NOT_READY},
	{409, "ResourceConflictException", LFDW_AWS_NOT_READY},
	{409, "SnapStartNotReadyException", LFDW_AWS_NOT_READY},
	{409, "SnapStartRegenerationFailureException", LFDW_AWS_ENVIRONMENT},
	{409, "CodeArtifactUserPendingException", LFDW_AWS_NOT_READY},
	{409, "CodeArtifactUserDeletedException", LFDW_AWS_ENVIRONMENT},
	{409, "CodeArtifactUserFailedException", LFDW_AWS_ENVIRONMENT},
	{409, "DurableExecutionAlreadyStartedException", LFDW_AWS_BAD_REQUEST},
	{409, "DurableExecutionAlreadyExists", LFDW_AWS_BAD_REQUEST},
	{410, "EFSIOException", LFDW_AWS_ENVIRONMENT},
	{413, "RequestTooLargeException", LFDW_AWS_TOO_LARGE},
	{413, "SerializedRequestEntityTooLargeException", LFDW_AWS_TOO_LARGE},
	{415, "UnsupportedMediaTypeException", LFDW_AWS_BAD_REQUEST},
	{429, "TooManyRequestsException", LFDW_AWS_THROTTLED},
	{500, "ServiceException", LFDW_AWS_UNAVAILABLE},
	{502, "EC2AccessDeniedException", LFDW_AWS_ENVIRONMENT},
	{502, "EC2ThrottledException", LFDW_AWS_THROTTLED},
	{502, "EC2UnexpectedException", LFDW_AWS_ENVIRONMENT},
	{502, "ENILimitReachedException", LFDW_AWS_ENVIRONMENT},
	{502, "ENINotReadyException", LFDW_AWS_NOT_READY},
	{502, "InvalidRuntimeException", LFDW_AWS_ENVIRONMENT},
	{502, "InvalidSecurityGroupIDException", LFDW_AWS_ENVIRONMENT},
	{502, "InvalidSubnetIDException", LFDW_AWS_ENVIRONMENT},
	{502, "InvalidZipFileException", LFDW_AWS_ENVIRONMENT},
	{502, "KMSAccessDeniedException", LFDW_AWS_ENVIRONMENT},
	{502, "KMSDisabledException", LFDW_AWS_ENVIRONMENT},
	{502, "KMSInvalidStateException", LFDW_AWS_ENVIRONMENT},
	{502, "KMSNotFoundException", LFDW_AWS_ENVIRONMENT},
	{502, "ResourceNotReadyException", LFDW_AWS_NOT_READY},
	{502, "SubnetIPAddressLimitReachedException", LFDW_AWS_ENVIRONMENT},

	/* of the front end, which the model does not list */
	{403, "AccessDeniedException", LFDW_AWS_ACCESS_DENIED},
	{403, "InvalidSignatureException", LFDW_AWS_AUTHENTICATION},
	{403, "IncompleteSignatureException", LFDW_AWS_AUTHENTICATION},
	{403, "SignatureDoesNotMatch", LFDW_AWS_AUTHENTICATION},
	{403, "UnrecognizedClientException", LFDW_AWS_AUTHENTICATION},
	{403, "ExpiredTokenException", LFDW_AWS_AUTHENTICATION},
	{403, "RequestExpired", LFDW_AWS_AUTHENTICATION},
	{403, "MissingAuthenticationTokenException", LFDW_AWS_AUTHENTICATION},
	{400, "ThrottlingException", LFDW_AWS_THROTTLED},

	/* of models */
	{400, "ValidationException", LFDW_AWS_BAD_REQUEST},
	{400, "ValidationError", LFDW_AWS_BAD_REQUEST},
	{400, "InvalidRequestException", LFDW_AWS_BAD_REQUEST},
	{400, "UnsupportedLanguageException", LFDW_AWS_BAD_REQUEST},
	{400, "TextSizeLimitExceededException", LFDW_AWS_TOO_LARGE},
	{400, "BatchSizeLimitExceededException", LFDW_AWS_TOO_LARGE},
	{408, "ModelTimeoutException", LFDW_AWS_MODEL_FAILED},
	{424, "ModelError", LFDW_AWS_MODEL_FAILED},
	{424, "ModelErrorException", LFDW_AWS_MODEL_FAILED},
	{424, "ModelStreamErrorException", LFDW_AWS_MODEL_FAILED},
	{429, "ModelNotReadyException", LFDW_AWS_NOT_READY},
	{500, "InternalServerException", LFDW_AWS_UNAVAILABLE},
	{530, "InternalDependencyException", LFDW_AWS_UNAVAILABLE},
	/* of nobody: the status decides */
	{301, "", LFDW_AWS_BAD_REQUEST},
	{400, "", LFDW_AWS_BAD_REQUEST},
	{401, "", LFDW_AWS_AUTHENTICATION},
	{403, "", LFDW_AWS_ACCESS_DENIED},
	{404, "", LFDW_AWS_NOT_FOUND},
	{409, "", LFDW_AWS_NOT_READY},
	{413, "", LFDW_AWS_TOO_LARGE},
	{418, "", LFDW_AWS_BAD_REQUEST},
	{429, "", LFDW_AWS_THROTTLED},
	{500, "", LFDW_AWS_UNAVAILABLE},
	{502, "", LFDW_AWS_UNAVAILABLE},
	{503, "", LFDW_AWS_UNAVAILABLE},
	{504, "", LFDW_AWS_UNAVAILABLE},
	{599, "", LFDW_AWS_UNAVAILABLE},
	{429, "NewException", LFDW_AWS_THROTTLED},
	{503, "NewException", LFDW_AWS_UNAVAILABLE},
	{404, "resourcenotfoundexception", LFDW_AWS_NOT_FOUND},
	{400, "TooManyRequests", LFDW_AWS_BAD_REQUEST},
	{400, "TooManyRequestsExceptions", LFDW_AWS_BAD_REQUEST},

	/* the code counts where the status says something else */
	{400, "ResourceNotFoundException", LFDW_AWS_NOT_FOUND},
	{500, "TooManyRequestsException", LFDW_AWS_THROTTLED}
};

static void
test_classify(void)
{
	for (int i = 0; i < (int) lengthof(errors); i++)
	{
		LfdwAwsErrorClass class = lfdw_aws_error_classify(errors[i].status,
														  errors[i].code);

		if (!unit_ok(class == errors[i].class, "the class of %d %s",
					 errors[i].status, errors[i].code))
			printf("# got: %d\n# expected: %d\n", class, errors[i].class);
	}
}

/* What may be tried again: by the code, or by the status alone. */
static void
test_retry(void)
{
	static const struct
	{
		int			status;
		const char *code;
		LfdwRetry	retry;
	}			cases[] = {
		{429, "TooManyRequestsException", LFDW_RETRY_NOT_RUN},
		{402, "ServiceQuotaExceededException", LFDW_RETRY_NEVER},
		{409, "ResourceConflictException", LFDW_RETRY_NOT_RUN},
		{410, "EFSIOException", LFDW_RETRY_MAY_HAVE_RUN},
		{502, "EC2ThrottledException", LFDW_RETRY_NOT_RUN},
		{502, "InvalidRuntimeException", LFDW_RETRY_NEVER},
		{403, "InvalidSignatureException", LFDW_RETRY_CLOCK},
		{403, "ExpiredTokenException", LFDW_RETRY_RENEW},
		{500, "ServiceException", LFDW_RETRY_MAY_HAVE_RUN},
		{400, "IDPCommunicationError", LFDW_RETRY_NOT_RUN},
		{404, "NoSuchUpload", LFDW_RETRY_NEVER},
		{412, "PreconditionFailed", LFDW_RETRY_NEVER},
		{409, "OperationAborted", LFDW_RETRY_NOT_RUN},
		{503, "SlowDown", LFDW_RETRY_NOT_RUN},
		{400, "RequestTimeout", LFDW_RETRY_MAY_HAVE_RUN},
		{400, "BadDigest", LFDW_RETRY_NOT_RUN},
		{400, "TokenRefreshRequired", LFDW_RETRY_RENEW},
		{403, "InvalidAccessKeyId", LFDW_RETRY_NEVER},
		{200, "InternalError", LFDW_RETRY_MAY_HAVE_RUN},
		{200, "", LFDW_RETRY_NEVER},

		{408, "ModelTimeoutException", LFDW_RETRY_NEVER},
		{424, "ModelErrorException", LFDW_RETRY_NEVER},
		{429, "ModelNotReadyException", LFDW_RETRY_NOT_RUN},
		{200, "InternalServerException", LFDW_RETRY_MAY_HAVE_RUN},

		/* the status decides, of a metadata service always */
		{301, "", LFDW_RETRY_NEVER},
		{400, "", LFDW_RETRY_NEVER},
		{401, "", LFDW_RETRY_NEVER},
		{403, "", LFDW_RETRY_NEVER},
		{404, "", LFDW_RETRY_NEVER},
		{408, "", LFDW_RETRY_MAY_HAVE_RUN},
		{409, "", LFDW_RETRY_NEVER},
		{429, "", LFDW_RETRY_NOT_RUN},
		{500, "", LFDW_RETRY_MAY_HAVE_RUN},
		{501, "", LFDW_RETRY_NEVER},
		{502, "", LFDW_RETRY_MAY_HAVE_RUN},
		{503, "", LFDW_RETRY_MAY_HAVE_RUN},
		{504, "", LFDW_RETRY_MAY_HAVE_RUN},
		{505, "", LFDW_RETRY_NEVER},
		{599, "", LFDW_RETRY_NEVER},
		{501, "NewException", LFDW_RETRY_NEVER},
		{503, "NewException", LFDW_RETRY_MAY_HAVE_RUN}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwRetry	retry = lfdw_aws_error_retry(cases[i].status, cases[i].code);

		if (!unit_ok(retry == cases[i].retry, "trying %d %s again",
					 cases[i].status, cases[i].code))
			printf("# got: %d\n# expected: %d\n", retry, cases[i].retry);
	}
}

/* Only what is surely not done may be said not to be. */
static void
test_may_have_run(void)
{
	static const struct
	{
		int			status;
		const char *code;
		bool		may_have_run;
	}			cases[] = {
		{400, "InvalidRequestContentException", false},
		{402, "ServiceQuotaExceededException", false},
		{403, "ExpiredTokenException", false},
		{408, "EFSMountTimeoutException", false},
		{410, "EFSIOException", true},
		{413, "RequestTooLargeException", false},
		{429, "TooManyRequestsException", false},
		{500, "ServiceException", true},
		{502, "EC2UnexpectedException", false},
		{502, "InvalidRuntimeException", false},
		{503, "ServiceUnavailable", true},

		/* where the code is not known, the status tells */
		{101, "", true},
		{200, "", true},
		{307, "", false},
		{400, "Unheard", false},
		{403, "", false},
		{404, "", false},
		{408, "", true},
		{409, "", false},
		{410, "", true},
		{413, "", false},
		{429, "", false},
		{500, "Unheard", true},
		{501, "", true},
		{502, "", true},
		{503, "", true},
		{504, "", true},
		{599, "", true}
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
		unit_ok(lfdw_aws_error_may_have_run(cases[i].status, cases[i].code) ==
				cases[i].may_have_run, "%d %s: may have run: %d",
				cases[i].status, cases[i].code, cases[i].may_have_run);
}

static void
test_code(void)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"Code", "Code"},
		{"Code:", "Code"},
		{"Code:http://internal.amazon.com/coral/com.amazonaws/", "Code"},
		{"com.amazonaws.lambda#Code", "Code"},
		{"com.amazonaws.lambda#Code:http://h/#x", "Code"},
		{"a#b#Code", "Code"},
		{"#Code", "Code"},
		{"a#", ""},
		{"#", ""},
		{":", ""},
		{":a#Code", ""},
		{"a:b#Code", "a"}
	};
	char		code[64];

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		memset(code, 'x', sizeof(code));
		lfdw_aws_error_code(code, sizeof(code), cases[i][0]);
		unit_is(code, cases[i][1], "the code in \"%s\"", cases[i][0]);
	}
}

static void
test_code_size(void)
{
	char		code[6];

	memset(code, 'x', sizeof(code));
	lfdw_aws_error_code(code, 5, "a#Code");
	unit_is(code, "Code", "a code that fits");
	memset(code, 'x', sizeof(code));
	lfdw_aws_error_code(code, 5, "a#Codes");
	unit_is(code, "Code", "a longer one is cut");
	unit_ok(code[5] == 'x', "and nothing written behind it");
	lfdw_aws_error_code(code, 1, "Code");
	unit_is(code, "", "down to nothing");
}

int
main(void)
{
	test_classify();
	test_retry();
	test_may_have_run();
	test_code();
	test_code_size();
	return unit_done();
}
