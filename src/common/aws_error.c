/*-------------------------------------------------------------------------
 *
 * aws_error.c
 *		The errors of Lambda's Invoke, sorted by what they mean to a caller.
 *
 * The codes are those of Lambda's API model (2026) and of the front end that
 * checks signatures, which the model does not list.
 *
 * IDENTIFICATION
 *	  src/common/aws_error.c
 *
 *-------------------------------------------------------------------------
 */
#include "common/lfdw_common.h"

#include "common/aws_error.h"

typedef struct ErrorCode
{
	const char *code;
	LfdwAwsErrorClass class;
} ErrorCode;

static const ErrorCode codes[] = {
	{"InvalidParameterValueException", LFDW_AWS_BAD_REQUEST},
	{"InvalidRequestContentException", LFDW_AWS_BAD_REQUEST},
	{"ModeNotSupportedException", LFDW_AWS_BAD_REQUEST},
	{"NoPublishedVersionException", LFDW_AWS_BAD_REQUEST},
	{"RecursiveInvocationException", LFDW_AWS_BAD_REQUEST},
	{"SnapStartException", LFDW_AWS_ENVIRONMENT},
	{"ServiceQuotaExceededException", LFDW_AWS_THROTTLED},
	{"UnsupportedMediaTypeException", LFDW_AWS_BAD_REQUEST},
	{"DurableExecutionAlreadyStartedException", LFDW_AWS_BAD_REQUEST},

	{"IncompleteSignatureException", LFDW_AWS_AUTHENTICATION},
	{"InvalidSignatureException", LFDW_AWS_AUTHENTICATION},
	{"SignatureDoesNotMatch", LFDW_AWS_AUTHENTICATION},
	{"UnrecognizedClientException", LFDW_AWS_AUTHENTICATION},
	{"InvalidClientTokenId", LFDW_AWS_AUTHENTICATION},
	{"ExpiredTokenException", LFDW_AWS_AUTHENTICATION},
	{"ExpiredToken", LFDW_AWS_AUTHENTICATION},
	{"RequestExpired", LFDW_AWS_AUTHENTICATION},
	{"RequestInTheFuture", LFDW_AWS_AUTHENTICATION},
	{"RequestTimeTooSkewed", LFDW_AWS_AUTHENTICATION},
	{"MissingAuthenticationTokenException", LFDW_AWS_AUTHENTICATION},
	{"MissingAuthenticationToken", LFDW_AWS_AUTHENTICATION},
	{"AuthFailure", LFDW_AWS_AUTHENTICATION},
	{"AccessDeniedException", LFDW_AWS_ACCESS_DENIED},
	{"AccessDenied", LFDW_AWS_ACCESS_DENIED},

	{"ResourceNotFoundException", LFDW_AWS_NO_FUNCTION},
	{"RequestTooLargeException", LFDW_AWS_TOO_LARGE},
	{"SerializedRequestEntityTooLargeException", LFDW_AWS_TOO_LARGE},

	{"TooManyRequestsException", LFDW_AWS_THROTTLED},
	{"ThrottlingException", LFDW_AWS_THROTTLED},
	{"Throttling", LFDW_AWS_THROTTLED},
	{"EC2ThrottledException", LFDW_AWS_THROTTLED},

	{"ResourceConflictException", LFDW_AWS_NOT_READY},
	{"ResourceNotReadyException", LFDW_AWS_NOT_READY},
	{"SnapStartNotReadyException", LFDW_AWS_NOT_READY},
	{"SnapStartTimeoutException", LFDW_AWS_NOT_READY},
	{"CodeArtifactUserPendingException", LFDW_AWS_NOT_READY},
	{"ENINotReadyException", LFDW_AWS_NOT_READY},

	{"SnapStartRegenerationFailureException", LFDW_AWS_ENVIRONMENT},
	{"CodeArtifactUserDeletedException", LFDW_AWS_ENVIRONMENT},
	{"CodeArtifactUserFailedException", LFDW_AWS_ENVIRONMENT},
	{"EFSMountFailureException", LFDW_AWS_ENVIRONMENT},
	{"EFSMountConnectivityException", LFDW_AWS_ENVIRONMENT},
	{"EFSMountTimeoutException", LFDW_AWS_ENVIRONMENT},
	{"EFSIOException", LFDW_AWS_ENVIRONMENT},
	{"S3FilesMountFailureException", LFDW_AWS_ENVIRONMENT},
	{"S3FilesMountConnectivityException", LFDW_AWS_ENVIRONMENT},
	{"S3FilesMountTimeoutException", LFDW_AWS_ENVIRONMENT},
	{"EC2AccessDeniedException", LFDW_AWS_ENVIRONMENT},
	{"EC2UnexpectedException", LFDW_AWS_ENVIRONMENT},
	{"ENILimitReachedException", LFDW_AWS_ENVIRONMENT},
	{"InvalidRuntimeException", LFDW_AWS_ENVIRONMENT},
	{"InvalidSecurityGroupIDException", LFDW_AWS_ENVIRONMENT},
	{"InvalidSubnetIDException", LFDW_AWS_ENVIRONMENT},
	{"InvalidZipFileException", LFDW_AWS_ENVIRONMENT},
	{"KMSAccessDeniedException", LFDW_AWS_ENVIRONMENT},
	{"KMSDisabledException", LFDW_AWS_ENVIRONMENT},
	{"KMSInvalidStateException", LFDW_AWS_ENVIRONMENT},
	{"KMSNotFoundException", LFDW_AWS_ENVIRONMENT},
	{"SubnetIPAddressLimitReachedException", LFDW_AWS_ENVIRONMENT},

	{"ServiceException", LFDW_AWS_UNAVAILABLE}
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

/*
 * The class of an error: by its code, or by the HTTP status where the code is
 * unknown or empty.
 */
LfdwAwsErrorClass
lfdw_aws_error_classify(int status, const char *code)
{
	for (int i = 0; i < (int) lengthof(codes); i++)
	{
		if (strcmp(codes[i].code, code) == 0)
			return codes[i].class;
	}
	switch (status)
	{
		case 401:
			return LFDW_AWS_AUTHENTICATION;
		case 403:
			return LFDW_AWS_ACCESS_DENIED;
		case 404:
			return LFDW_AWS_NO_FUNCTION;
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
