/*-------------------------------------------------------------------------
 *
 * sketch_pages.c
 *		The pages that an answer speaks of, as options of a table.
 *
 * What the answer says is certain; which argument asks for the next page is not,
 * unless the payload has it: then it is the one that such functions have, and a
 * comment says so.  A function that does not read it answers with the same page
 * again, which is an error of the scan that names the argument.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_pages.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/json_member.h"
#include "base/json_pointer.h"
#include "base/link_header.h"
#include "base/snake_case.h"
#include "sql/sketch_internal.h"

/* Pages are looked for so many objects deep. */
#define PAGES_DEPTH 6

/* A member of the answer that speaks of a further page. */
typedef struct PageMember
{
	char	   *path;			/* of the answer, or the name of a header */
	LfdwJsonValue key;
	bool		is_sure;		/* its name says so by itself */
	bool		is_flag;		/* it says whether there is one */
	bool		is_url;			/* it is the URL of it ... */
	const char *url;			/* ... which is this, if there is one */
	bool		is_header;
	bool		is_last;		/* there is none */
} PageMember;

/* What the answer says of its pages. */
typedef struct Pages
{
	LfdwSketch *sketch;
	LfdwSketchArguments arguments;
	StringInfoData path;
	List	   *members;		/* of PageMember */
	char	   *page;			/* the member that numbers the page, and ... */
	int			page_number;
	char	   *offset;			/* that of an offset */
	bool		has_total;		/* the answer counts what there is */
} Pages;

/* Arguments that carry a cursor, by the letters of the cursor's name. */
static const struct
{
	const char *cursor;
	const char *argument;		/* in snake_case */
}			cursor_arguments[] =

{
	{"continuationtoken", "continuation_token"},
	{"cursor", "cursor"},
	{"endcursor", "after"},
	{"lastevaluatedkey", "exclusive_start_key"},
	{"nextcontinuationtoken", "continuation_token"},
	{"nextcursor", "cursor"},
	{"nextkey", "start_key"},
	{"nextmarker", "marker"},
	{"nextoffset", "offset"},
	{"nextpage", "page"},
	{"nextpagecursor", "cursor"},
	{"nextpagenumber", "page"},
	{"nextpagetoken", "page_token"},
	{"nextstart", "start"},
	{"nexttoken", "next_token"},
	{"pagetoken", "page_token"},
	{"paginationtoken", "pagination_token"},
	{"resumptiontoken", "resumption_token"},
	{"unprocessedids", "ids"},
	{"unprocesseditems", "request_items"},
	{"unprocessedkeys", "request_items"}
};

static const char *const flag_names[] = {
	"hasmore", "hasmoreitems", "hasmorepages", "hasmoreresults", "hasnext",
	"hasnextpage", "istruncated", "moredataavailable", "morepages",
	"moreresults", "moreresultsavailable", "more", "truncated", NULL
};

static const char *const url_names[] = {
	"nextlink", "nextpagelink", "nextpageuri", "nextpageurl", "nextrecordsurl",
	"nexturi", "nexturl", "odatanextlink", NULL
};

static const char *const link_objects[] = {"links", "link", NULL};
static const char *const page_names[] = {
	"page", "pageno", "pagenumber", "pagenum", "currentpage", "pageindex", NULL
};
static const char *const offset_names[] = {
	"offset", "skip", "start", "startindex", "startat", NULL
};
static const char *const total_names[] = {
	"total", "totalcount", "totalitems", "totalresults", "totalrecords",
	"totalpages", "pages", "pagecount", "lastpage", "numpages", "numfound",
	"maxpage", NULL
};
static const char *const limit_names[] = {
	"limit", "pagesize", "perpage", "maxresults", "maxitems", "maxkeys", "size",
	"take", "top", "first", "pagelimit", "count", NULL
};
static const char *const cursor_names[] = {
	"cursor", "after", "token", "nexttoken", "pagetoken", "startingafter",
	"exclusivestartkey", "continuationtoken", "marker", "startafter",
	"paginationtoken", "startkey", "nextcursor", NULL
};

/* The text of a string value; NULL for another, or a long one. */
static char *
short_string(const LfdwJsonValue *value)
{
	return value->type == LFDW_JSON_STRING && value->len < 4096 ?
		lfdw_sketch_decode(value, NULL) : NULL;
}

static bool
looks_like_url(const LfdwJsonValue *value)
{
	char	   *text = short_string(value);

	return text && (strncmp(text, "http://", 7) == 0 ||
					strncmp(text, "https://", 8) == 0 || text[0] == '/');
}

/* Notes a member by which a further page is told of. */
static void
add_member(Pages *pages, const LfdwJsonValue *key, const LfdwJsonValue *value,
		   bool is_sure, bool in_links)
{
	PageMember *member = palloc0(sizeof(PageMember));

	member->path = pstrdup(pages->path.data);
	member->key = *key;
	member->is_sure = is_sure;
	member->is_flag = value->type == LFDW_JSON_TRUE ||
		value->type == LFDW_JSON_FALSE ||
		lfdw_sketch_is_one_of(key, flag_names);
	member->is_url = in_links || looks_like_url(value) ||
		lfdw_sketch_is_one_of(key, url_names);
	member->url = short_string(value);
	member->is_last = lfdw_json_ends_pages(value);
	pages->members = lappend(pages->members, member);
}

/* Notes what a member of the answer, beside the rows, says of pages. */
static void
note_member(Pages *pages, const LfdwJsonValue *key, const LfdwJsonValue *value,
			bool beside_rows, bool in_links)
{
	LfdwPageName name = lfdw_json_page_name(key);
	LfdwJsonValue href;
	int			number;

	if (in_links && lfdw_json_is(key, "next") &&
		lfdw_sketch_member(value, "href", &href))
	{
		appendStringInfoString(&pages->path, "/href");
		add_member(pages, key, &href, true, true);
	}
	else if (name == LFDW_PAGE_SURELY ||
			 (name == LFDW_PAGE_BESIDE_ROWS && (beside_rows || in_links)))
		add_member(pages, key, value, name == LFDW_PAGE_SURELY || in_links, in_links);
	else if (lfdw_sketch_number(value, &number) && value->type == LFDW_JSON_NUMBER)
	{
		pages->has_total |= lfdw_sketch_is_one_of(key, total_names);
		if (lfdw_sketch_is_one_of(key, page_names))
		{
			pages->page = lfdw_sketch_decode(key, NULL);
			pages->page_number = number;
		}
		if (lfdw_sketch_is_one_of(key, offset_names) && number == 0)
			pages->offset = lfdw_sketch_decode(key, NULL);
	}
}

/* Does the path lead to what holds the rows? */
static bool
holds_rows(const Pages *pages)
{
	const char *rows = pages->sketch->rows_path->data;

	return strncmp(rows, pages->path.data, pages->path.len) == 0 &&
		rows[pages->path.len] == '/';
}

/* Looks for pages in an object of the answer, and in those that it holds. */
static void
search_object(Pages *pages, const LfdwJsonValue *object, bool in_links, int depth)
{
	LfdwSketchWalk walk;
	int			len = pages->path.len;
	bool		beside_rows = depth <= 1 ||
	strncmp(pages->sketch->rows_path->data, pages->path.data, len) == 0;

	lfdw_sketch_walk(&walk, object);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		LfdwJsonValue value = walk.value;

		lfdw_sketch_append_token(&pages->path, &walk.key);
		if (strcmp(pages->path.data, pages->sketch->rows_path->data) != 0)
		{
			if (!holds_rows(pages))
				note_member(pages, &walk.key, &value, beside_rows, in_links);
			if (value.type == LFDW_JSON_OBJECT && depth < PAGES_DEPTH &&
				lfdw_json_page_name(&walk.key) == LFDW_PAGE_NO)
				search_object(pages, &value,
							  lfdw_sketch_is_one_of(&walk.key, link_objects),
							  depth + 1);
		}
		pages->path.len = len;
		pages->path.data[len] = '\0';
	}
}

/* The text of a header, the first of several; NULL where it has none. */
static char *
header_text(const LfdwJsonValue *value)
{
	LfdwSketchWalk walk;

	if (value->type != LFDW_JSON_ARRAY)
		return short_string(value);
	lfdw_sketch_walk(&walk, value);
	return lfdw_sketch_next(&walk) ? short_string(&walk.value) : NULL;
}

/* Looks for pages in the headers of an answer. */
static void
search_headers(Pages *pages)
{
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, &pages->sketch->headers);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		LfdwJsonValue key = walk.key;
		bool		is_link = key.len == 4 && pg_strncasecmp(key.text, "link", 4) == 0;
		char	   *text = header_text(&walk.value);
		const char *url;
		size_t		url_len;
		PageMember *member;

		if (key.len > 2 && pg_strncasecmp(key.text, "x-", 2) == 0)
		{
			key.text += 2;
			key.len -= 2;
		}
		if (text == NULL ||
			!(is_link ? lfdw_link_find(text, strlen(text), "next", &url, &url_len) :
			  lfdw_json_page_name(&key) == LFDW_PAGE_SURELY))
			continue;
		member = palloc0(sizeof(PageMember));
		member->path = lfdw_sketch_decode(&walk.key, NULL);
		for (char *p = member->path; *p; p++)
			*p = pg_ascii_tolower((unsigned char) *p);
		member->key = key;
		member->is_header = member->is_sure = true;
		member->is_url = is_link;
		if (is_link)
			member->url = pnstrdup(url, url_len);
		pages->members = lappend(pages->members, member);
	}
}

/* A snake_case name as another name is spelled: NextToken, nextToken, next_token. */
static char *
spelled_like(const char *snake, const LfdwJsonValue *model)
{
	StringInfoData name;
	bool		snakes = memchr(model->text, '_', model->len) != NULL;
	bool		upper = model->len > 0 && model->text[0] >= 'A' && model->text[0] <= 'Z';

	for (size_t i = 0; i < model->len && !snakes; i++)
	{
		if (model->text[i] >= 'A' && model->text[i] <= 'Z')
			break;
		snakes = i + 1 == model->len;
	}
	if (snakes)
		return pstrdup(snake);
	initStringInfo(&name);
	for (const char *p = snake; *p; p++)
	{
		if (*p == '_')
			upper = true;
		else
		{
			appendStringInfoChar(&name, upper ? pg_ascii_toupper((unsigned char) *p) : *p);
			upper = false;
		}
	}
	return name.data;
}

/* The argument of the payload whose name is one of some; NULL for none. */
static char *
given_argument(const Pages *pages, const char *const *names, LfdwJsonValue *value)
{
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, &pages->arguments.object);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		if (lfdw_sketch_is_one_of(&walk.key, names))
		{
			*value = walk.value;
			return lfdw_sketch_decode(&walk.key, NULL);
		}
	}
	return NULL;
}

/*
 * The argument that carries a cursor: the payload's own, or the one that goes
 * with the cursor's name, NULL where none does.  *guessed tells them apart.
 */
static char *
cursor_argument(const Pages *pages, const PageMember *member, bool *guessed)
{
	char	   *letters = palloc(member->key.len + 1);

	/* headers are spelled as headers are */
	const LfdwJsonValue camel = {LFDW_JSON_STRING, false, "nextToken", 9};
	const char *own[3] = {0};
	char		pair[64];
	LfdwJsonValue value;
	char	   *given;

	letters[lfdw_name_letters(member->key.text, member->key.len, letters)] = '\0';
	*guessed = false;
	for (int i = 0; i < (int) lengthof(cursor_arguments); i++)
	{
		const char *argument = cursor_arguments[i].argument;

		if (strcmp(cursor_arguments[i].cursor, letters) != 0)
			continue;
		pair[lfdw_name_letters(argument, strlen(argument), pair)] = '\0';
		own[0] = pair;
		own[1] = letters;
		given = given_argument(pages, own, &value);
		if (given == NULL && strncmp(letters, "unprocessed", 11) == 0)
		{
			own[0] = letters + 11;
			given = given_argument(pages, own, &value);
		}
		if (given == NULL)
			given = given_argument(pages, cursor_names, &value);
		*guessed = (given == NULL);
		return given ? given :
			spelled_like(argument, member->is_header ? &camel : &member->key);
	}
	return given_argument(pages, cursor_names, &value);
}

/* Says an argument's place, or that the payload leaves none to it. */
static bool
add_argument(Pages *pages, const char *option, const char *name, bool guessed)
{
	LfdwSketch *sketch = pages->sketch;
	char	   *place = lfdw_sketch_argument_place(&pages->arguments, name);

	if (sketch->has_route)
		place = pstrdup(name);
	else if (pages->arguments.closed)
	{
		if (!lfdw_sketch_add_route(sketch, NULL))
		{
			lfdw_sketch_comment(sketch, "The answer has pages: give the payload an object at %s, and %s '%s' asks for them.",
								pages->arguments.base, option, place);
			return false;
		}
		place = pstrdup(name);
	}
	lfdw_sketch_option(sketch, option, place);
	if (pages->arguments.is_text && !sketch->has_text)
		lfdw_sketch_option(sketch, "argument_format", "text");
	sketch->has_text = true;
	if (guessed)
		lfdw_sketch_comment(sketch, "%s '%s' is a guess: the function must read it.",
							option, place);
	return true;
}

/* Says how many rows a page has, where the payload asks for a number. */
static void
add_limit(Pages *pages)
{
	LfdwJsonValue value;
	char	   *name = given_argument(pages, limit_names, &value);
	int			number;

	if (name == NULL || !lfdw_sketch_number(&value, &number) || number < 1 ||
		pages->sketch->has_route)
		return;
	lfdw_sketch_option(pages->sketch, "limit_argument",
					   lfdw_sketch_argument_place(&pages->arguments, name));
	lfdw_sketch_option(pages->sketch, "page_size", psprintf("%d", number));
}

/* Says what ends the pages, where the answer does. */
static void
add_flag(Pages *pages)
{
	ListCell   *lc;

	foreach(lc, pages->members)
	{
		const PageMember *member = lfirst(lc);

		if (member->is_flag)
		{
			lfdw_sketch_option(pages->sketch, "more_path", member->path);
			return;
		}
	}
}

/* Says a cursor; false where it cannot be sent. */
static bool
add_cursor(Pages *pages, const PageMember *member)
{
	LfdwSketch *sketch = pages->sketch;
	const char *option = member->is_header ? "cursor_header" : "cursor_path";
	bool		guessed;
	char	   *argument;

	if (member->is_url)
	{
		if (!lfdw_sketch_add_route(sketch, member->url))
		{
			lfdw_sketch_comment(sketch, "The next page is a URL, %s '%s', which a table asks for that has the options event and route.",
								option, member->path);
			return false;
		}
		lfdw_sketch_option(sketch, option, member->path);
		return true;
	}
	argument = cursor_argument(pages, member, &guessed);
	if (argument == NULL)
	{
		lfdw_sketch_comment(sketch, "The answer speaks of a further page, %s '%s'; the option cursor_argument would say which argument asks for it.",
							option, member->path);
		return false;
	}
	if (!add_argument(pages, "cursor_argument", argument, guessed))
		return false;
	lfdw_sketch_option(sketch, option, member->path);
	return true;
}

/* The cursor that says the most; NULL for none. */
static const PageMember *
choose_cursor(const Pages *pages)
{
	const PageMember *best = NULL;
	ListCell   *lc;

	foreach(lc, pages->members)
	{
		const PageMember *member = lfirst(lc);

		if (member->is_flag)
			continue;
		if (best == NULL || (member->is_sure && !best->is_sure) ||
			(member->is_sure == best->is_sure && best->is_last && !member->is_last))
			best = member;
	}
	return best;
}

/* Has the table a column at this path? */
static bool
has_column(const LfdwSketch *sketch, const char *path)
{
	for (int i = 0; i < sketch->ncolumns; i++)
	{
		if (strcmp(sketch->columns[i].path, path) == 0)
			return true;
	}
	return false;
}

/*
 * Says that the last row's ID asks for the next page: lists as Stripe has them,
 * or an argument of the payload that means it.
 */
static bool
add_row_cursor(Pages *pages)
{
	static const char *const starting_after[] = {"startingafter", NULL};
	LfdwSketch *sketch = pages->sketch;
	LfdwJsonValue value;
	char	   *given = given_argument(pages, starting_after, &value);

	if (!has_column(sketch, "/id") ||
		!(given || (lfdw_sketch_member(&sketch->root, "object", &value) &&
					value.type == LFDW_JSON_STRING &&
					lfdw_json_is(&value, "list"))))
		return false;
	if (!add_argument(pages, "cursor_argument", given ? given : "starting_after",
					  given == NULL))
		return false;
	lfdw_sketch_option(sketch, "cursor_row_path", "/id");
	return true;
}

/* Says pages that are counted, by number or by rows. */
static bool
add_counted(Pages *pages)
{
	LfdwSketch *sketch = pages->sketch;
	LfdwJsonValue value;
	int			number = 1;
	char	   *given = given_argument(pages, page_names, &value);
	char	   *page = given;

	if (page)
		lfdw_sketch_number(&value, &number);
	else if (pages->page)
	{
		page = pages->page;
		number = Min(pages->page_number, 1);
	}
	if (page)
	{
		if (!add_argument(pages, "page_argument", page, given == NULL))
			return false;
		if (number != 1)
			lfdw_sketch_option(sketch, "first_page", psprintf("%d", number));
		return true;
	}
	given = given_argument(pages, offset_names, &value);
	if (given && (!lfdw_sketch_number(&value, &number) || number != 0))
		given = NULL;
	page = given ? given :
		(pages->has_total || pages->members) ? pages->offset : NULL;
	return page && add_argument(pages, "offset_argument", page, given == NULL);
}

/* Has the answer rows of which a further page may have more? */
static bool
has_rows(const LfdwSketch *sketch)
{
	switch (sketch->form)
	{
		case LFDW_SKETCH_JSON:
			return sketch->rows.type == LFDW_JSON_ARRAY;
		case LFDW_SKETCH_NOTHING:
		case LFDW_SKETCH_RAW:
			return false;
		default:
			return true;
	}
}

/*
 * Says which pages the answer speaks of, and in comments what only the function
 * can know.
 */
void
lfdw_sketch_find_pages(LfdwSketch *sketch)
{
	Pages		pages = {.sketch = sketch};
	const PageMember *cursor;

	if (!has_rows(sketch))
		return;
	lfdw_sketch_find_arguments(sketch, &pages.arguments);
	initStringInfo(&pages.path);
	search_headers(&pages);
	if (sketch->form != LFDW_SKETCH_CSV && sketch->form != LFDW_SKETCH_LINES &&
		sketch->rows_path->len > 0)
		search_object(&pages, &sketch->root, false, 1);
	cursor = choose_cursor(&pages);
	if ((cursor && add_cursor(&pages, cursor)) ||
		(pages.members && add_row_cursor(&pages)) || add_counted(&pages))
	{
		add_flag(&pages);
		add_limit(&pages);
	}
	else if (pages.members && cursor == NULL)
		lfdw_sketch_comment(sketch, "The answer speaks of further pages, %s; which argument asks for them the options page_argument, offset_argument or cursor_row_path would say.",
							((PageMember *) linitial(pages.members))->path);
}
