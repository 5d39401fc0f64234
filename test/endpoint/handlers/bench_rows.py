"""36,000 rows of seven columns, about 5.6 MB as a JSON array; always the same.

id bigint, customer int, placed_at timestamptz, total numeric, city text,
active boolean, note text.  As a command, `bench_rows.py json|csv` writes them
to standard output, for contenders that read files.
"""

import csv
import functools
import io
import json
import sys
from datetime import datetime, timedelta, timezone

COUNT = 36000
COLUMNS = ("id", "customer", "placed_at", "total", "city", "active", "note")
CITIES = ("Ghent", "Oslo", "Turin", "Kraków", "Porto", "São Paulo", "Graz")
NOTES = ("", "please leave with the neighbour at number 12",
         'says "please ring twice"', "fragile: glass; keep this side up",
         "second floor, the left-hand door",
         "the invoice to the head office in Zürich, by post")
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def rows():
    """The rows as texts, in COLUMNS' order; numbers by a small LCG."""
    state = 20261114
    for number in range(1, COUNT + 1):
        state = (state * 1103515245 + 12345) % 2147483648
        draw = state >> 8
        placed_at = START + timedelta(seconds=number * 720 + draw % 700)
        yield (str(number), str(draw % 5000 + 1), placed_at.isoformat(),
               "%d.%02d" % (draw % 2000, draw % 97), CITIES[draw % 7],
               "true" if draw % 3 else "false", NOTES[draw % 6])


@functools.lru_cache(maxsize=None)
def as_json():
    text = functools.partial(json.dumps, ensure_ascii=False)
    lines = ['{"id":%s,"customer":%s,"placed_at":"%s","total":%s,"city":%s,'
             '"active":%s,"note":%s}'
             % (*row[:4], text(row[4]), row[5], text(row[6]))
             for row in rows()]
    return ("[" + ",\n".join(lines) + "]").encode()


def as_csv():
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    for row in rows():
        writer.writerow(row)
    # An unquoted empty field is NULL to COPY, and no note is NULL.
    return out.getvalue().replace(",\n", ',""\n').encode()


def lambda_handler(event, context):
    from endpoint import RawResponse
    return RawResponse(as_json())


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("json", "csv"):
        sys.exit("usage: bench_rows.py json|csv")
    sys.stdout.buffer.write(as_json() if sys.argv[1] == "json" else as_csv())
