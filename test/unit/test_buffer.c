/*-------------------------------------------------------------------------
 *
 * test_buffer.c
 *		Unit tests of src/base/buffer.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_buffer.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/buffer.h"

/* Lets malloc fail under AddressSanitizer as it does without. */
extern const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Does the buffer hold exactly this text? */
static bool
holds(const LfdwBuffer *buf, const char *text)
{
	return buf->len == strlen(text) &&
		(buf->len == 0 || memcmp(lfdw_buffer_bytes(buf), text, buf->len) == 0);
}

/* Does an append fail, and leave everything as it was? */
static bool
refuses(LfdwBuffer *buf, const char *data, size_t len)
{
	LfdwBuffer	before = *buf;

	return !lfdw_buffer_append(buf, data, len) &&
		memcmp(&before, buf, sizeof(before)) == 0;
}

static void
test_queue(void)
{
	LfdwBuffer	buf;

	lfdw_buffer_init(&buf, 100);
	unit_ok(buf.memory == NULL && buf.len == 0 && buf.limit == 100,
			"a new buffer has no memory");
	unit_ok(lfdw_buffer_append(&buf, NULL, 0) && buf.memory == NULL,
			"appending nothing allocates nothing");
	lfdw_buffer_discard(&buf, 0);
	unit_ok(buf.len == 0 && buf.start == 0, "discarding nothing of nothing");
	unit_ok(lfdw_buffer_append(&buf, "hello ", 6) &&
			lfdw_buffer_append(&buf, "world", 5) && holds(&buf, "hello world"),
			"bytes are appended in order");
	lfdw_buffer_discard(&buf, 6);
	unit_ok(holds(&buf, "world") && buf.start == 6,
			"discarding does not move what stays");
	lfdw_buffer_discard(&buf, 5);
	unit_ok(buf.len == 0 && buf.start == 0 && buf.memory != NULL,
			"discarding everything starts again at the front");
	unit_ok(lfdw_buffer_append(&buf, "a\0b", 3) && buf.len == 3 &&
			memcmp(lfdw_buffer_bytes(&buf), "a\0b", 3) == 0,
			"bytes may be zero");
	lfdw_buffer_free(&buf);
	lfdw_buffer_free(&buf);
	unit_ok(buf.memory == NULL && buf.len == 0 && buf.size == 0 &&
			buf.limit == 100, "freeing twice is freeing once");
	unit_ok(lfdw_buffer_append(&buf, "again", 5) && holds(&buf, "again"),
			"a freed buffer may be used again");
	lfdw_buffer_free(&buf);
}

static void
test_limit(void)
{
	LfdwBuffer	buf;

	lfdw_buffer_init(&buf, 10);
	unit_ok(refuses(&buf, "12345678901", 11), "11 bytes of 10 are refused");
	unit_ok(lfdw_buffer_append(&buf, "1234567890", 10), "10 of 10 are not");
	unit_ok(buf.size == 10, "no more is allocated than the limit");
	unit_ok(refuses(&buf, "x", 1), "one more byte is refused");
	unit_ok(refuses(&buf, "x", SIZE_MAX), "so are more than can be counted");
	unit_ok(lfdw_buffer_append(&buf, "x", 0), "no byte is not");
	lfdw_buffer_discard(&buf, 3);
	unit_ok(refuses(&buf, "abcd", 4), "4 bytes where 3 are free are refused");
	unit_ok(lfdw_buffer_append(&buf, "abc", 3) && holds(&buf, "4567890abc"),
			"3 fit, after moving the rest");
	unit_ok(buf.size == 10 && buf.start == 0, "in the same block");
	lfdw_buffer_free(&buf);

	lfdw_buffer_init(&buf, 0);
	unit_ok(refuses(&buf, "x", 1) && lfdw_buffer_append(&buf, "x", 0),
			"a limit of 0 lets nothing in");
	lfdw_buffer_free(&buf);
}

static void
test_memory(void)
{
	LfdwBuffer	buf;

	lfdw_buffer_init(&buf, SIZE_MAX);
	unit_ok(refuses(&buf, "x", SIZE_MAX / 2),
			"the first append fails without memory");
	unit_ok(lfdw_buffer_append(&buf, "hello", 5), "a small one does not");
	lfdw_buffer_discard(&buf, 1);
	unit_ok(refuses(&buf, "x", SIZE_MAX / 2) && holds(&buf, "ello"),
			"a later append without memory keeps what is held");
	lfdw_buffer_free(&buf);
}

static void
test_growth(void)
{
	LfdwBuffer	buf;
	char		chunk[1000];
	size_t		size = 0;
	int			blocks = 0;
	int			i;

	memset(chunk, 'x', sizeof(chunk));
	lfdw_buffer_init(&buf, 64 * 1024 * 1024);
	for (i = 0; i < 20000; i++)
	{
		if (!lfdw_buffer_append(&buf, chunk, sizeof(chunk)))
			break;
		blocks += buf.size != size;
		size = buf.size;
	}
	unit_ok(i == 20000 && buf.len == 20000000, "20 MB in small chunks");
	unit_ok(blocks <= 16, "took %d blocks", blocks);
	lfdw_buffer_free(&buf);

	lfdw_buffer_init(&buf, 64 * 1024 * 1024);
	lfdw_buffer_append(&buf, chunk, sizeof(chunk));
	for (i = 0; i < 20000; i++)
	{
		if (!lfdw_buffer_append(&buf, chunk, sizeof(chunk)))
			break;
		lfdw_buffer_discard(&buf, sizeof(chunk));
	}
	unit_ok(i == 20000 && buf.size <= 4096,
			"a queue that is drained does not grow");
	lfdw_buffer_free(&buf);
}

/* Random appends and discards against a plain array. */
static void
test_random(void)
{
	static char sent[1 << 20];
	LfdwBuffer	buf;
	size_t		head = 0;
	size_t		tail = 0;
	uint32		seed = 20240229;
	bool		same = true;
	int			refused = 0;

	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char) (i * 2654435761u >> 13);
	lfdw_buffer_init(&buf, 5000);
	while (same && head < sizeof(sent) - 2000)
	{
		size_t		len;
		bool		fits;

		seed = seed * 1664525 + 1013904223;
		len = (seed >> 8) % 2000;
		fits = head - tail + len <= 5000;
		same = lfdw_buffer_append(&buf, sent + head, len) == fits;
		if (fits)
			head += len;
		else
			refused++;
		seed = seed * 1664525 + 1013904223;
		len = (seed >> 8) % 2000;
		len = Min(len, head - tail);
		lfdw_buffer_discard(&buf, len);
		tail += len;
		same = same && buf.len == head - tail && buf.size <= 5000 &&
			(buf.len == 0 ||
			 memcmp(lfdw_buffer_bytes(&buf), sent + tail, buf.len) == 0);
	}
	unit_ok(same, "random appends and discards give the bytes in order");
	unit_ok(refused > 0, "%d of them met the limit", refused);
	lfdw_buffer_free(&buf);
}

int
main(void)
{
	test_queue();
	test_limit();
	test_memory();
	test_growth();
	test_random();
	return unit_done();
}
