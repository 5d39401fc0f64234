/*-------------------------------------------------------------------------
 *
 * sketch_rows.c
 *		Where an answer has its rows.
 *
 * IDENTIFICATION
 *	  src/sql/sketch_rows.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/json_kind.h"
#include "base/json_member.h"
#include "sql/sketch_internal.h"

/* Rows are looked for so many objects deep. */
#define ROWS_DEPTH 10

/* An object with fewer members is a row, whatever they are. */
#define MAP_MEMBERS 2

/* Names of members that hold rows. */
static const char *const rows_names[] = {
	"rows", "items", "data", "results", "result", "records", "value", "values",
	"edges", "nodes", "hits", "predictions", "list", "entries", "elements",
	"content", "features", "objects", "documents", "responses", "outputs",
	"embeddings", "resources", "formattedrecords", "scores", NULL
};

/* Those that hold rows even where these are single values, or none. */
static const char *const list_names[] = {
	"rows", "items", "results", "records", "predictions", "outputs",
	"embeddings", "entries", "elements", "edges", "nodes", "hits", "scores",
	"formattedrecords", NULL
};

/* Names of members that tell about the rows, or about the answer. */
static const char *const about_names[] = {
	"columns", "columnmetadata", "fields", "schema", "headers", "links",
	"errors", "error", "warnings", "meta", "metadata",
	"responsemetadata", "requestid", "status", "success", "message", "info",
	"extensions", "pagination", "paging", "pageinfo", "facets", "aggregations",
	"usage", "cookies", "consumedcapacity", NULL
};

/* Names of objects whose members are data, not fields. */
static const char *const map_names[] = {
	"rates", "prices", "quotes", "counts", "totals", "scores", "balances",
	"exchangerates", "conversionrates", NULL
};

/* An array that may be the rows. */
typedef struct Candidate
{
	char	   *path;
	LfdwJsonValue array;
	size_t		nelements;
	LfdwJsonType type;			/* of its first element that is not null */
	bool		is_named;		/* as rows are */
	bool		is_list;		/* named as rows of any kind are */
	bool		is_about;		/* named as what is about them */
	int			depth;
} Candidate;

/* A place on the way, to go on from. */
typedef struct Search
{
	const LfdwSketch *sketch;
	StringInfoData path;
	List	   *candidates;
} Search;

/* Looks at an array's elements. */
static void
add_candidate(Search *search, const LfdwJsonValue *array,
			  const LfdwJsonValue *key, int depth)
{
	Candidate  *candidate = palloc0(sizeof(Candidate));
	LfdwSketchWalk walk;

	candidate->path = pstrdup(search->path.data);
	candidate->array = *array;
	candidate->type = LFDW_JSON_NULL;
	candidate->depth = depth;
	if (key)
	{
		candidate->is_named = lfdw_sketch_is_one_of(key, rows_names);
		candidate->is_list = lfdw_sketch_is_one_of(key, list_names);
		candidate->is_about = lfdw_sketch_is_one_of(key, about_names);
	}
	lfdw_sketch_walk(&walk, array);
	while (lfdw_sketch_next(&walk))
	{
		candidate->nelements++;
		if (candidate->type == LFDW_JSON_NULL)
			candidate->type = walk.value.type;
	}
	search->candidates = lappend(search->candidates, candidate);
}

/* Finds the arrays in objects, and in strings on the way. */
static void
find_arrays(Search *search, LfdwJsonValue value, const LfdwJsonValue *key,
			int depth)
{
	LfdwSketchWalk walk;

	check_stack_depth();
	if (value.type == LFDW_JSON_STRING)
		lfdw_sketch_open_string(search->sketch, &value);
	if (value.type == LFDW_JSON_ARRAY)
		add_candidate(search, &value, key, depth);
	else if (value.type == LFDW_JSON_OBJECT && depth < ROWS_DEPTH)
	{
		int			len = search->path.len;

		lfdw_sketch_walk(&walk, &value);
		while (lfdw_sketch_next(&walk))
		{
			/* what is to be asked for again is no row */
			if (lfdw_json_page_name(&walk.key) == LFDW_PAGE_SURELY)
				continue;
			lfdw_sketch_append_token(&search->path, &walk.key);
			find_arrays(search, walk.value, &walk.key, depth + 1);
			search->path.len = len;
			search->path.data[len] = '\0';
		}
	}
}

/*
 * How likely an array is to be the rows: objects before arrays before others,
 * then the name, then how far down it is.  Below zero it is a value of a row.
 */
static int
likelihood(const Candidate *candidate)
{
	int			score = -5 * candidate->depth;

	if (candidate->depth == 0)
		return 1000;
	if (candidate->type == LFDW_JSON_OBJECT)
		score += 200;
	else if (candidate->type == LFDW_JSON_ARRAY)
		score += candidate->is_named ? 150 : 60;
	else if (!candidate->is_list)
		return -1;
	if (candidate->is_named)
		score += 70;
	if (candidate->is_about)
		score -= 250;
	return score;
}

/* The array that is most likely to be the rows; NULL where none is likely. */
static const Candidate *
choose_array(const Search *search)
{
	const Candidate *best = NULL;
	int			best_score = -1;
	ListCell   *lc;

	foreach(lc, search->candidates)
	{
		const Candidate *candidate = lfirst(lc);
		int			score = likelihood(candidate);

		if (score > best_score ||
			(best && score == best_score &&
			 candidate->nelements > best->nelements))
		{
			best = candidate;
			best_score = score;
		}
	}
	return best;
}

/* Does a key look like data: "EUR", "2024-01-31", "a1b2", "user@host"? */
static bool
is_data_key(const LfdwJsonValue *key)
{
	bool		upper = key->len > 1;
	bool		digit = false;
	bool		other = false;

	for (size_t i = 0; i < key->len; i++)
	{
		char		c = key->text[i];

		upper &= (c >= 'A' && c <= 'Z');
		digit |= (c >= '0' && c <= '9');
		other |= strchr("-.@/:# ", c) != NULL;
	}
	return upper || other || (digit && !(key->text[0] >= 'a' && key->text[0] <= 'z'));
}

/* Have two objects a member in common? */
static bool
share_member(const LfdwJsonValue *a, const LfdwJsonValue *b)
{
	LfdwSketchWalk walk;
	LfdwJsonValue value;

	lfdw_sketch_walk(&walk, a);
	while (lfdw_sketch_next(&walk))
	{
		if (lfdw_sketch_member(b, lfdw_sketch_decode(&walk.key, NULL), &value))
			return true;
	}
	return false;
}

/*
 * Are the members of an object rows, whose names are data?  They are if all are
 * objects that are alike, or scalars of one kind under names that no column has.
 */
static bool
is_map(const LfdwJsonValue *object, const LfdwJsonValue *name)
{
	bool		named = name && lfdw_sketch_is_one_of(name, map_names);
	bool		objects = true;
	bool		scalars = true;
	bool		data_keys = true;
	int			seen = 0;
	int			nmembers = 0;
	LfdwJsonValue first = {0};
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		if (nmembers++ == 0)
			first = walk.value;
		objects &= walk.value.type == LFDW_JSON_OBJECT;
		scalars &= walk.value.type < LFDW_JSON_ARRAY;
		data_keys &= is_data_key(&walk.key);
		seen |= lfdw_kind_of_value(&walk.value);
		if (objects && nmembers > 1 && !share_member(&first, &walk.value))
			objects = false;
	}
	if (nmembers < MAP_MEMBERS)
		return nmembers == 1 && named && (objects || scalars);
	if (objects)
		return true;
	return scalars && lfdw_kind_element_type(seen) != NULL &&
		(named || data_keys);
}

/* Finds an object whose members are rows; sets the rows where there is one. */
static bool
find_map(LfdwSketch *sketch, StringInfo path, LfdwJsonValue value,
		 const LfdwJsonValue *key, int depth)
{
	LfdwSketchWalk walk;
	int			len = path->len;

	check_stack_depth();
	if (value.type == LFDW_JSON_STRING)
		lfdw_sketch_open_string(sketch, &value);
	if (value.type != LFDW_JSON_OBJECT ||
		(key && lfdw_sketch_is_one_of(key, about_names)))
		return false;
	if (is_map(&value, key))
	{
		sketch->form = LFDW_SKETCH_ENTRIES;
		sketch->rows = value;
		appendStringInfoString(sketch->rows_path, path->data);
		return true;
	}
	lfdw_sketch_walk(&walk, &value);
	while (depth < ROWS_DEPTH && lfdw_sketch_next(&walk))
	{
		lfdw_sketch_append_token(path, &walk.key);
		if (find_map(sketch, path, walk.value, &walk.key, depth + 1))
			return true;
		path->len = len;
		path->data[len] = '\0';
	}
	return false;
}

/*
 * The one object that an object wraps, beside what tells about the answer; false
 * where the object is a row itself.
 */
static bool
find_wrapped(const LfdwSketch *sketch, LfdwJsonValue *object, StringInfo path)
{
	LfdwSketchWalk walk;
	LfdwJsonValue found = {0};
	LfdwJsonValue key = {0};
	int			nfound = 0;

	lfdw_sketch_walk(&walk, object);
	while (lfdw_sketch_next(&walk))
	{
		if (walk.value.type == LFDW_JSON_STRING &&
			!lfdw_sketch_is_one_of(&walk.key, about_names))
			lfdw_sketch_open_string(sketch, &walk.value);
		if (walk.value.type == LFDW_JSON_NULL ||
			lfdw_sketch_is_one_of(&walk.key, about_names))
			continue;
		if (walk.value.type != LFDW_JSON_OBJECT || nfound++ > 0)
			return false;
		found = walk.value;
		key = walk.key;
	}
	if (nfound != 1)
		return false;
	lfdw_sketch_append_token(path, &key);
	*object = found;
	return true;
}

/*
 * Finds an object whose members are arrays of one length, each a column: it is a
 * row of arrays, which a query takes apart.
 */
static bool
find_columnar(LfdwSketch *sketch, StringInfo path, const LfdwJsonValue *value,
			  int depth)
{
	LfdwSketchWalk walk;
	LfdwSketchWalk element;
	int			len = path->len;
	int			nmembers = 0;
	size_t		length = 0;
	bool		alike = true;

	lfdw_sketch_walk(&walk, value);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		size_t		n = 0;

		lfdw_sketch_walk(&element, &walk.value);
		while (!element.is_object && lfdw_sketch_next(&element))
			n++;
		if (nmembers++ == 0)
			length = n;
		alike &= n > 1 && n == length;
	}
	if (alike && nmembers > 1)
	{
		sketch->rows = *value;
		appendStringInfoString(sketch->rows_path, path->data);
		lfdw_sketch_comment(sketch, "Each column is an array; SELECT u.* FROM the table, unnest(its columns) u makes rows of them.");
		return true;
	}
	lfdw_sketch_walk(&walk, value);
	while (walk.is_object && depth < ROWS_DEPTH && lfdw_sketch_next(&walk))
	{
		lfdw_sketch_append_token(path, &walk.key);
		if (find_columnar(sketch, path, &walk.value, depth + 1))
			return true;
		path->len = len;
		path->data[len] = '\0';
	}
	return false;
}

/* Finds CSV in a member of the root object. */
static bool
find_csv(LfdwSketch *sketch)
{
	LfdwSketchWalk walk;
	size_t		len;
	const char *text;

	/* by answer_format 'csv' such a string would be the CSV */
	if (sketch->in_string)
		return false;
	lfdw_sketch_walk(&walk, &sketch->root);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		if (walk.value.type != LFDW_JSON_STRING)
			continue;
		text = lfdw_sketch_decode(&walk.value, &len);
		if (!lfdw_sketch_is_csv(text, len, false))
			continue;
		sketch->form = LFDW_SKETCH_CSV;
		sketch->text = text;
		sketch->len = len;
		lfdw_sketch_append_token(sketch->rows_path, &walk.key);
		return true;
	}
	return false;
}

/* Says which other arrays there are that may have been meant. */
static void
tell_others(LfdwSketch *sketch, const Search *search, const Candidate *chosen)
{
	ListCell   *lc;

	foreach(lc, search->candidates)
	{
		const Candidate *candidate = lfirst(lc);

		if (candidate != chosen && !candidate->is_about &&
			candidate->type >= LFDW_JSON_ARRAY)
			lfdw_sketch_comment(sketch, "rows_path could be %s, too.",
								candidate->path);
	}
}

/* The names of array rows' values: "columns" and the like, beside the rows. */
static void
find_names(LfdwSketch *sketch, const Search *search)
{
	static const char *const names[] = {
		"columns", "columnmetadata", "fields", "schema", "headers", "names", NULL
	};
	LfdwSketchWalk walk;

	lfdw_sketch_walk(&walk, &sketch->root);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		if (walk.value.type == LFDW_JSON_ARRAY &&
			lfdw_sketch_is_one_of(&walk.key, names))
			sketch->names = walk.value;
	}
}

/*
 * Finds the rows of an answer in JSON: the most likely array, or an object whose
 * members are rows, or one row.
 */
void
lfdw_sketch_find_rows(LfdwSketch *sketch)
{
	Search		search = {.sketch = sketch};
	const Candidate *chosen;
	StringInfoData path;

	sketch->names.type = LFDW_JSON_NULL;
	initStringInfo(&search.path);
	find_arrays(&search, sketch->root, NULL, 0);
	chosen = choose_array(&search);
	if (chosen)
	{
		sketch->rows = chosen->array;
		appendStringInfoString(sketch->rows_path, chosen->path);
		tell_others(sketch, &search, chosen);
		find_names(sketch, &search);
		return;
	}
	initStringInfo(&path);
	if (find_csv(sketch) ||
		find_map(sketch, &path, sketch->root, NULL, 0) ||
		find_columnar(sketch, &path, &sketch->root, 0))
		return;
	sketch->rows = sketch->root;
	for (int i = 0; i < ROWS_DEPTH; i++)
	{
		if (!find_wrapped(sketch, &sketch->rows, sketch->rows_path))
			break;
	}
}

/*
 * Says where the function tells of errors, which it did not do this time: beside
 * the rows.
 */
void
lfdw_sketch_find_error_path(LfdwSketch *sketch)
{
	static const char *const names[] = {
		"error", "errors", "errormessage", "errormsg", NULL
	};
	LfdwSketchWalk walk;

	if (sketch->rows_path->len == 0)
		return;
	lfdw_sketch_walk(&walk, &sketch->root);
	while (walk.is_object && lfdw_sketch_next(&walk))
	{
		StringInfoData path;

		if (!lfdw_sketch_is_one_of(&walk.key, names) ||
			!lfdw_json_ends_pages(&walk.value))
			continue;
		initStringInfo(&path);
		lfdw_sketch_append_token(&path, &walk.key);
		if (strncmp(path.data, sketch->rows_path->data, path.len) == 0)
			continue;
		lfdw_sketch_option(sketch, "error_path", path.data);
		return;
	}
}
