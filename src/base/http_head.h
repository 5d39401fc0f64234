/*-------------------------------------------------------------------------
 *
 * http_head.h
 *		The header block of an HTTP answer.
 *
 * IDENTIFICATION
 *	  src/base/http_head.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_HTTP_HEAD_H
#define LFDW_HTTP_HEAD_H

#include "base/buffer.h"

extern int	lfdw_http_head_status(const LfdwBuffer *head);
extern char *lfdw_http_head_find(const LfdwBuffer *head, const char *name);

#endif							/* LFDW_HTTP_HEAD_H */
