/*-------------------------------------------------------------------------
 *
 * budget.c
 *		What a statement may use: lambda_fdw.max_invocations, max_bytes, max_cost.
 *
 * A call is counted before it is sent, and refused where the statement would pass a
 * limit with it.  A retry belongs to its call: it is counted as bytes and as a request
 * that may be billed, and refused by nothing.  What an answer has and what a call costs
 * beside its request is known later only; it is counted then, and meets the next call.
 *
 * Costs are whole numbers of requests and of milliseconds times megabytes until they
 * are compared, in billionths of a dollar.
 *
 * IDENTIFICATION
 *	  src/aws/budget.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/parallel.h"

#include "aws/budget.h"
#include "pg/setting.h"
#include "shared/statement.h"

/* Is there a limit at all?  Else nothing is counted. */
static bool
is_limited(const LfdwBudget *budget)
{
	return budget->max_invocations > 0 || budget->max_kb > 0 ||
		budget->max_cost > 0;
}

static int64
max_bytes(const LfdwBudget *budget)
{
	return (int64) budget->max_kb * 1024;
}

/* Is the price of something set, so that the reader's settings say what calls cost? */
bool
lfdw_cost_is_known(void)
{
	const LfdwBudget *budget = lfdw_setting_budget();

	return budget->price_request > 0 || budget->price_gb_second > 0;
}

/*
 * What requests to Lambda cost, in dollars, by the prices that are set: their number,
 * without those that were throttled, and what reports say was billed.
 */
double
lfdw_cost_estimate(int64 requests, int64 billed_mb_ms)
{
	const LfdwBudget *budget = lfdw_setting_budget();

	return requests * budget->price_request +
		billed_mb_ms / (1024.0 * 1000.0) * budget->price_gb_second;
}

/* Dollars in billionths, whole, so that three times 0.1 are 0.3. */
static double
billionths(double dollars)
{
	return rint(dollars * 1e9);
}

/* Does the cost reach the limit, or pass it with one more request? */
static bool
is_spent(const LfdwBudget *budget, const LfdwStatementCounts *made)
{
	double		max = billionths(budget->max_cost);

	return billionths(lfdw_cost_estimate(made->requests, made->billed_mb_ms)) >= max ||
		billionths(lfdw_cost_estimate(made->requests + 1,
									  made->billed_mb_ms)) > max;
}

/*
 * Refuses what nothing can be counted for: a process that shares no memory with its
 * leader, and a cost without a price.
 */
static void
check_countable(const LfdwBudget *budget)
{
	if (IsParallelWorker() && !lfdw_statement_spans_workers())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("limits of a statement cannot be kept in a parallel worker"),
				 errdetail("The sessions share no memory for lambda_fdw."),
				 errhint("Add lambda_fdw to shared_preload_libraries, or plan the query anew.")));
	if (budget->max_cost > 0 && !lfdw_cost_is_known())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("\"lambda_fdw.max_cost\" cannot be kept, for no price is set"),
				 errhint("Set lambda_fdw.price_request and lambda_fdw.price_gb_second.")));
}

static void
report_calls(const LfdwBudget *budget, const LfdwStatementCounts *made)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("the statement's calls exceed \"lambda_fdw.max_invocations\" (%d)",
					budget->max_invocations),
			 errdetail_plural("It has made %lld call; the next was not sent.",
							  "It has made %lld calls; the next was not sent.",
							  made->calls, (long long) made->calls),
			 errhint("Have the statement ask for less, or for more with each call, or raise lambda_fdw.max_invocations.")));
}

static void
report_bytes(const LfdwBudget *budget, const LfdwStatementCounts *made,
			 const char *rest)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("the bytes of the statement's calls exceed \"lambda_fdw.max_bytes\" (%dkB)",
					budget->max_kb),
			 errdetail_plural("It has made %lld call, and sent and received %lld bytes; %s.",
							  "It has made %lld calls, and sent and received %lld bytes; %s.",
							  made->calls, (long long) made->calls,
							  (long long) made->bytes, rest),
			 errhint("Have the statement ask for less, or raise lambda_fdw.max_bytes.")));
}

static void
report_cost(const LfdwBudget *budget, const LfdwStatementCounts *made)
{
	double		cost = lfdw_cost_estimate(made->requests, made->billed_mb_ms);

	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("the cost of the statement's calls exceeds \"lambda_fdw.max_cost\" (%g dollars)",
					budget->max_cost),
			 errdetail_plural("It has made %lld call, for an estimated %.9f dollars; the next was not sent.",
							  "It has made %lld calls, for an estimated %.9f dollars; the next was not sent.",
							  made->calls, (long long) made->calls, cost),
			 errhint("Have the statement ask for less, or raise lambda_fdw.max_cost.")));
}

/* Has a request to a service a price? */
static bool
is_billed(const char *service)
{
	return strcmp(service, "lambda") == 0;
}

/* Adds to what the statement has used, or with -1 takes it back; returns that. */
static LfdwStatementCounts
add(LfdwStatementCounts more, int sign)
{
	LfdwStatementCounts sums;

	more.calls *= sign;
	more.requests *= sign;
	more.bytes *= sign;
	more.billed_mb_ms *= sign;
	lfdw_statement_add(&more, &sums);
	return sums;
}

/*
 * Counts a call of a service that is about to be sent, with so many bytes; NULL for
 * what is no call, such as a request for credentials.
 *
 * Raises 53400 where the statement would pass a limit with it, and 55000 where one
 * cannot be kept.  That is what temp_file_limit raises: a limit that the
 * configuration sets, while 54000 is of those that nobody can change.
 */
void
lfdw_budget_take_call(const char *service, size_t sent)
{
	const LfdwBudget *budget = lfdw_setting_budget();
	LfdwStatementCounts call = {.calls = 1,.bytes = sent};
	LfdwStatementCounts made;
	bool		few_calls;
	bool		few_bytes;
	bool		cheap;

	if (service == NULL || !is_limited(budget))
		return;
	check_countable(budget);
	call.requests = is_billed(service);
	made = add(call, 1);
	few_calls = budget->max_invocations == 0 ||
		made.calls <= budget->max_invocations;
	/* an answer to nothing has a byte at least */
	few_bytes = budget->max_kb == 0 ||
		made.bytes + (sent == 0) <= max_bytes(budget);
	made.calls--;
	made.requests -= call.requests;
	made.bytes -= sent;
	cheap = budget->max_cost == 0 || call.requests == 0 || !is_spent(budget, &made);
	if (few_calls && few_bytes && cheap)
		return;
	(void) add(call, -1);
	if (!few_calls)
		report_calls(budget, &made);
	if (!few_bytes)
		report_bytes(budget, &made,
					 psprintf("the next call, of %zu bytes, was not sent", sent));
	report_cost(budget, &made);
}

/* Counts a further attempt of a call. */
void
lfdw_budget_add_retry(const char *service, size_t sent)
{
	LfdwStatementCounts retry = {.bytes = sent};

	if (service == NULL || !is_limited(lfdw_setting_budget()))
		return;
	retry.requests = is_billed(service);
	(void) add(retry, 1);
}

/* Counts no more a request that was throttled: Lambda does not bill it. */
void
lfdw_budget_add_throttle(const char *service)
{
	LfdwStatementCounts request = {.requests = 1};

	if (service && is_billed(service) && is_limited(lfdw_setting_budget()))
		(void) add(request, -1);
}

/*
 * Counts bytes of an answer.  Raises 53400 where they are more than the statement
 * may receive: what it has asked for already may be far more.
 */
void
lfdw_budget_add_answer(size_t received)
{
	const LfdwBudget *budget = lfdw_setting_budget();
	LfdwStatementCounts answer = {.bytes = received};
	LfdwStatementCounts made;

	if (received == 0 || !is_limited(budget))
		return;
	made = add(answer, 1);
	if (budget->max_kb > 0 && made.bytes > max_bytes(budget))
		report_bytes(budget, &made, "no more is read");
}

/* Counts what the log of a call says was billed. */
void
lfdw_budget_add_report(int64 billed_mb_ms)
{
	LfdwStatementCounts report = {.billed_mb_ms = billed_mb_ms};

	if (is_limited(lfdw_setting_budget()))
		(void) add(report, 1);
}

/*
 * May a call be made ahead of its need?  One that is needed is told by
 * lfdw_budget_take_call that it may not.
 */
bool
lfdw_budget_has_room(void)
{
	const LfdwBudget *budget = lfdw_setting_budget();
	LfdwStatementCounts nothing = {0};
	LfdwStatementCounts made;

	if (!is_limited(budget))
		return true;
	made = add(nothing, 1);
	return (budget->max_invocations == 0 || made.calls < budget->max_invocations) &&
		(budget->max_kb == 0 || made.bytes < max_bytes(budget)) &&
		(budget->max_cost == 0 || !is_spent(budget, &made));
}

/* May parallel workers make calls?  Not where they cannot be counted. */
bool
lfdw_budget_allows_workers(void)
{
	return !is_limited(lfdw_setting_budget()) || lfdw_statement_spans_workers();
}

/* Is every call to be asked for what it was billed? */
bool
lfdw_budget_wants_reports(void)
{
	return lfdw_setting_budget()->max_cost > 0;
}
