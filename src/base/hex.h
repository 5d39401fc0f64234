/*-------------------------------------------------------------------------
 *
 * hex.h
 *		Hexadecimal digits.
 *
 * IDENTIFICATION
 *	  src/base/hex.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HEX_H
#define LFDW_HEX_H

#include "base/base.h"

/* The value of a hexadecimal digit, -1 for any other byte. */
static inline int
lfdw_hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	return -1;
}

/* Writes two small digits for each byte, no NUL; returns their end. */
static inline char *
lfdw_hex_write(char *hex, const uint8 *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++)
	{
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	return hex;
}

#endif							/* LFDW_HEX_H */
