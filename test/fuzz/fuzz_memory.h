/*-------------------------------------------------------------------------
 *
 * fuzz_memory.h
 *		What fuzzers of small readers share: an end, and palloc.
 *
 * IDENTIFICATION
 *	  test/fuzz/fuzz_memory.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_MEMORY_H
#define FUZZ_MEMORY_H

#include "base/base.h"

static void
fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/*
 * Stands for a memory context: what is allocated for an input is freed after
 * it.  These are found before the ones of libpgcommon.
 */
typedef struct Block
{
	struct Block *next;
	struct Block *previous;
} Block;

static Block blocks = {&blocks, &blocks};

static void *
link_block(Block *block)
{
	if (block == NULL)
		fail("out of memory");
	block->next = blocks.next;
	block->previous = &blocks;
	block->next->previous = block;
	blocks.next = block;
	return block + 1;
}

static Block *
unlink_block(void *memory)
{
	Block	   *block = (Block *) memory - 1;

	block->next->previous = block->previous;
	block->previous->next = block->next;
	return block;
}

void *
palloc(size_t size)
{
	return link_block(malloc(sizeof(Block) + size));
}

void *
palloc0(size_t size)
{
	return link_block(calloc(1, sizeof(Block) + size));
}

void *
palloc_extended(size_t size, int flags)
{
	return palloc0(size);
}

void *
repalloc(void *memory, size_t size)
{
	return link_block(realloc(unlink_block(memory), sizeof(Block) + size));
}

void
pfree(void *memory)
{
	free(unlink_block(memory));
}

char *
pnstrdup(const char *text, size_t len)
{
	size_t		copied = strnlen(text, len);
	char	   *copy = palloc(copied + 1);

	memcpy(copy, text, copied);
	copy[copied] = '\0';
	return copy;
}

char *
pstrdup(const char *text)
{
	return pnstrdup(text, strlen(text));
}

/* Frees what the input left. */
static void
free_blocks(void)
{
	while (blocks.next != &blocks)
		pfree(blocks.next + 1);
}

#endif							/* FUZZ_MEMORY_H */
