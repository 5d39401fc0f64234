/*-------------------------------------------------------------------------
 *
 * sigv4.c
 *		AWS Signature Version 4, a function for each step of AWS's text.
 *
 * The rules are those of "Signature Version 4" in AWS's General Reference and
 * of the public test suite; where Lambda differs from S3 (the path is encoded
 * once more than on the wire, "%3A" becomes "%253A") as the SDKs do it.
 *
 * IDENTIFICATION
 *	  src/base/sigv4.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/hex.h"
#include "base/sigv4.h"
#include "base/uri.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SHA256_BLOCK_LEN 64

/* A name and a value of the canonical query or headers. */
typedef struct Pair
{
	char	   *name;
	char	   *value;
	int			order;			/* as given, to keep equal names in order */
} Pair;

static int
compare_pairs(const void *a, const void *b)
{
	const Pair *left = a;
	const Pair *right = b;
	int			order = strcmp(left->name, right->name);

	return order != 0 ? order : left->order - right->order;
}

static int
compare_parameters(const void *a, const void *b)
{
	const Pair *left = a;
	const Pair *right = b;
	int			order = strcmp(left->name, right->name);

	return order != 0 ? order : strcmp(left->value, right->value);
}

/* Some bytes, of which a digest may have several. */
typedef struct Piece
{
	const void *data;
	size_t		len;
} Piece;

/*
 * The SHA-256 of two pieces, one after the other.  OpenSSL looks an algorithm up
 * at each use, which costs more than a short digest, unless its context is kept.
 */
static bool
digest_pieces(uint8 *digest, Piece first, Piece second)
{
	static EVP_MD_CTX *context = NULL;
	static bool ready = false;

	if (context == NULL && (context = EVP_MD_CTX_new()) == NULL)
		return false;
	ready = EVP_DigestInit_ex(context, ready ? NULL : EVP_sha256(), NULL) == 1 &&
		EVP_DigestUpdate(context, first.data, first.len) == 1 &&
		EVP_DigestUpdate(context, second.data, second.len) == 1 &&
		EVP_DigestFinal_ex(context, digest, NULL) == 1;
	return ready;
}

/*
 * The SHA-256 of some bytes; digest has room for LFDW_SHA256_LEN.  False if
 * OpenSSL refuses (FIPS, no memory).
 */
bool
lfdw_sigv4_digest(uint8 *digest, const void *data, size_t len)
{
	Piece		all = {data, len};
	Piece		nothing = {"", 0};

	return digest_pieces(digest, all, nothing);
}

/* HMAC (RFC 2104) with SHA-256; the result may be where the key is. */
static bool
hmac(uint8 *result, const void *key, size_t key_len, const char *text)
{
	uint8		block[SHA256_BLOCK_LEN] = {0};
	uint8		inner[LFDW_SHA256_LEN];
	Piece		padded = {block, sizeof(block)};
	Piece		message = {text, strlen(text)};
	Piece		hashed = {inner, sizeof(inner)};
	bool		done;

	if (key_len <= sizeof(block))
		memcpy(block, key, key_len);
	else if (!lfdw_sigv4_digest(block, key, key_len))
		return false;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36;
	done = digest_pieces(inner, padded, message);
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] ^= 0x36 ^ 0x5C;
	done = done && digest_pieces(result, padded, hashed);
	OPENSSL_cleanse(block, sizeof(block));
	return done;
}

/*
 * Writes a moment, in seconds since 1970, as YYYYMMDDTHHMMSSZ; timestamp has
 * room for 17 bytes.
 */
void
lfdw_sigv4_timestamp(int64 unix_seconds, char *timestamp)
{
	static int64 known_seconds = -1;
	static char known[17];
	time_t		seconds = (time_t) unix_seconds;
	struct tm	utc;

	/* many requests are signed in a second */
	if (unix_seconds != known_seconds)
	{
		gmtime_r(&seconds, &utc);
		strftime(known, sizeof(known), "%Y%m%dT%H%M%SZ", &utc);
		known_seconds = unix_seconds;
	}
	memcpy(timestamp, known, sizeof(known));
}

/*
 * Writes the SHA-256 of some bytes in hex; hex has room for
 * LFDW_SHA256_HEX_LEN + 1.  False if OpenSSL refuses (FIPS, no memory).
 */
bool
lfdw_sigv4_hash(const void *data, size_t len, char *hex)
{
	uint8		digest[LFDW_SHA256_LEN];

	if (!lfdw_sigv4_digest(digest, data, len))
		return false;
	*lfdw_hex_write(hex, digest, LFDW_SHA256_LEN) = '\0';
	return true;
}

/* Removes dot segments and empty segments from a path (RFC 3986, 5.2.4). */
static char *
normalize_path(const char *path)
{
	size_t		len = strlen(path);
	char	   *result = palloc(len + 2);
	char	   *out = result;
	bool		slash = len > 0 && path[len - 1] == '/';

	while (*path)
	{
		size_t		segment = strcspn(path, "/");

		if (segment == 2 && path[0] == '.' && path[1] == '.')
		{
			while (out > result && *--out != '/')
				;
			slash |= path[segment] == '\0';
		}
		else if (segment == 1 && path[0] == '.')
			slash |= path[segment] == '\0';
		else if (segment > 0)
		{
			*out++ = '/';
			memcpy(out, path, segment);
			out += segment;
		}
		path += segment;
		path += *path == '/' ? 1 : 0;
	}
	if (out == result || slash)
		*out++ = '/';
	*out = '\0';
	return result;
}

/* The canonical path: for all services but S3 it is encoded once more. */
static void
append_path(StringInfo out, const LfdwSigv4Request *request)
{
	const char *path = request->path[0] ? request->path : "/";

	if (request->normalize)
		path = normalize_path(path);
	if (request->path_encoded_once)
		appendStringInfoString(out, path);
	else
		lfdw_uri_encode(out, path, strlen(path), true);
}

/* Decodes a part of a query and encodes it again, strictly. */
static char *
canonical_part(const char *text, size_t len)
{
	StringInfoData decoded;
	StringInfoData encoded;

	initStringInfo(&decoded);
	initStringInfo(&encoded);
	for (size_t i = 0; i < len; i++)
	{
		char		hex[3] = {0};

		if (text[i] == '%' && i + 2 < len &&
			isxdigit((unsigned char) text[i + 1]) &&
			isxdigit((unsigned char) text[i + 2]))
		{
			memcpy(hex, text + i + 1, 2);
			appendStringInfoChar(&decoded, (char) strtol(hex, NULL, 16));
			i += 2;
		}
		else
			appendStringInfoChar(&decoded, text[i]);
	}
	lfdw_uri_encode(&encoded, decoded.data, decoded.len, false);
	return encoded.data;
}

static void
append_query(StringInfo out, const char *query)
{
	Pair	   *pairs = palloc(sizeof(Pair) * (strlen(query) + 1));
	int			npairs = 0;

	while (*query)
	{
		size_t		len = strcspn(query, "&");
		const char *equals = memchr(query, '=', len);
		size_t		name_len = equals ? (size_t) (equals - query) : len;

		if (len > 0)
		{
			pairs[npairs].name = canonical_part(query, name_len);
			pairs[npairs].value = equals ?
				canonical_part(equals + 1, len - name_len - 1) : pstrdup("");
			npairs++;
		}
		query += len;
		query += *query == '&' ? 1 : 0;
	}
	qsort(pairs, npairs, sizeof(Pair), compare_parameters);
	for (int i = 0; i < npairs; i++)
	{
		appendStringInfoString(out, i > 0 ? "&" : "");
		appendStringInfoString(out, pairs[i].name);
		appendStringInfoChar(out, '=');
		appendStringInfoString(out, pairs[i].value);
	}
}

/* A header's value without blanks around, and one for each run inside. */
static char *
canonical_value(const char *value)
{
	char	   *result = palloc(strlen(value) + 1);
	char	   *out = result;

	for (; *value; value++)
	{
		bool		blank = *value == ' ' || *value == '\t';

		if (!blank)
			*out++ = *value;
		else if (out > result && out[-1] != ' ')
			*out++ = ' ';
	}
	if (out > result && out[-1] == ' ')
		out--;
	*out = '\0';
	return result;
}

/* The canonical headers, and their names for "SignedHeaders". */
static void
append_headers(StringInfo out, StringInfo names,
			   const LfdwSigv4Request *request)
{
	Pair	   *pairs = palloc(sizeof(Pair) * (request->nheaders + 1));

	for (int i = 0; i < request->nheaders; i++)
	{
		pairs[i].name = pstrdup(request->headers[i].name);
		for (char *p = pairs[i].name; *p; p++)
			*p = pg_ascii_tolower((unsigned char) *p);
		pairs[i].value = canonical_value(request->headers[i].value);
		pairs[i].order = i;
	}
	qsort(pairs, request->nheaders, sizeof(Pair), compare_pairs);
	for (int i = 0; i < request->nheaders; i++)
	{
		if (i > 0 && strcmp(pairs[i].name, pairs[i - 1].name) == 0)
		{
			appendStringInfoChar(out, ',');
			appendStringInfoString(out, pairs[i].value);
			continue;
		}
		appendStringInfoString(out, i > 0 ? "\n" : "");
		appendStringInfoString(out, pairs[i].name);
		appendStringInfoChar(out, ':');
		appendStringInfoString(out, pairs[i].value);
		appendStringInfoString(names, i > 0 ? ";" : "");
		appendStringInfoString(names, pairs[i].name);
	}
	appendStringInfoChar(out, '\n');
}

/*
 * Step 1: appends the canonical request to out, and the names of its headers,
 * joined by semicolons, to signed_headers.
 */
void
lfdw_sigv4_canonical_request(StringInfo out, StringInfo signed_headers,
							 const LfdwSigv4Request *request)
{
	appendStringInfoString(out, request->method);
	appendStringInfoChar(out, '\n');
	append_path(out, request);
	appendStringInfoChar(out, '\n');
	append_query(out, request->query);
	appendStringInfoChar(out, '\n');
	append_headers(out, signed_headers, request);
	appendStringInfoChar(out, '\n');
	appendStringInfoString(out, signed_headers->data);
	appendStringInfoChar(out, '\n');
	appendStringInfoString(out, request->payload_hash);
}

/* "20261121/eu-west-1/lambda/aws4_request" */
static void
append_scope(StringInfo out, const LfdwSigv4Scope *scope)
{
	appendBinaryStringInfo(out, scope->timestamp, strnlen(scope->timestamp, 8));
	appendStringInfoChar(out, '/');
	appendStringInfoString(out, scope->region);
	appendStringInfoChar(out, '/');
	appendStringInfoString(out, scope->service);
	appendStringInfoString(out, "/aws4_request");
}

/*
 * Step 2: appends the string to sign.  False if OpenSSL refuses.
 */
bool
lfdw_sigv4_string_to_sign(StringInfo out, const LfdwSigv4Scope *scope,
						  const char *canonical_request)
{
	char		hash[LFDW_SHA256_HEX_LEN + 1];

	if (!lfdw_sigv4_hash(canonical_request, strlen(canonical_request), hash))
		return false;
	appendStringInfoString(out, ALGORITHM "\n");
	appendStringInfoString(out, scope->timestamp);
	appendStringInfoChar(out, '\n');
	append_scope(out, scope);
	appendStringInfoChar(out, '\n');
	appendStringInfoString(out, hash);
	return true;
}

/*
 * Step 3: derives the key of a day, a region and a service from a secret; key
 * has room for LFDW_SHA256_LEN.  False if OpenSSL refuses.
 */
bool
lfdw_sigv4_signing_key(uint8 *key, const char *secret,
					   const LfdwSigv4Scope *scope)
{
	size_t		len = strlen(secret) + 4;
	char	   *first = palloc(len + 1);
	char		date[9];
	bool		done;

	memcpy(first, "AWS4", 4);
	memcpy(first + 4, secret, len - 3);
	strlcpy(date, scope->timestamp, sizeof(date));
	done = hmac(key, first, len, date) &&
		hmac(key, key, LFDW_SHA256_LEN, scope->region) &&
		hmac(key, key, LFDW_SHA256_LEN, scope->service) &&
		hmac(key, key, LFDW_SHA256_LEN, "aws4_request");
	OPENSSL_cleanse(first, len);
	pfree(first);
	return done;
}

/*
 * Step 4: the signature in hex; hex has room for LFDW_SHA256_HEX_LEN + 1.
 * False if OpenSSL refuses.
 */
bool
lfdw_sigv4_signature(char *hex, const uint8 *key, const char *string_to_sign)
{
	uint8		signature[LFDW_SHA256_LEN];

	if (!hmac(signature, key, LFDW_SHA256_LEN, string_to_sign))
		return false;
	*lfdw_hex_write(hex, signature, LFDW_SHA256_LEN) = '\0';
	return true;
}

/* The derived key for a secret and a scope, from the cache if it is there. */
static const uint8 *
cached_key(LfdwSigv4KeyCache *cache, const char *secret,
		   const LfdwSigv4Scope *scope)
{
	LfdwSigv4Key *entry;
	uint8		hash[LFDW_SHA256_LEN];

	if (!lfdw_sigv4_digest(hash, secret, strlen(secret)))
		return NULL;
	for (int i = 0; i < LFDW_SIGV4_KEY_CACHE_SIZE; i++)
	{
		entry = &cache->keys[i];
		if (entry->valid &&
			memcmp(entry->secret_hash, hash, sizeof(hash)) == 0 &&
			strncmp(entry->date, scope->timestamp, 8) == 0 &&
			strcmp(entry->region, scope->region) == 0 &&
			strcmp(entry->service, scope->service) == 0)
			return entry->key;
	}

	entry = &cache->keys[cache->next];
	entry->valid = false;
	if (!lfdw_sigv4_signing_key(entry->key, secret, scope))
		return NULL;
	memcpy(entry->secret_hash, hash, sizeof(hash));
	strlcpy(entry->date, scope->timestamp, sizeof(entry->date));
	strlcpy(entry->region, scope->region, sizeof(entry->region));
	strlcpy(entry->service, scope->service, sizeof(entry->service));
	entry->valid = strcmp(entry->region, scope->region) == 0 &&
		strcmp(entry->service, scope->service) == 0;
	if (entry->valid)
		cache->next = (cache->next + 1) % LFDW_SIGV4_KEY_CACHE_SIZE;
	return entry->key;
}

/*
 * All steps: appends the value of the header Authorization.
 *
 * The derived key is taken from the cache, or put there.  False if OpenSSL
 * refuses.
 */
bool
lfdw_sigv4_authorization(StringInfo out, LfdwSigv4KeyCache *cache,
						 const char *access_key_id, const char *secret,
						 const LfdwSigv4Scope *scope,
						 const LfdwSigv4Request *request)
{
	StringInfoData canonical;
	StringInfoData names;
	StringInfoData to_sign;
	char		signature[LFDW_SHA256_HEX_LEN + 1];
	const uint8 *key = cached_key(cache, secret, scope);

	initStringInfo(&canonical);
	initStringInfo(&names);
	initStringInfo(&to_sign);
	lfdw_sigv4_canonical_request(&canonical, &names, request);
	if (key == NULL ||
		!lfdw_sigv4_string_to_sign(&to_sign, scope, canonical.data) ||
		!lfdw_sigv4_signature(signature, key, to_sign.data))
		return false;
	appendStringInfoString(out, ALGORITHM " Credential=");
	appendStringInfoString(out, access_key_id);
	appendStringInfoChar(out, '/');
	append_scope(out, scope);
	appendStringInfoString(out, ", SignedHeaders=");
	appendStringInfoString(out, names.data);
	appendStringInfoString(out, ", Signature=");
	appendStringInfoString(out, signature);
	return true;
}

/* OpenSSL, which no other file knows. */
LfdwLibrary
lfdw_sigv4_library(void)
{
	LfdwLibrary library = {"OpenSSL", OPENSSL_VERSION_STR, OpenSSL_version(OPENSSL_VERSION_STRING)};

	return library;
}
