/*-------------------------------------------------------------------------
 *
 * spool.c
 *		Records kept in memory, and in a temporary file past work_mem.
 *
 * Those in memory come before those in the file.  Truncation only moves the end:
 * what is appended later overwrites what was there.
 *
 * IDENTIFICATION
 *	  src/pg/spool.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"

#include "pg/compat.h"
#include "pg/spool.h"

/* A record's bytes come after their number. */
typedef uint32 RecordLength;

struct LfdwSpool
{
	MemoryContext context;
	ResourceOwner owner;		/* of the file */
	char	   *memory;
	size_t		room;			/* of it, in bytes */
	BufFile    *file;			/* NULL until memory is full */
	bool		file_at_end;	/* the file's position is that of the end */
	LfdwSpoolMark end;			/* behind the last record */
	LfdwSpoolMark next;			/* before the record to be read; its place in
								 * the file is the file's own position */
};

/*
 * An empty spool in the current context.
 *
 * Its file, should it need one, belongs to owner: it is gone when that is released,
 * and must be closed before where the release is one of success.
 */
LfdwSpool *
lfdw_spool_create(ResourceOwner owner)
{
	LfdwSpool  *spool = palloc0(sizeof(LfdwSpool));

	spool->context = CurrentMemoryContext;
	spool->owner = owner;
	return spool;
}

/* Bytes that the memory may have now, whatever it has. */
static size_t
memory_limit(void)
{
	return Min((size_t) work_mem * 1024, MaxAllocSize);
}

/* Makes the memory take size bytes in all, of memory_limit at most. */
static void
enlarge_memory(LfdwSpool *spool, size_t size)
{
	size_t		room = Min(Max(Max(size, spool->room * 2), 1024), memory_limit());

	if (spool->room >= size)
		return;
	spool->memory = spool->memory ? repalloc(spool->memory, room) :
		MemoryContextAlloc(spool->context, room);
	spool->room = room;
}

static void
append_to_memory(LfdwSpool *spool, const void *bytes, RecordLength len)
{
	char	   *to;

	enlarge_memory(spool, spool->end.memory + sizeof(len) + len);
	to = spool->memory + spool->end.memory;
	memcpy(to, &len, sizeof(len));
	memcpy(to + sizeof(len), bytes, len);
	spool->end.memory += sizeof(len) + len;
}

/* The file is core's to place: temp_tablespaces and temp_file_limit hold. */
static void
open_file(LfdwSpool *spool)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(spool->context);
	ResourceOwner oldowner = CurrentResourceOwner;

	CurrentResourceOwner = spool->owner;
	spool->file = BufFileCreateTemp(false);
	CurrentResourceOwner = oldowner;
	MemoryContextSwitchTo(oldcontext);
}

static void
seek_in_file(LfdwSpool *spool, int fileno, off_t offset)
{
	if (BufFileSeek(spool->file, fileno, offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in a temporary file: %m")));
}

static void
append_to_file(LfdwSpool *spool, const void *bytes, RecordLength len)
{
	if (spool->file == NULL)
		open_file(spool);
	if (!spool->file_at_end)
		seek_in_file(spool, spool->end.fileno, spool->end.offset);
	/* an error on the way leaves the end where it is */
	spool->file_at_end = false;
	BufFileWrite(spool->file, &len, sizeof(len));
	BufFileWrite(spool->file, unconstify(void *, bytes), len);
	BufFileTell(spool->file, &spool->end.fileno, &spool->end.offset);
	spool->file_at_end = true;
}

/*
 * Appends a record of less than MaxAllocSize bytes, which is copied; what is being
 * read must be read from the beginning after it.
 *
 * An error of the file, such as a full disk, leaves the records that were there.
 * Those who read or close the spool then may have it again: bytes that were not
 * written wait in the file's buffer, even if they were truncated.
 */
void
lfdw_spool_append(LfdwSpool *spool, const void *bytes, size_t len)
{
	bool		in_file = spool->end.fileno > 0 || spool->end.offset > 0;

	if (len >= MaxAllocSize)
		elog(ERROR, "record of %zu bytes", len);
	if (!in_file &&
		spool->end.memory + sizeof(RecordLength) + len <= memory_limit())
		append_to_memory(spool, bytes, len);
	else
		append_to_file(spool, bytes, len);
	spool->end.nrecords++;
}

/* Records that are there, read or not. */
int64
lfdw_spool_nrecords(const LfdwSpool *spool)
{
	return spool->end.nrecords;
}

/* The end as it is now. */
LfdwSpoolMark
lfdw_spool_mark(const LfdwSpool *spool)
{
	return spool->end;
}

/* Forgets the records behind a mark, which must not be behind the end. */
void
lfdw_spool_truncate(LfdwSpool *spool, const LfdwSpoolMark *mark)
{
	Assert(mark->nrecords <= spool->end.nrecords);
	spool->end = *mark;
	spool->file_at_end = false;
}

/* The next record read is the first. */
void
lfdw_spool_rewind(LfdwSpool *spool)
{
	MemSet(&spool->next, 0, sizeof(spool->next));
	if (spool->file)
		seek_in_file(spool, 0, 0);
	spool->file_at_end = false;
}

/* Bytes that come next, in memory or in the file. */
static void
read_bytes(LfdwSpool *spool, bool in_memory, void *bytes, size_t len)
{
	if (in_memory)
	{
		memcpy(bytes, spool->memory + spool->next.memory, len);
		spool->next.memory += len;
	}
	else
		BufFileReadExact(spool->file, bytes, len);
}

/*
 * Reads the next record in place of what record, an initialized one, has; it ends
 * with a NUL beside.  Returns false behind the last.  Begins with a rewind.
 */
bool
lfdw_spool_read(LfdwSpool *spool, StringInfo record)
{
	bool		in_memory = spool->next.memory < spool->end.memory;
	RecordLength len;

	resetStringInfo(record);
	if (spool->next.nrecords == spool->end.nrecords)
		return false;
	read_bytes(spool, in_memory, &len, sizeof(len));
	enlargeStringInfo(record, len);
	read_bytes(spool, in_memory, record->data, len);
	record->len = len;
	record->data[len] = '\0';
	spool->next.nrecords++;
	return true;
}

/* Closes the file, which is gone, and frees the spool. */
void
lfdw_spool_close(LfdwSpool *spool)
{
	if (spool->file)
		BufFileClose(spool->file);
	if (spool->memory)
		pfree(spool->memory);
	pfree(spool);
}
