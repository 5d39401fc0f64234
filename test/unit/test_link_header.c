/*-------------------------------------------------------------------------
 *
 * test_link_header.c
 *		Unit tests of src/base/link_header.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_link_header.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/link_header.h"

/* A header, and the URL of its link of type "next", NULL for none. */
static const struct
{
	const char *value;
	const char *url;
}			links[] =

{
	{"<https://h/o?page=2>; rel=\"next\"", "https://h/o?page=2"},
	{"<https://h/o?page=2>; rel=next", "https://h/o?page=2"},
	{"<https://h/o?page=2>;rel=next", "https://h/o?page=2"},
	{" <u> ;\t rel = \"next\" ", "u"},
	{"<u>; REL=\"NEXT\"", "u"},
	{"<a>; rel=\"prev\", <b>; rel=\"next\", <c>; rel=\"last\"", "b"},
	{"<a>; rel=first,<b>; rel=next,<c>; rel=next", "b"},
	{", ,<a>; rel=prev,, <b>; rel=next,", "b"},

	/* a URL may have what separates links and parameters */
	{"<a?x=1,2;y=3>; rel=prev, <b?x=1,2;rel=next>; rel=next", "b?x=1,2;rel=next"},
	{"<>; rel=next", ""},

	/* other parameters, and values that have what separates them */
	{"<u>; title=\"a, <b>; rel=\\\"prev\\\"; \\\\\"; rel=\"next\"; type=\"x\"", "u"},
	{"<u>; title; rel=next", "u"},
	{"<u>; title*=UTF-8''%e2%82%ac; rel=next", "u"},
	{"<u>; relx=next; xrel=next", NULL},
	{"<u>; results=\"true\"; cursor=\"1:0\"; rel=\"next\"", "u"},

	/* several types; of several rel the first */
	{"<u>; rel=\"last next\"", "u"},
	{"<u>; rel=\"last  next \"", "u"},
	{"<u>; rel=\"nextpage lastnext\"", NULL},
	{"<u>; rel=prev; rel=next", NULL},
	{"<u>; rel; rel=next", NULL},
	{"<u>; rel=\"\"", NULL},
	{"<u>; rev=next", NULL},

	/* nothing of the kind */
	{"", NULL},
	{" ", NULL},
	{",", NULL},
	{"<u>", NULL},
	{"<u; rel=next", NULL},
	{"u; rel=next", NULL},
	{"<u> rel=next", NULL},
	{"<u>; rel=\"next", "u"},
	{"<u>; rel=\"prev\\", NULL},
	{"<u>; rel=", NULL},
	{"<u>;", NULL},
	{"<u>; rel=prev <v>; rel=next", NULL}
};

int
main(void)
{
	for (int i = 0; i < (int) lengthof(links); i++)
	{
		/* without the NUL after it, so that a read past the end is seen */
		size_t		len = strlen(links[i].value);
		char	   *value = memcpy(palloc(len), links[i].value, len);
		const char *url = NULL;
		size_t		url_len = 0;
		bool		found = lfdw_link_find(value, len, "next", &url, &url_len);

		unit_ok(found == (links[i].url != NULL) &&
				(!found || (url_len == strlen(links[i].url) &&
							memcmp(url, links[i].url, url_len) == 0)),
				"next of: %s", links[i].value);
	}
	return unit_done();
}
