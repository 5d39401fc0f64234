/*-------------------------------------------------------------------------
 *
 * lambda_fdw.c
 *		The handler of a foreign-data wrapper over AWS Lambda.
 *
 * IDENTIFICATION
 *	  src/lambda_fdw.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "aws/admission.h"
#include "batch/batch.h"
#include "jit.h"
#include "join/join.h"
#include "modify/modify_exec.h"
#include "modify/modify_explain.h"
#include "modify/modify_finish.h"
#include "modify/modify_plan.h"
#include "modify/modify_truncate.h"
#include "options/declaration.h"
#include "options/foreign_object.h"
#include "pg/extension.h"
#include "pg/setting.h"
#include "scan/analyze.h"
#include "scan/answers.h"
#include "scan/async.h"
#include "scan/limit.h"
#include "scan/parallel_scan.h"
#include "scan/scan.h"
#include "scan/scan_explain.h"
#include "scan/scan_path.h"
#include "scan/scan_plan.h"
#include "shared/activity.h"
#include "shared/result_cache.h"
#include "shared/segment.h"
#include "shared/server_limit.h"
#include "shared/statement.h"
#include "shared/statistics.h"
#include "sql/import_schema.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(lambda_fdw_handler);

extern PGDLLEXPORT void _PG_init(void);

/* What the sessions share. */
static const LfdwPartKind shared_parts[] = {
	[LFDW_PART_STATISTICS] = {lfdw_statistics_size, lfdw_statistics_init, false},
	[LFDW_PART_LIMITS] = {lfdw_server_limit_size, lfdw_server_limit_init, false},
	[LFDW_PART_ACTIVITY] = {lfdw_activity_size, lfdw_activity_init, false},
	[LFDW_PART_STATEMENTS] = {lfdw_statement_size, lfdw_statement_init, false},
	[LFDW_PART_RESULTS] = {lfdw_result_cache_size, lfdw_result_cache_init, true}
};

/* Settings and hooks; libraries are initialized on first use. */
void
_PG_init(void)
{
	lfdw_foreign_set_callback(lambdaGetForeignRelSize);
	lfdw_setting_define();
	lfdw_extension_install();
	lfdw_segment_install(shared_parts);
	lfdw_activity_install();
	lfdw_admission_install(lfdw_foreign_server_limits);
	lfdw_join_plan_install();
	lfdw_batch_plan_install();
	lfdw_declaration_install();
	lfdw_answers_install();
	lfdw_jit_install();
	lfdw_modify_finish_install();
}

/*
 * The handler: returns the table of callbacks.
 */
Datum
lambda_fdw_handler(PG_FUNCTION_ARGS)
{
	FdwRoutine *routine = makeNode(FdwRoutine);

	routine->GetForeignRelSize = lambdaGetForeignRelSize;
	routine->GetForeignPaths = lambdaGetForeignPaths;
	routine->GetForeignPlan = lambdaGetForeignPlan;
	routine->GetForeignUpperPaths = lambdaGetForeignUpperPaths;
	routine->BeginForeignScan = lambdaBeginForeignScan;
	routine->IterateForeignScan = lambdaIterateForeignScan;
	routine->ReScanForeignScan = lambdaReScanForeignScan;
	routine->EndForeignScan = lambdaEndForeignScan;
	routine->IsForeignPathAsyncCapable = lambdaIsForeignPathAsyncCapable;
	routine->ForeignAsyncRequest = lambdaForeignAsyncRequest;
	routine->ForeignAsyncConfigureWait = lambdaForeignAsyncConfigureWait;
	routine->ForeignAsyncNotify = lambdaForeignAsyncNotify;
	routine->IsForeignScanParallelSafe = lambdaIsForeignScanParallelSafe;
	routine->EstimateDSMForeignScan = lambdaEstimateDSMForeignScan;
	routine->InitializeDSMForeignScan = lambdaInitializeDSMForeignScan;
	routine->ReInitializeDSMForeignScan = lambdaReInitializeDSMForeignScan;
	routine->InitializeWorkerForeignScan = lambdaInitializeWorkerForeignScan;
	routine->ShutdownForeignScan = lambdaShutdownForeignScan;
	routine->AddForeignUpdateTargets = lambdaAddForeignUpdateTargets;
	routine->PlanForeignModify = lambdaPlanForeignModify;
	routine->BeginForeignModify = lambdaBeginForeignModify;
	routine->ExecForeignInsert = lambdaExecForeignInsert;
	routine->ExecForeignBatchInsert = lambdaExecForeignBatchInsert;
	routine->GetForeignModifyBatchSize = lambdaGetForeignModifyBatchSize;
	routine->ExecForeignUpdate = lambdaExecForeignUpdate;
	routine->ExecForeignDelete = lambdaExecForeignDelete;
	routine->EndForeignModify = lambdaEndForeignModify;
	routine->BeginForeignInsert = lambdaBeginForeignInsert;
	routine->EndForeignInsert = lambdaEndForeignModify;
	routine->IsForeignRelUpdatable = lambdaIsForeignRelUpdatable;
	routine->ExecForeignTruncate = lambdaExecForeignTruncate;
	routine->ExplainForeignScan = lambdaExplainForeignScan;
	routine->ExplainForeignModify = lambdaExplainForeignModify;
	routine->AnalyzeForeignTable = lambdaAnalyzeForeignTable;
	routine->ImportForeignSchema = lambdaImportForeignSchema;

	PG_RETURN_POINTER(routine);
}
