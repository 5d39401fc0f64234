/*-------------------------------------------------------------------------
 *
 * sigv4.h
 *		AWS Signature Version 4, a function for each step of AWS's text.
 *
 * IDENTIFICATION
 *	  src/base/sigv4.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SIGV4_H
#define LFDW_SIGV4_H

#include "base/base.h"
#include "base/http_header.h"
#include "base/library.h"

/* As payload_hash: the signature leaves the body out.  S3 alone takes it. */
#define LFDW_SIGV4_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"

#define LFDW_SHA256_LEN 32
#define LFDW_SHA256_HEX_LEN 64
#define LFDW_SIGV4_KEY_CACHE_SIZE 16

/* The request as it goes on the wire; nothing here is owned. */
typedef struct LfdwSigv4Request
{
	const char *method;
	const char *path;			/* as on the wire, percent-encoded once */
	const char *query;			/* without "?", as on the wire; "" for none */
	const LfdwHeader *headers;	/* those to sign, "host" among them */
	int			nheaders;
	const char *payload_hash;	/* hex SHA-256 of the body */
	bool		path_encoded_once;	/* sign the path as it is, as S3 does */
	bool		normalize;		/* remove dot segments and double slashes */
} LfdwSigv4Request;

/* When, where and for what a signature holds. */
typedef struct LfdwSigv4Scope
{
	char		timestamp[17];	/* YYYYMMDDTHHMMSSZ */
	const char *region;
	const char *service;
} LfdwSigv4Scope;

typedef struct LfdwSigv4Key
{
	bool		valid;
	uint8		secret_hash[LFDW_SHA256_LEN];
	char		date[9];		/* YYYYMMDD */
	char		region[64];
	char		service[32];
	uint8		key[LFDW_SHA256_LEN];
} LfdwSigv4Key;

/* Derived keys, the oldest replaced first.  Zeroed memory is an empty one. */
typedef struct LfdwSigv4KeyCache
{
	LfdwSigv4Key keys[LFDW_SIGV4_KEY_CACHE_SIZE];
	int			next;
} LfdwSigv4KeyCache;

extern void lfdw_sigv4_timestamp(int64 unix_seconds, char *timestamp);
extern bool lfdw_sigv4_digest(uint8 *digest, const void *data, size_t len);
extern bool lfdw_sigv4_hash(const void *data, size_t len, char *hex);
extern void lfdw_sigv4_canonical_request(StringInfo out,
										 StringInfo signed_headers,
										 const LfdwSigv4Request *request);
extern bool lfdw_sigv4_string_to_sign(StringInfo out,
									  const LfdwSigv4Scope *scope,
									  const char *canonical_request);
extern bool lfdw_sigv4_signing_key(uint8 *key, const char *secret,
								   const LfdwSigv4Scope *scope);
extern bool lfdw_sigv4_signature(char *hex, const uint8 *key,
								 const char *string_to_sign);
extern bool lfdw_sigv4_authorization(StringInfo out,
									 LfdwSigv4KeyCache *cache,
									 const char *access_key_id,
									 const char *secret,
									 const LfdwSigv4Scope *scope,
									 const LfdwSigv4Request *request);
extern LfdwLibrary lfdw_sigv4_library(void);

#endif							/* LFDW_SIGV4_H */
