/*-------------------------------------------------------------------------
 *
 * option_difference.c
 *		Where the options of a foreign table and its function's description differ.
 *
 * Two lists of options, of DefElem with String, are compared by what they mean: an
 * option that is not there has its default, numbers and words have one form each,
 * lists no order, and JSON no white space.  Options that are sets differ element by
 * element.
 *
 * IDENTIFICATION
 *	  src/options/option_difference.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/defrem.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/formatting.h"
#include "utils/jsonb.h"

#include "base/json_pointer.h"
#include "options/choice.h"
#include "options/option.h"
#include "options/option_difference.h"
#include "options/option_internal.h"
#include "options/option_list.h"

/* What the options of a side say of a column, and of its table. */
typedef struct ColumnSide
{
	List	   *options;
	List	   *table_options;
	LfdwColumnOptions column;
	const char *name;			/* in payloads, NULL: the whole row */
} ColumnSide;

/* The text of an option in a list, or of its default; NULL for none. */
static const char *
text_of(const LfdwOption *option, List *options)
{
	ListCell   *lc;

	foreach(lc, options)
	{
		DefElem    *def = lfirst(lc);

		if (strcmp(def->defname, option->name) == 0)
			return defGetString(def);
	}
	return option->boot_value;
}

/*
 * Does jsonb take a JSON that json-c has taken?  It has no NUL, no half of a surrogate
 * pair, no character that the database encoding lacks, and numbers of numeric's range:
 * what exponents of four digits and so few other digits cannot leave.
 */
static bool
fits_jsonb(const char *text)
{
	if (strlen(text) > 4000)
		return false;
	for (const char *p = strstr(text, "\\u"); p; p = strstr(p + 1, "\\u"))
	{
		if (GetDatabaseEncoding() != PG_UTF8 || strncmp(p, "\\u0000", 6) == 0 ||
			((p[2] == 'd' || p[2] == 'D') && p[3] >= '8'))
			return false;
	}
	for (const char *p = strpbrk(text, "eE"); p; p = strpbrk(p + 1, "eE"))
	{
		const char *digits = p + 1 + strspn(p + 1, "+-");

		if (strspn(digits, "0123456789") > 4)
			return false;
	}
	return true;
}

/*
 * A JSON object with neither white space nor an order of its members; one that jsonb
 * does not take, as it is.
 */
static const char *
canonical_object(const char *text)
{
	Jsonb	   *json;

	if (!fits_jsonb(text))
		return text;
	json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* list_sort: texts. */
static int
compare_texts(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* The elements of a list, each once, in order. */
static const char *
canonical_list(LfdwOptionKind kind, List *elements)
{
	StringInfoData text;
	List	   *texts = NIL;
	const char *before = NULL;
	ListCell   *lc;

	foreach(lc, elements)
		texts = lappend(texts, kind == LFDW_KIND_STATUS_LIST ?
						psprintf("%d", lfirst_int(lc)) : lfirst(lc));
	list_sort(texts, compare_texts);
	initStringInfo(&text);
	foreach(lc, texts)
	{
		if (before == NULL || strcmp(before, lfirst(lc)) != 0)
			appendStringInfo(&text, "%s%s", before ? ", " : "", (char *) lfirst(lc));
		before = lfirst(lc);
	}
	return text.data;
}

/* The one form of a word, whose first one is the default. */
static const char *
canonical_word(LfdwOptionKind kind, int value)
{
	return lfdw_choice_word(LFDW_CHOICE_EVENT + (kind - LFDW_KIND_EVENT),
							value > 0 ? value : 1);
}

/*
 * The one form of an option's value, NULL for none where it has no default.  Values
 * that others have checked; neither pushdown nor capabilities, which are sets.
 */
static const char *
canonical(const LfdwOption *option, const char *text)
{
	/* what a kind stores, see option_kind.h */
	union
	{
		bool		truth;
		int			number;
		double		real;
		List	   *list;
		void	   *pointer;
	}			field = {.real = 0};
	char	   *why;

	if (text && !lfdw_option_parse(option->kind, text, option->min, option->max,
								   &field, &why))
		return text;
	if (option->kind >= LFDW_KIND_EVENT)
		return canonical_word(option->kind, field.number);
	if (text == NULL)
		return NULL;
	switch (option->kind)
	{
		case LFDW_KIND_BOOL:
			return field.truth ? "true" : "false";
		case LFDW_KIND_INT:
			return psprintf("%d", field.number);
		case LFDW_KIND_REAL:
			return psprintf("%.15g", field.real);
		case LFDW_KIND_OBJECT:
		case LFDW_KIND_ITEM:
			return canonical_object(text);
		case LFDW_KIND_STATUS_LIST:
		case LFDW_KIND_NAME_LIST:
			return canonical_list(option->kind, field.list);
		case LFDW_KIND_HEADER:
			return asc_tolower(text, strlen(text));
		default:
			return text;
	}
}

/* Adds a difference. */
static List *
add_difference(List *differences, const LfdwOption *option, const char *ours,
			   const char *theirs, bool unkept)
{
	LfdwOptionDifference *difference = palloc(sizeof(LfdwOptionDifference));

	difference->option = option->name;
	difference->ours = ours;
	difference->theirs = theirs;
	difference->unkept = unkept;
	return lappend(differences, difference);
}

/* Compares an option's canonical values. */
static List *
compare_values(List *differences, const LfdwOption *option, const char *ours,
			   const char *theirs)
{
	if (ours == NULL ? theirs == NULL : theirs && strcmp(ours, theirs) == 0)
		return differences;
	return add_difference(differences, option, ours, theirs,
						  lfdw_option_is_relied_on(option) && ours &&
						  strcmp(ours, "true") == 0);
}

/* The flags of capabilities that a list of options has. */
static int
capabilities_of(const LfdwOption *option, List *options)
{
	const char *text = text_of(option, options);
	int			flags = 0;
	char	   *why;

	if (text)
		(void) lfdw_option_list_capabilities(text, &flags, &why);
	return flags;
}

/* Compares capabilities, one by one. */
static List *
compare_capabilities(List *differences, const LfdwOption *option, List *ours,
					 List *theirs)
{
	static const struct
	{
		int			flag;
		const char *name;
	}			capabilities[] = {
		{LFDW_CAPABLE_LIMIT, "limit"},
		{LFDW_CAPABLE_ORDER_BY, "order_by"}
	};
	int			our_flags = capabilities_of(option, ours);
	int			their_flags = capabilities_of(option, theirs);

	for (int i = 0; i < (int) lengthof(capabilities); i++)
	{
		bool		here = (our_flags & capabilities[i].flag) != 0;
		bool		there = (their_flags & capabilities[i].flag) != 0;

		if (here != there)
			differences = add_difference(differences, option,
										 here ? capabilities[i].name : NULL,
										 there ? capabilities[i].name : NULL, here);
	}
	return differences;
}

/*
 * Where the options of a foreign table, ours, and those that its function describes,
 * theirs, differ: a list of LfdwOptionDifference, palloc'd.  Options that a function
 * does not say of itself are passed over.
 */
List *
lfdw_option_table_differences(List *ours, List *theirs)
{
	List	   *differences = NIL;
	const LfdwOption *option = NULL;

	while ((option = lfdw_described_option_next(false, option)))
	{
		if (option->kind == LFDW_KIND_CAPABILITIES)
			differences = compare_capabilities(differences, option, ours, theirs);
		else
			differences = compare_values(differences, option,
										 canonical(option, text_of(option, ours)),
										 canonical(option, text_of(option, theirs)));
	}
	return differences;
}

/* Reads what a side says of a column of this name. */
static ColumnSide *
read_side(const char *column, List *options, List *table_options)
{
	ColumnSide *side = palloc0(sizeof(ColumnSide));

	side->options = options;
	side->table_options = table_options;
	lfdw_option_read_defaults(AttributeRelationId, &side->column);
	lfdw_option_read(AttributeRelationId, options, &side->column);
	lfdw_option_complete_column(&side->column);
	if (side->column.path == NULL)
		side->column.path = lfdw_pointer_to(column);
	side->name = lfdw_pointer_dotted(side->column.path);
	return side;
}

/* An operator as a side declares it, with an argument that is not its default. */
static const char *
declared_operator(const ColumnSide *side, int op)
{
	const LfdwPushdown *pushdown = side->column.pushdown;
	const LfdwOperator *operator = &lfdw_operators[op];
	const char *argument;

	if (pushdown == NULL || !pushdown[op].declared)
		return NULL;
	argument = pushdown[op].argument;
	if (argument == NULL ||
		(operator->named_by_column && side->name && strcmp(argument, side->name) == 0))
		return operator->name;
	return psprintf("%s:%s", operator->name, argument);
}

/*
 * Compares declared operators, one by one.  One by another argument is not done by the
 * function as the table has it, either.
 */
static List *
compare_operators(List *differences, const LfdwOption *option,
				  const ColumnSide *ours, const ColumnSide *theirs)
{
	for (int op = 0; op < LFDW_NOPERATORS; op++)
	{
		const char *here = declared_operator(ours, op);
		const char *there = declared_operator(theirs, op);

		if (here ? there == NULL || strcmp(here, there) != 0 : there != NULL)
			differences = add_difference(differences, option, here, there,
										 here != NULL);
	}
	return differences;
}

/* A path as it is compared, and shown. */
static const char *
path_text(const ColumnSide *side)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < side->column.path->ntokens; i++)
		lfdw_pointer_append(&text, side->column.path->tokens[i]);
	return text.data;
}

/* The argument_format that a column has, by its own or its table's option. */
static const char *
argument_format_of(const LfdwOption *option, const ColumnSide *side)
{
	const char *text = text_of(option, side->options);

	return canonical(option, text ? text : text_of(option, side->table_options));
}

/* Compares an option of a column that is no set. */
static List *
compare_column_option(List *differences, const LfdwOption *option,
					  const ColumnSide *ours, const ColumnSide *theirs)
{
	const char *here = text_of(option, ours->options);
	const char *there = text_of(option, theirs->options);

	/* a column has three options whose defaults are no constants */
	if (option->field == offsetof(LfdwColumnOptions, path))
		return compare_values(differences, option, path_text(ours), path_text(theirs));
	if (option->field == offsetof(LfdwColumnOptions, required))
		return compare_values(differences, option,
							  ours->column.required ? "true" : "false",
							  theirs->column.required ? "true" : "false");
	if (option->field == offsetof(LfdwColumnOptions, argument_format))
		return here == NULL && there == NULL ? differences :
			compare_values(differences, option, argument_format_of(option, ours),
						   argument_format_of(option, theirs));
	return compare_values(differences, option, canonical(option, here),
						  canonical(option, there));
}

/*
 * As lfdw_option_table_differences for a column of this name: its options and those of
 * its table, ours and theirs.
 */
List *
lfdw_option_column_differences(const char *column, List *ours, List *our_table,
							   List *theirs, List *their_table)
{
	ColumnSide *here = read_side(column, ours, our_table);
	ColumnSide *there = read_side(column, theirs, their_table);
	List	   *differences = NIL;
	const LfdwOption *option = NULL;

	while ((option = lfdw_described_option_next(true, option)))
	{
		if (option->kind == LFDW_KIND_PUSHDOWN)
			differences = compare_operators(differences, option, here, there);
		else
			differences = compare_column_option(differences, option, here, there);
	}
	return differences;
}
