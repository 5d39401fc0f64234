/*-------------------------------------------------------------------------
 *
 * aws_error.c
 *		The errors of AWS's services, sorted by what they mean to a caller.
 *
 * The codes are those of Invoke in Lambda's API model (2026), of the front end
 * that checks signatures, which the model does not list, of S3's list of error
 * responses, of Bedrock's InvokeModel, SageMaker's InvokeEndpoint and
 * Comprehend's DetectSentiment, and those the SDKs' standard retry mode knows of
 * any service.  This one table says what may be tried again.
 *
 * IDENTIFICATION
 *	  src/base/aws_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/aws_error.h"

typedef struct ErrorCode
{
	const char *code;
	LfdwAwsErrorClass class;
	LfdwRetry	retry;
} ErrorCode;

static const ErrorCode codes[] = {
	{"InvalidParameterValueException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"InvalidRequestContentException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"ModeNotSupportedException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"NoPublishedVersionException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"RecursiveInvocationException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"SnapStartException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"ServiceQuotaExceededException", LFDW_AWS_THROTTLED, LFDW_RETRY_NEVER},
	{"UnsupportedMediaTypeException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"DurableExecutionAlreadyStartedException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	/* the developer guide's name of it */
	{"DurableExecutionAlreadyExists", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},

	{"IncompleteSignatureException", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"InvalidSignatureException", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"SignatureDoesNotMatch", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"UnrecognizedClientException", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"InvalidClientTokenId", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"ExpiredTokenException", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_RENEW},
	{"ExpiredToken", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_RENEW},
	{"RequestExpired", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"RequestInTheFuture", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"RequestTimeTooSkewed", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"MissingAuthenticationTokenException", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"MissingAuthenticationToken", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"AuthFailure", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_CLOCK},
	{"AccessDeniedException", LFDW_AWS_ACCESS_DENIED, LFDW_RETRY_NEVER},
	{"AccessDenied", LFDW_AWS_ACCESS_DENIED, LFDW_RETRY_NEVER},

	{"InvalidAccessKeyId", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"InvalidToken", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_NEVER},
	{"TokenRefreshRequired", LFDW_AWS_AUTHENTICATION, LFDW_RETRY_RENEW},
	{"AuthorizationHeaderMalformed", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"PermanentRedirect", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"TemporaryRedirect", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"NoSuchBucket", LFDW_AWS_NOT_FOUND, LFDW_RETRY_NEVER},
	{"NoSuchKey", LFDW_AWS_NOT_FOUND, LFDW_RETRY_NEVER},
	{"NoSuchUpload", LFDW_AWS_NOT_FOUND, LFDW_RETRY_NEVER},
	{"InvalidObjectState", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"PreconditionFailed", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"InvalidRange", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"EntityTooLarge", LFDW_AWS_TOO_LARGE, LFDW_RETRY_NEVER},
	{"EntityTooSmall", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"InvalidPart", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"BadDigest", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NOT_RUN},
	{"XAmzContentSHA256Mismatch", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NOT_RUN},
	{"IncompleteBody", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NOT_RUN},
	{"OperationAborted", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},

	{"ResourceNotFoundException", LFDW_AWS_NOT_FOUND, LFDW_RETRY_NEVER},
	{"RequestTooLargeException", LFDW_AWS_TOO_LARGE, LFDW_RETRY_NEVER},
	{"SerializedRequestEntityTooLargeException", LFDW_AWS_TOO_LARGE, LFDW_RETRY_NEVER},

	{"TooManyRequestsException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"ThrottlingException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"Throttling", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"ThrottledException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"RequestThrottled", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"RequestThrottledException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"RequestLimitExceeded", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"BandwidthLimitExceeded", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"LimitExceededException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"SlowDown", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},
	{"EC2ThrottledException", LFDW_AWS_THROTTLED, LFDW_RETRY_NOT_RUN},

	{"ResourceConflictException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"ResourceNotReadyException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"SnapStartNotReadyException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"SnapStartTimeoutException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"CodeArtifactUserPendingException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"ENINotReadyException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},

	{"SnapStartRegenerationFailureException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"CodeArtifactUserDeletedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"CodeArtifactUserFailedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"EFSMountFailureException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"EFSMountConnectivityException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},
	{"EFSMountTimeoutException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},
	{"EFSIOException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_MAY_HAVE_RUN},
	{"S3FilesMountFailureException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"S3FilesMountConnectivityException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},
	{"S3FilesMountTimeoutException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},
	{"EC2AccessDeniedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"EC2UnexpectedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},
	{"ENILimitReachedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"InvalidRuntimeException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"InvalidSecurityGroupIDException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"InvalidSubnetIDException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"InvalidZipFileException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"KMSAccessDeniedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"KMSDisabledException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"KMSInvalidStateException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"KMSNotFoundException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NEVER},
	{"SubnetIPAddressLimitReachedException", LFDW_AWS_ENVIRONMENT, LFDW_RETRY_NOT_RUN},

	{"ServiceException", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"InternalFailure", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"InternalError", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"ServiceUnavailable", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"ServiceUnavailableException", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"RequestTimeout", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"RequestTimeoutException", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"PriorRequestNotComplete", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"IDPCommunicationError", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_NOT_RUN},

	{"ValidationException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"ValidationError", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"InvalidRequestException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"SerializationException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"UnsupportedLanguageException", LFDW_AWS_BAD_REQUEST, LFDW_RETRY_NEVER},
	{"TextSizeLimitExceededException", LFDW_AWS_TOO_LARGE, LFDW_RETRY_NEVER},
	{"BatchSizeLimitExceededException", LFDW_AWS_TOO_LARGE, LFDW_RETRY_NEVER},
	{"ModelNotReadyException", LFDW_AWS_NOT_READY, LFDW_RETRY_NOT_RUN},
	{"ModelErrorException", LFDW_AWS_MODEL_FAILED, LFDW_RETRY_NEVER},
	{"ModelError", LFDW_AWS_MODEL_FAILED, LFDW_RETRY_NEVER},
	{"ModelStreamErrorException", LFDW_AWS_MODEL_FAILED, LFDW_RETRY_NEVER},
	{"ModelTimeoutException", LFDW_AWS_MODEL_FAILED, LFDW_RETRY_NEVER},
	{"InternalServerException", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_MAY_HAVE_RUN},
	{"InternalDependencyException", LFDW_AWS_UNAVAILABLE, LFDW_RETRY_NEVER}
};

/*
 * Writes an error's code without what may surround it: services send
 * "namespace#Code:url" (botocore reads it the same way).  The result is cut
 * to size.
 */
void
lfdw_aws_error_code(char *code, size_t size, const char *raw)
{
	size_t		len = strcspn(raw, ":");
	const char *start = raw;

	for (size_t i = 0; i < len; i++)
	{
		if (raw[i] == '#')
			start = raw + i + 1;
	}
	len -= start - raw;
	len = Min(len, size - 1);
	memcpy(code, start, len);
	code[len] = '\0';
}

/* The row of a code, or NULL. */
static const ErrorCode *
find_code(const char *code)
{
	for (int i = 0; i < (int) lengthof(codes); i++)
	{
		if (strcmp(codes[i].code, code) == 0)
			return &codes[i];
	}
	return NULL;
}

/*
 * The class of an error: by its code, or by the HTTP status where the code is
 * unknown or empty.
 */
LfdwAwsErrorClass
lfdw_aws_error_classify(int status, const char *code)
{
	const ErrorCode *found = find_code(code);

	if (found)
		return found->class;
	switch (status)
	{
		case 401:
			return LFDW_AWS_AUTHENTICATION;
		case 403:
			return LFDW_AWS_ACCESS_DENIED;
		case 404:
			return LFDW_AWS_NOT_FOUND;
		case 408:
			return LFDW_AWS_UNAVAILABLE;
		case 409:
			return LFDW_AWS_NOT_READY;
		case 413:
			return LFDW_AWS_TOO_LARGE;
		case 429:
			return LFDW_AWS_THROTTLED;
		default:
			return status >= 500 ? LFDW_AWS_UNAVAILABLE : LFDW_AWS_BAD_REQUEST;
	}
}

/*
 * What an error says about trying again: by its code, or by the HTTP status
 * where the code is unknown or empty.  The statuses are those the SDKs try
 * again after, and 408 and 429, which Lambda has; no other 5xx is among them.
 */
LfdwRetry
lfdw_aws_error_retry(int status, const char *code)
{
	const ErrorCode *found = find_code(code);

	if (found)
		return found->retry;
	switch (status)
	{
		case 429:
			return LFDW_RETRY_NOT_RUN;
		case 408:
		case 500:
		case 502:
		case 503:
		case 504:
			return LFDW_RETRY_MAY_HAVE_RUN;
		default:
			return LFDW_RETRY_NEVER;
	}
}

/*
 * May what was asked for have been done in spite of the error?  An error without
 * a known code says nothing surely where it is the server's; 410 is that of an
 * instance that was stopped.
 */
bool
lfdw_aws_error_may_have_run(int status, const char *code)
{
	const ErrorCode *found = find_code(code);

	if (found)
		return found->retry == LFDW_RETRY_MAY_HAVE_RUN;
	return status < 300 || status >= 500 || status == 408 || status == 410;
}
