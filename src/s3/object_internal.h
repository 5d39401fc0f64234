/*-------------------------------------------------------------------------
 *
 * object_internal.h
 *		An object's region, as S3 corrects it; for request.c.
 *
 * IDENTIFICATION
 *	  src/s3/object_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_OBJECT_INTERNAL_H
#define LFDW_OBJECT_INTERNAL_H

#include "postgres.h"

#include "s3/object.h"

extern bool lfdw_s3_object_correct_region(LfdwS3Object *object,
										  const char *region);

#endif							/* LFDW_OBJECT_INTERNAL_H */
