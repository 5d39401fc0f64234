/*-------------------------------------------------------------------------
 *
 * required_column.c
 *		Required columns, and why conditions give them no value.
 *
 * A query that has a condition on a required column and still fails must be told
 * what is wrong with the condition.  Only the planner knows: the sentences
 * travel in the plan.
 *
 * IDENTIFICATION
 *	  src/scan/required_column.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"

#include "pg/compat.h"
#include "pushdown/term.h"
#include "scan/rel_info.h"
#include "scan/required_column.h"

/* How many bytes of a condition are shown: its list may have any length. */
#define SHOWN_BYTES 500

/* A condition on its way to SQL. */
typedef struct Naming
{
	Index		relid;			/* whose columns have names */
	int			nparams;		/* other values, so far */
} Naming;

/* The column that members of equivalence classes must mention. */
typedef struct Mention
{
	AttrNumber	attnum;
} Mention;

/* Is the column among those that an expression reads? */
static bool
mentions(Node *node, Index relid, AttrNumber attnum)
{
	Bitmapset  *attrs = NULL;

	pull_varattnos(node, relid, &attrs);
	return bms_is_member(attnum - FirstLowInvalidHeapAttributeNumber, attrs);
}

/*
 * Makes a condition one that can be written with the table's names alone: what
 * is another relation's, or a subquery's, becomes a parameter.
 */
static Node *
name_mutator(Node *node, void *context)
{
	Naming	   *naming = context;

	if (node == NULL)
		return NULL;
	if (IsA(node, Var) && (Index) ((Var *) node)->varno == naming->relid &&
		((Var *) node)->varlevelsup == 0)
		return (Node *) makeVar(1, ((Var *) node)->varattno,
								((Var *) node)->vartype,
								((Var *) node)->vartypmod,
								((Var *) node)->varcollid, 0);
	if (IsA(node, Var) || IsA(node, Param) || IsA(node, PlaceHolderVar) ||
		IsA(node, SubPlan) || IsA(node, AlternativeSubPlan))
	{
		Param	   *param = makeNode(Param);

		param->paramkind = PARAM_EXTERN;
		param->paramid = ++naming->nparams;
		param->paramtype = exprType(node);
		param->paramtypmod = exprTypmod(node);
		param->paramcollid = exprCollation(node);
		param->location = -1;
		return (Node *) param;
	}
	return expression_tree_mutator(node, name_mutator, naming);
}

/* The beginning of a long text; palloc'd, or the text itself. */
static char *
shorten(char *text)
{
	int			len = strlen(text);
	int			shown = pg_mbcliplen(text, len, SHOWN_BYTES);

	return shown < len ? psprintf("%.*s...", shown, text) : text;
}

/* A condition as SQL, the table's side of a comparison first; palloc'd. */
static char *
condition_text(PlannerInfo *root, RelOptInfo *baserel, Expr *clause)
{
	RangeTblEntry *rte = planner_rt_fetch(baserel->relid, root);
	Naming		naming = {.relid = baserel->relid};
	Node	   *named;
	OpExpr	   *comparison = (OpExpr *) clause;

	if (is_opclause(clause) && list_length(comparison->args) == 2 &&
		!bms_is_member(baserel->relid, pull_varnos(root, linitial(comparison->args))) &&
		OidIsValid(get_commutator(comparison->opno)))
	{
		clause = copyObject(clause);
		CommuteOpExpr((OpExpr *) clause);
	}
	named = name_mutator((Node *) clause, &naming);
	return shorten(deparse_expression(named,
									  deparse_context_for(rte->eref->aliasname,
														  rte->relid),
									  false, false));
}

/* Why the first of some conditions that mention a column is not sent, or NULL. */
static char *
first_problem(PlannerInfo *root, RelOptInfo *baserel, const LfdwColumn *column,
			  List *restrictions)
{
	ListCell   *lc;

	foreach(lc, restrictions)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);
		const char *why;

		if (!mentions((Node *) rinfo->clause, baserel->relid, column->attnum))
			continue;
		why = lfdw_rel_info_clause(root, baserel, rinfo)->why;
		if (why)
			return psprintf("Its condition %s cannot be sent: %s.",
							condition_text(root, baserel, rinfo->clause), why);
	}
	return NULL;
}

/*
 * Of join clauses, the first that mentions a column, as a sentence; NULL for
 * none.  The plan scans the column's table before the other side.
 */
static char *
join_problem(PlannerInfo *root, RelOptInfo *baserel, const LfdwColumn *column,
			 List *clauses)
{
	ListCell   *lc;

	foreach(lc, clauses)
	{
		RestrictInfo *rinfo = lfirst_node(RestrictInfo, lc);

		if (mentions((Node *) rinfo->clause, baserel->relid, column->attnum))
			return psprintf("Its condition %s cannot be sent: the join cannot give its value before the scan.",
							condition_text(root, baserel, rinfo->clause));
	}
	return NULL;
}

/* Does a member of an equivalence class mention the column? */
static bool
member_mentions(PlannerInfo *root, RelOptInfo *rel, EquivalenceClass *ec,
				EquivalenceMember *em, void *arg)
{
	Mention    *mention = arg;

	return bms_equal(em->em_relids, rel->relids) &&
		mentions((Node *) em->em_expr, rel->relid, mention->attnum);
}

/* The clauses that join a column through equivalence classes. */
static List *
implied_clauses(PlannerInfo *root, RelOptInfo *baserel,
				const LfdwColumn *column)
{
	Mention		mention = {column->attnum};

	if (!baserel->has_eclass_joins)
		return NIL;
	return generate_implied_equalities_for_column(root, baserel,
												  member_mentions, &mention,
												  baserel->lateral_referencers);
}

/*
 * What is wrong with the conditions on required columns, for a plan: a list of
 * lists of attribute number, sentence, and whether it is about the join, not about
 * the condition; palloc'd.  clauses are the scan's own.
 */
List *
lfdw_required_column_problems(PlannerInfo *root, RelOptInfo *baserel,
							  List *clauses)
{
	LfdwRelInfo *info = baserel->fdw_private;
	List	   *problems = NIL;

	for (int i = 0; i < info->table->ncolumns; i++)
	{
		const LfdwColumn *column = &info->table->columns[i];
		List	   *joins;
		char	   *problem;
		bool		of_join;

		if (!column->required)
			continue;
		joins = list_concat_copy(baserel->joininfo,
								 implied_clauses(root, baserel, column));
		problem = first_problem(root, baserel, column,
								list_concat_copy(clauses, joins));
		of_join = problem == NULL;
		if (of_join)
			problem = join_problem(root, baserel, column, joins);
		if (problem)
			problems = lappend(problems, list_make3(makeInteger(column->attnum),
													makeString(problem),
													makeInteger(of_join)));
	}
	return problems;
}

/*
 * Tells the table of a scan that begins what its plan says of the conditions on
 * required columns: the list that lfdw_required_column_problems made, which must
 * live as long.
 */
void
lfdw_required_column_note(LfdwTable *table, List *problems)
{
	table->problems = problems;
}

/* The first operator that a column declares; a required one has some. */
static const char *
declared_operator(const LfdwColumn *column)
{
	int			op = 0;

	while (op < LFDW_NOPERATORS - 1 && !column->pushdown[op].declared)
		op++;
	return lfdw_operators[op].name;
}

/*
 * What the plan says is wrong with the conditions on a column, and whether it is
 * the join that cannot give a value; NULL for nothing.
 */
static const char *
planned_problem(const LfdwTable *table, int column, bool *of_join)
{
	ListCell   *lc;

	foreach(lc, table->problems)
	{
		List	   *problem = lfirst(lc);

		if (intVal(linitial(problem)) != table->columns[column].attnum)
			continue;
		*of_join = intVal(lthird(problem)) != 0;
		return strVal(lsecond(problem));
	}
	return NULL;
}

/*
 * What is wrong with the conditions on a column; NULL if it has none.  Sets
 * *of_join where they could be sent, and the join cannot give the value.
 */
static const char *
problem_of(const LfdwTable *table, const LfdwArguments *arguments, int column,
		   bool *of_join)
{
	*of_join = false;
	return arguments->problems[column] ? arguments->problems[column] :
		planned_problem(table, column, of_join);
}

/*
 * How likely a column without a value is why others have none that counts: most, if
 * it has no condition at all; least, if its own could be sent and the join cannot give
 * the value.
 */
static int
blame_of(const LfdwTable *table, const LfdwArguments *arguments, int column)
{
	bool		of_join;

	if (problem_of(table, arguments, column, &of_join) == NULL)
		return 2;
	return of_join ? 0 : 1;
}

/*
 * Raises HV002 where arguments give a required column no value.  Of several the one
 * is named that is most likely to blame.
 */
void
lfdw_required_column_check(const LfdwTable *table,
						   const LfdwArguments *arguments)
{
	const LfdwColumn *column;
	int			missing = -1;
	const char *problem;
	bool		of_join;

	for (int i = 0; i < table->ncolumns; i++)
	{
		if (table->columns[i].required && !arguments->given[i] &&
			(missing < 0 ||
			 blame_of(table, arguments, i) > blame_of(table, arguments, missing)))
			missing = i;
	}
	if (missing < 0)
		return;
	column = &table->columns[missing];
	problem = problem_of(table, arguments, missing, &of_join);
	ereport(ERROR,
			(errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
			 errmsg("foreign table \"%s\" needs a value for column \"%s\"",
					table->relname, column->attname),
			 errdetail("%s", problem ? problem :
					   "Its function cannot be invoked without one."),
			 problem ? 0 :
			 errhint("Add a condition such as %s %s ... to the query, or join the column.",
					 column->attname, declared_operator(column))));
}
