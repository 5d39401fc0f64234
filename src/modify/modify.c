/*-------------------------------------------------------------------------
 *
 * modify.c
 *		INSERT, UPDATE and DELETE, which no function is asked for yet.
 *
 * IDENTIFICATION
 *	  src/modify/modify.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/lsyscache.h"

#include "modify/modify.h"

/*
 * PlanForeignModify: raises core's own error (0A000), which would come when
 * the plan is begun, with a way out.
 */
List *
lambdaPlanForeignModify(PlannerInfo *root, ModifyTable *plan,
						Index resultRelation, int subplan_index)
{
	const char *name = get_rel_name(planner_rt_fetch(resultRelation, root)->relid);

	ereport(ERROR,
			(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
			 plan->operation == CMD_INSERT ?
			 errmsg("cannot insert into foreign table \"%s\"", name) :
			 plan->operation == CMD_UPDATE ?
			 errmsg("cannot update foreign table \"%s\"", name) :
			 errmsg("cannot delete from foreign table \"%s\"", name),
			 errdetail("Foreign tables of lambda_fdw can only be read."),
			 errhint("Invoke the function with a payload: SELECT lambda_invoke('server', 'function', payload) FROM ...")));
	return NIL;
}
