/*-------------------------------------------------------------------------
 *
 * test_http_head.c
 *		Unit tests of src/base/http_head.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_http_head.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/http_head.h"

/* A buffer with these bytes, exactly, so that reading past them is seen. */
static void
set_head(LfdwBuffer *head, const char *text)
{
	lfdw_buffer_free(head);
	head->limit = strlen(text);
	head->memory = head->limit > 0 ? malloc(head->limit) : NULL;
	head->size = head->len = head->limit;
	if (head->len > 0)
		memcpy(head->memory, text, head->len);
}

static void
test_status(void)
{
	static const struct
	{
		const char *head;
		int			status;
	}			cases[] =
	{
		{"HTTP/1.1 200 OK\r\n", 200},
		{"HTTP/1.1 404\r\n", 404},
		{"HTTP/2 100 \r\n", 100},
		{"HTTP/1.1 599", 599},
		{"HTTP/1.1 20", 0},
		{"HTTP/1.1 20x OK\r\n", 0},
		{"HTTP/1.1 ", 0},
		{"HTTP/1.1", 0},
		{"", 0}
	};
	LfdwBuffer	head;

	lfdw_buffer_init(&head, 0);
	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		set_head(&head, cases[i].head);
		unit_ok(lfdw_http_head_status(&head) == cases[i].status,
				"status %d of case %d", cases[i].status, i + 1);
	}
	lfdw_buffer_free(&head);
}

static void
test_find(void)
{
	static const struct
	{
		const char *head;
		const char *name;
		const char *value;		/* NULL: none */
	}			cases[] =
	{
		{"HTTP/1.1 200 OK\r\nA: one\r\nB: two\r\n\r\n", "A", "one"},
		{"HTTP/1.1 200 OK\r\nA: one\r\nB: two\r\n\r\n", "B", "two"},
		{"HTTP/1.1 200 OK\r\nA: one\r\nB: two\r\n\r\n", "C", NULL},
		{"HTTP/1.1 200 OK\r\nX-Amz-Function-Error: Unhandled\r\n\r\n",
		"x-amz-function-error", "Unhandled"},
		{"HTTP/1.1 200 OK\r\nA:\t one two \t\r\n\r\n", "a", "one two"},
		{"HTTP/1.1 200 OK\r\nA:\r\n\r\n", "a", ""},
		{"HTTP/1.1 200 OK\r\nA: \t \r\n\r\n", "a", ""},
		{"HTTP/1.1 200 OK\r\nA: one\r\nA: two\r\n\r\n", "a", "one"},
		{"HTTP/1.1 200 OK\r\nAB: one\r\nA: two\r\n\r\n", "a", "two"},
		{"HTTP/1.1 200 OK\nA: one\n\n", "a", "one"},
		{"HTTP/1.1 200 OK\r\nA: a:b\r\n\r\n", "a", "a:b"},
		{"HTTP/1.1 200 OK\r\nA", "a", NULL},
		{"HTTP/1.1 200 OK\r\nA:", "a", ""},
		{"HTTP/1.1 200 OK\r\nA: on", "a", "on"},
		{"HTTP/1.1 200 OK\r\nA: one\rB: two\r\r\n", "a", "one B: two"},
		{"", "a", NULL}
	};
	static const char with_nul[] = "HTTP/1.1 200 OK\r\nA: one\0two\r\0\0\n";
	LfdwBuffer	head;

	lfdw_buffer_init(&head, sizeof(with_nul));
	(void) lfdw_buffer_append(&head, with_nul, sizeof(with_nul) - 1);
	unit_is(lfdw_http_head_find(&head, "a"), "one two", "a header with a NUL");
	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		char	   *value;

		set_head(&head, cases[i].head);
		value = lfdw_http_head_find(&head, cases[i].name);
		if (value == NULL || cases[i].value == NULL)
			unit_ok(value == cases[i].value, "no header in case %d", i + 1);
		else
			unit_is(value, cases[i].value, "header of case %d", i + 1);
	}
	lfdw_buffer_free(&head);
}

int
main(void)
{
	test_status();
	test_find();
	return unit_done();
}
