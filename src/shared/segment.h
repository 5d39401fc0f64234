/*-------------------------------------------------------------------------
 *
 * segment.h
 *		The memory that the sessions of a cluster share.
 *
 * IDENTIFICATION
 *	  src/shared/segment.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SEGMENT_H
#define LFDW_SEGMENT_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "storage/dsm.h"
#include "storage/lwlock.h"

/* Who shares it. */
typedef enum LfdwSharing
{
	LFDW_SHARED_BY_PRELOAD,		/* all sessions: shared_preload_libraries */
	LFDW_SHARED_BY_REGISTRY,	/* all sessions: the registry of 17 and later */
	LFDW_SHARED_BY_NONE			/* it is this session's own */
} LfdwSharing;

/* How much there is of each thing; what a module's part has room for. */
typedef struct LfdwSegmentSizes
{
	int			nbackends;		/* by lfdw_proc_number; 1 if it is a session's
								 * own */
	int			nstatistics;	/* rows of pg_stat_lambda */
	int			nservers;		/* servers with limits */
	Size		result_bytes;	/* of answers that are kept, in the memory
								 * itself */
} LfdwSegmentSizes;

/* The parts of the memory, each of which a module knows. */
typedef enum LfdwSegmentPart
{
	LFDW_PART_STATISTICS,		/* statistics.c */
	LFDW_PART_LIMITS,			/* server_limit.c */
	LFDW_PART_ACTIVITY,			/* activity.c */
	LFDW_PART_STATEMENTS,		/* statement.c */
	LFDW_PART_RESULTS			/* result_cache.c */
} LfdwSegmentPart;

#define LFDW_NPARTS (LFDW_PART_RESULTS + 1)

/*
 * How large a part is, and how memory of that size is set up.  What it sets up itself
 * needs no zeros, and memory that nobody touches is none.
 */
typedef struct LfdwPartKind
{
	Size		(*size) (const LfdwSegmentSizes *sizes);
	void		(*init) (void *memory, const LfdwSegmentSizes *sizes, int tranche);
	bool		unzeroed;		/* else it is zeroed before */
} LfdwPartKind;

/* A segment beside the memory, which the first who wants it makes. */
typedef struct LfdwSegmentBeside
{
	LWLock	   *lock;			/* of the handle */
	dsm_handle *handle;			/* DSM_HANDLE_INVALID before it is made */
	Size		size;			/* as whoever makes it wants it */
	void		(*init) (void *memory, Size size, const void *arg);
	const void *arg;
	const char *without;		/* what is not had where that fails, a
								 * sentence */
} LfdwSegmentBeside;

extern void lfdw_segment_install(const LfdwPartKind *parts);
extern void *lfdw_segment_part(LfdwSegmentPart part);
extern const LfdwSegmentSizes *lfdw_segment_sizes(void);
extern Size lfdw_segment_bytes(void);
extern LfdwSharing lfdw_segment_sharing(void);
extern void *lfdw_segment_beside(const LfdwSegmentBeside *beside);
extern int	lfdw_segment_my_backend(void);
extern int	lfdw_segment_leader_backend(void);

#endif							/* LFDW_SEGMENT_H */
