/*-------------------------------------------------------------------------
 *
 * sql_ml.h
 *		How functions of SQL reach the services of machine learning.
 *
 * IDENTIFICATION
 *	  src/sql/sql_ml.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_SQL_ML_H
#define LFDW_SQL_ML_H

#include "postgres.h"

#include "ml/ml_request.h"

extern LfdwMlAccess *lfdw_sql_ml_access(const LfdwMlService *service,
										const char *function, LfdwWork *work);

#endif							/* LFDW_SQL_ML_H */
