"""Streamed answers: 200 MB beside 20 MB, and how late the rows of a slow one are."""

import os
import statistics

from harness import Disagreement, Session, Skipped, SqlError
from case_select import DEFINITION

PEAK_MB = 16


def peak_kb(session, sql):
    """(wall ms, CPU ms, rows, how far the memory of the backend rose in kB)."""
    idle = session.memory_kb("VmRSS")
    with open(f"/proc/{session.pid}/clear_refs", "w") as clear_refs:
        clear_refs.write("5")           # the peak begins anew
    cpu, wall, rows = session.measure(sql)
    return wall, cpu, rows, session.memory_kb("VmHWM") - idle


def expected(session, block, count):
    """What count blocks come to, by json_populate_recordset on one of them."""
    session.query(f"CREATE TEMP TABLE streamed AS SELECT * FROM json_populate_recordset("
                  f"NULL::stream_row, pg_read_file('{block}')::json)")
    return session.query(f"SELECT count(id) * {count}, sum(total) * {count}, "
                         f"sum(hashtext(note)) * {count} FROM streamed")


def sizes(bench):
    setup = bench.session()
    try:
        setup.query(f"CREATE TYPE stream_row AS ({DEFINITION})")
        for count in (10, 100):
            setup.query(f"""
CREATE FOREIGN TABLE stream_{count} ({DEFINITION}) SERVER aws
  OPTIONS (function_arn 'stream_{count}', response_mode 'streaming')""")
    except SqlError as error:
        raise Skipped(str(error).splitlines()[0])
    wanted = expected(setup, os.path.join(bench.work, "functions/block.json"), 1)[0]
    least = {}
    peaks = {}
    for number in range(2 if bench.quick else 4):
        for count in (10, 100):
            # a session of its own: what an earlier statement took is not idle memory
            session = Session()
            session.query("SELECT count(*) FROM stream_10 LIMIT 0")
            wall, cpu, rows, peak = peak_kb(
                session, f"SELECT count(id), sum(total), sum(hashtext(note)) FROM stream_{count}")
            session.close()
            if [float(value) for value in rows[0]] != [float(value) * count for value in wanted]:
                raise Disagreement(f"stream_{count}: {rows[0]}, not {count} times {wanted}")
            least[count] = min(wall, least.get(count, wall))
            peaks[count] = max(peak, peaks.get(count, 0))
    bench.goal("200 MB streamed", f"ten times its own 20 MB ({least[10]:.0f} ms), wall",
               1.15, least[100] / least[10] / 10, floor=0.85)
    bench.goal("200 MB streamed", "idle memory", PEAK_MB, peaks[100] / 1024, unit="MB more")
    bench.goal("200 MB streamed, peak", f"that of its own 20 MB ({peaks[10] / 1024:.1f} MB)", 1.15,
               peaks[100] / peaks[10])


def drip(bench):
    setup = bench.session()
    setup.query("CREATE FOREIGN TABLE drip (n int, sent bigint) SERVER aws "
                "OPTIONS (function_arn 'drip_20', response_mode 'streaming')")
    session = bench.session()
    first, all_rows = [], []
    for number in range(2 if bench.quick else 8):
        rows = session.query("SELECT n, extract(epoch FROM clock_timestamp()) * 1e6 - sent FROM drip")
        if [int(row[0]) for row in rows] != list(range(1, 21)):
            raise Disagreement(f"drip: {rows}")
        if number > 0:
            first.append(float(rows[0][1]) / 1000)
            all_rows += [float(row[1]) / 1000 for row in rows]
    bench.goal("first row of a drip-fed stream, median", "the chunk's arrival", 5,
               statistics.median(first), unit="ms")
    bench.goal("any row of a drip-fed stream, median", "the chunk's arrival", 5,
               statistics.median(all_rows), unit="ms")


def run(bench):
    sizes(bench)
    drip(bench)
