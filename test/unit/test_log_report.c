/*-------------------------------------------------------------------------
 *
 * test_log_report.c
 *		Unit tests of src/base/log_report.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_log_report.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/log_report.h"

#define START "START RequestId: 8f5-e Version: $LATEST\n"
#define END "END RequestId: 8f5-e\n"
#define ID "REPORT RequestId: 8f5-e\t"
#define WARM ID "Duration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 65 MB\t"
#define WARM_FOUND {.found = true,.duration_ms = 12.34,.billed_ms = 13,.memory_mb = 128,.max_memory_mb = 65}
#define OTHER ID "Duration: 99.00 ms\tBilled Duration: 100 ms\tMemory Size: 512 MB\tMax Memory Used: 70 MB\t"
#define JSON_OF(metrics) "{\"time\":\"2026-11-21T09:00:00.000Z\",\"type\":\"platform.report\",\"record\":{\"requestId\":\"8f5-e\",\"metrics\":" metrics ",\"status\":\"success\"}}"
#define JSON_WARM JSON_OF("{\"durationMs\":12.34,\"billedDurationMs\":13,\"memorySizeMB\":128,\"maxMemoryUsedMB\":65}")

static const struct
{
	const char *tail;
	LfdwLogReport report;
}			tails[] =

{
	{WARM, WARM_FOUND},
	{WARM "\n", WARM_FOUND},
	{WARM "\r\n", WARM_FOUND},
	{START "hello\n" END WARM "\n", WARM_FOUND},
	{START "hello\n" END WARM "\nXRAY TraceId: 1-5\tSegmentId: 6\tSampled: true\t\n", WARM_FOUND},
	{"f half a line\n" END WARM "\n\n\n", WARM_FOUND},
	{"f half a line" WARM, WARM_FOUND},
	{"\xFF\xFE\n" WARM "\n\xFF", WARM_FOUND},
	{ID "Duration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 65 MB", WARM_FOUND},

	/* cold starts */
	{WARM "Init Duration: 201.5 ms\t\n",
	{.found = true,.has_init = true,.duration_ms = 12.34,.billed_ms = 13,.init_ms = 201.5,.memory_mb = 128,.max_memory_mb = 65}},
	{ID "Init Duration: 0.12 ms\tDuration: 100.1 ms\t",
	{.found = true,.has_init = true,.duration_ms = 100.1,.init_ms = 0.12}},
	{WARM "Restore Duration: 301.5 ms\tBilled Restore Duration: 20 ms\t\n",
	{.found = true,.restored = true,.duration_ms = 12.34,.billed_ms = 13,.restore_ms = 301.5,.memory_mb = 128,.max_memory_mb = 65}},
	{WARM "Init Duration: 0.00 ms\t",
	{.found = true,.has_init = true,.duration_ms = 12.34,.billed_ms = 13,.memory_mb = 128,.max_memory_mb = 65}},

	/* ends in another way */
	{ID "Duration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB\tStatus: timeout\n",
	{.found = true,.duration_ms = 3000,.billed_ms = 3000,.memory_mb = 128,.max_memory_mb = 30}},
	{ID "Duration: 5.00 ms\tStatus: error\tError Type: Runtime.ExitError: 9 ms\t",
	{.found = true,.duration_ms = 5}},

	/* what nobody believes */
	{ID "Duration: 9.5 ms\tMemory Size: 1048576 MB\tMax Memory Used: 1048577 MB\t",
	{.found = true,.duration_ms = 9.5,.memory_mb = 1048576}},
	{ID "Duration: 86400000 ms\tBilled Duration: 86400001 ms\tInit Duration: 1e300 ms",
	{.found = true,.has_init = true,.duration_ms = 86400000}},

	/* fields that are not as they should be */
	{ID "Duration: 7 ms\tMemory Size: 99999999999 MB\tMax Memory Used: -1 MB",
	{.found = true,.duration_ms = 7}},
	{ID "Duration: 7 ms\tMemory Size: 128 GB\tBilled Duration: 8 s\tInit Duration: ms",
	{.found = true,.duration_ms = 7}},
	{ID "Duration: 7 ms\tBilled Duration: 8\tInit Duration: 8ms\tMax Memory Used: 1.5.2 MB",
	{.found = true,.duration_ms = 7}},
	{ID "Duration: 7 ms\tbilled duration: 8 ms\tXBilled Duration: 8 ms\tInit Duration : 8 ms",
	{.found = true,.duration_ms = 7}},
	{ID "Duration: 7 ms\t\t:\t: 5 ms\tDuration:\tBilled Duration:8 ms",
	{.found = true,.duration_ms = 7,.billed_ms = 8}},
	{ID "Duration: 7 ms\tBilled Duration: 1e999 ms",
	{.found = true,.duration_ms = 7}},
	{ID "Duration: 7 ms\tBilled Duration: 1234567890123456789012345678901234567890 ms",
	{.found = true,.duration_ms = 7}},

	/* several, and those that look like one */
	{OTHER "\n" WARM "\n", WARM_FOUND},
	{OTHER WARM "\n", WARM_FOUND},
	{OTHER "Init Duration: 5 ms\n" WARM "\n", WARM_FOUND},
	{WARM "\nREPORT RequestId: x\n", WARM_FOUND},
	{WARM "\nREPORT RequestId: x\tDuration: soon\n", WARM_FOUND},
	{WARM "\nREPORT\tDuration: 5 ms\n", WARM_FOUND},
	{JSON_WARM "\n" OTHER "\n" WARM, WARM_FOUND},
	{OTHER "\n" JSON_WARM "\n", WARM_FOUND},

	/* JSON */
	{JSON_WARM, WARM_FOUND},
	{JSON_WARM "\r\n", WARM_FOUND},
	{" \t" JSON_WARM " \n", WARM_FOUND},
	{"esage\":\"cut\"}\n{\"level\":\"INFO\",\"message\":\"platform.report\"}\n" JSON_WARM "\n", WARM_FOUND},
	{JSON_WARM "\n{\"type\":\"platform.runtimeDone\",\"record\":{\"metrics\":{\"durationMs\":1}}}", WARM_FOUND},
	{JSON_WARM "\n{\"type\":\"x\",\"of\":\"platform.report\",\"record\":{\"metrics\":{\"durationMs\":1}}}", WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("{}"), WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("{\"durationMs\":\"5\"}"), WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("{\"durationMs\":null}"), WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("{\"durationMs\":-5}"), WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("[5]"), WARM_FOUND},
	{JSON_WARM "\n" JSON_OF("{\"durationMs\":5}") "}", WARM_FOUND},
	{JSON_WARM "\n{\"type\":\"platform.report\",\"durationMs\":5", WARM_FOUND},
	{JSON_WARM "\n{\"type\":\"platform.report\",\"record\":5}", WARM_FOUND},
	{JSON_WARM "\n{\"type\":\"platform.report\"}", WARM_FOUND},
	{JSON_WARM "\n[\"platform.report\"]\n\"platform.report\"\nplatform.report", WARM_FOUND},
	{JSON_OF("{\"durationMs\":1.5e2,\"initDurationMs\":201.5,\"restoreDurationMs\":7}"),
	{.found = true,.has_init = true,.restored = true,.duration_ms = 150,.init_ms = 201.5,.restore_ms = 7}},
	{JSON_OF("{\"durationMs\":1,\"durationMs\":2,\"initDurationMs\":[3],\"billedDurationMs\":1e999}"),
	{.found = true,.duration_ms = 2}},
	{JSON_OF("{\"d\\u0075rationMs\":1,\"memorySizeMB\":1024.9,\"maxMemoryUsedMB\":4294967297}"),
	{.found = true,.duration_ms = 1,.memory_mb = 1024}},
	{"{\"record\":{\"metrics\":{\"durationMs\":1}},\"type\":\"platform.report\"}",
	{.found = true,.duration_ms = 1}}
};

/* Tails without a report. */
static const char *const others[] = {
	"", "\n", "\n\n\n", "\r\n", "\r", "REPORT", "REPORT RequestId:", ID, START END,
	"EPORT RequestId: 8f5-e\tDuration: 12.34 ms\t", "Duration: 12.34 ms",
	ID "Duration: 12.34\t", ID "Duration: 12.3", ID "Duration", ID "Duration:",
	ID "Duration: nan ms", ID "Duration: inf ms", ID "Duration: 0x10 ms",
	ID "Duration: -1 ms", ID "Duration: .5 ms", ID "Duration: 1,5 ms",
	ID "\nDuration: 12.34 ms", "report RequestId: x\tDuration: 12.34 ms",
	"platform.report", "{}", "{\"type\":\"platform.report\"}",
	JSON_OF("{\"billedDurationMs\":5}"), JSON_OF("{\"durationMs\":1e999}"),
	"x" JSON_WARM, JSON_WARM "x", "\xFF" JSON_WARM
};

/* Reads a copy that ends where the text does, so that ASan sees any excess. */
static bool
read_exactly(LfdwLogReport *report, const char *tail, size_t len)
{
	char	   *copy = malloc(len);
	bool		read;

	memcpy(copy, tail, len);
	memset(report, 1, sizeof(*report));
	read = lfdw_log_report_read(report, copy, len);
	free(copy);
	return read == report->found && read;
}

static bool
same(const LfdwLogReport *a, const LfdwLogReport *b)
{
	return a->found == b->found && a->has_init == b->has_init &&
		a->restored == b->restored && a->duration_ms == b->duration_ms &&
		a->billed_ms == b->billed_ms && a->init_ms == b->init_ms &&
		a->restore_ms == b->restore_ms && a->memory_mb == b->memory_mb &&
		a->max_memory_mb == b->max_memory_mb;
}

static void
test_tails(void)
{
	for (int i = 0; i < (int) lengthof(tails); i++)
	{
		LfdwLogReport got;

		(void) read_exactly(&got, tails[i].tail, strlen(tails[i].tail));
		if (!unit_ok(same(&got, &tails[i].report), "tail %d", i))
			printf("# %s\n# found %d duration %g billed %g init %d %g restore %d %g memory %d of %d\n",
				   tails[i].tail, got.found, got.duration_ms, got.billed_ms,
				   got.has_init, got.init_ms, got.restored, got.restore_ms,
				   got.max_memory_mb, got.memory_mb);
	}
}

static void
test_others(void)
{
	static const LfdwLogReport nothing;
	LfdwLogReport got;

	for (int i = 0; i < (int) lengthof(others); i++)
		unit_ok(!read_exactly(&got, others[i], strlen(others[i])) &&
				same(&got, &nothing), "no report %d", i);
	memset(&got, 1, sizeof(got));
	unit_ok(!lfdw_log_report_read(&got, NULL, 0) && same(&got, &nothing),
			"no tail");
}

static void
test_billed(void)
{
	LfdwLogReport report = {.found = true,.billed_ms = 3000,.memory_mb = 128};

	unit_ok(lfdw_log_report_mb_ms(&report) == 384000, "billed");
	report.billed_ms = 86400000;
	report.memory_mb = 1048576;
	unit_ok(lfdw_log_report_mb_ms(&report) == INT64_C(90596966400000),
			"the most that is believed");
	report.memory_mb = 0;
	unit_ok(lfdw_log_report_mb_ms(&report) == 0, "memory that is not known");
}

/* Every part of a tail, which has to be cut somewhere. */
static void
test_cut(void)
{
	static const char tail[] = "a\n" WARM "\n";
	int			wrong = 0;
	LfdwLogReport got;

	for (size_t at = 0; at < sizeof(tail); at++)
		wrong += read_exactly(&got, tail + at, strlen(tail + at)) != (at <= 2);
	unit_ok(wrong == 0, "a tail that begins amid the report");
}

static void
test_bytes(void)
{
	static const char tail[] = "\0\n\0" WARM "\0\n\0";
	static const LfdwLogReport expected = WARM_FOUND;
	char	   *long_tail = malloc(100000);
	LfdwLogReport got;

	read_exactly(&got, tail, sizeof(tail) - 1);
	unit_ok(same(&got, &expected), "NULs around a report");
	unit_ok(!read_exactly(&got, ID "Duration: 1\0 ms", sizeof(ID "Duration: 1\0 ms") - 1),
			"a NUL in it");

	memset(long_tail, 'R', 100000);
	unit_ok(!read_exactly(&got, long_tail, 100000), "a long line");
	memset(long_tail, '\n', 100000);
	unit_ok(!read_exactly(&got, long_tail, 100000), "many lines");
	memcpy(long_tail, WARM, strlen(WARM));
	read_exactly(&got, long_tail, 100000);
	unit_ok(same(&got, &expected), "the report first");
	free(long_tail);
}

int
main(void)
{
	test_tails();
	test_others();
	test_billed();
	test_cut();
	test_bytes();
	return unit_done();
}
