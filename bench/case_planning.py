"""Planning of one table, of fifty, and of one with 500 columns, beside file_fdw."""

import json


def create(bench, session):
    columns = "id int{}, customer int, placed_at timestamptz, total numeric, city text"
    many = ", ".join(f"c{at} int" for at in range(500))
    with open(f"{bench.work}/empty.csv", "w"):
        pass
    for kind, more, options in (("lambda", " OPTIONS (pushdown '=, in')", "SERVER aws OPTIONS (function_arn 'lookup_0')"),
                          ("file", "", f"SERVER files OPTIONS (filename '{bench.work}/empty.csv', "
                           "format 'csv')")):
        for number in range(50):
            session.query(f"CREATE FOREIGN TABLE plan_{kind}_{number} ({columns.format(more)}) {options}")
        session.query(f"CREATE FOREIGN TABLE plan_{kind}_wide ({many}) {options}")


def planned(session, sql, times):
    """A contender: the planning time of a statement, several times over."""
    explain = f"EXPLAIN (SUMMARY, FORMAT JSON) {sql};" * times

    def run():
        before = session.cpu_ms()
        text = "".join(row[0] for row in session.query(explain))
        cpu = (session.cpu_ms() - before) / times
        plans = text.replace("][", "]\x1f[").split("\x1f")
        wall = sum(json.loads(plan)[0]["Planning Time"] for plan in plans) / times
        return cpu, wall, str(len(plans))
    return run


def run(bench):
    create(bench, bench.session())
    sessions = {kind: bench.session() for kind in ("lambda", "file")}
    for title, sql, times in (
            ("planning, 1 table", "SELECT * FROM plan_{}_0 WHERE id = 5", 20),
            ("planning, 50 tables", " UNION ALL ".join(
                f"SELECT id, city FROM plan_{{}}_{number} WHERE id = 5" for number in range(50)), 2),
            ("planning, 500 columns", "SELECT * FROM plan_{}_wide WHERE c7 = 5", 5)):
        measures = bench.race(title, {
            "lambda_fdw": planned(sessions["lambda"], sql.replace("{}", "lambda"), times),
            "file_fdw": planned(sessions["file"], sql.replace("{}", "file"), times)},
            seconds=8, note="Wall is the planning time that EXPLAIN tells, CPU that of EXPLAIN.")
        bench.compare(title, measures, "file_fdw", 1.5, "wall", label="file_fdw, planning time")
        bench.compare(title, measures, "file_fdw", None, label="file_fdw, EXPLAIN")
