"""Writes the answers of the endpoint's functions: documents.py FOLDER HANDLERS.

    rows7     36,000 rows of seven columns, those of the test endpoint's bench_rows
    block     the first of them, 2 MB, of which streams are made
    wide60    60 columns: numbers, texts with escapes and without ASCII alone,
              arrays, timestamps, a nested object
    reversed60, wide500, reversed500
              the same from the last member to the first; 500 columns, and so
    unknown500
              two columns and 500 members that no column reads
    deep10    a number and a text ten levels deep
"""

import json
import os
import sys

TEXTS = ("plain words", 'says "twice" and\nmore', "São Paulo, Zürich, Kraków",
         "back\\slash\tand tab", "日本語のテキスト", "")


def members60(number):
    row = {"id": number}
    for at in range(1, 20):
        row[f"int{at}"] = number * at % 1000003
    for at in range(1, 13):
        row[f"num{at}"] = round(number * at / 100, 2)
    for at in range(1, 13):
        row[f"txt{at}"] = TEXTS[(number + at) % len(TEXTS)]
    for at in range(1, 6):
        row[f"at{at}"] = f"2026-{at:02}-{number % 28 + 1:02}T10:20:30+00:00"
    for at in range(1, 4):
        row[f"ints{at}"] = [number, number + at, number * at % 997, at]
    row["txts1"] = [TEXTS[number % 6], "b", "c"]
    for at in range(1, 4):
        row[f"flag{at}"] = number % (at + 1) == 0
    row["address"] = {"street": f"Street {number}", "city": TEXTS[2],
                      "place": {"lat": number / 64, "lon": -number / 128}}
    return row


def members500(number):
    return {f"c{at}": number * at % 100003 for at in range(500)}


def unknown500(number):
    row = {f"u{at}": number * at % 100003 for at in range(250)}
    row["id"] = number
    row.update((f"v{at}", f"text {at}") for at in range(250))
    row["name"] = f"name of {number}"
    return row


def deep10(number):
    value = {"leaf": number, "note": f"note {number}"}
    for level in range(9, 0, -1):
        value = {f"s{level}": f"beside level {level}", f"l{level}": value}
    return {"id": number, "l0": value}


def backwards(row):
    return dict(reversed(row.items()))


def write(folder, name, rows):
    with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as file:
        file.write("[" + ",\n".join(json.dumps(row, ensure_ascii=False)
                                    for row in rows) + "]")


def main(folder, handlers):
    sys.path.insert(0, handlers)
    import bench_rows
    rows7 = bench_rows.as_json()
    with open(os.path.join(folder, "rows7.json"), "wb") as file:
        file.write(rows7)
    with open(os.path.join(folder, "block.json"), "wb") as file:
        file.write(rows7[:rows7.rindex(b",\n", 0, 2000000)] + b"]")
    write(folder, "wide60", map(members60, range(1, 2001)))
    write(folder, "reversed60", map(backwards, map(members60, range(1, 2001))))
    write(folder, "wide500", map(members500, range(1, 401)))
    write(folder, "reversed500", map(backwards, map(members500, range(1, 401))))
    write(folder, "unknown500", map(unknown500, range(1, 401)))
    write(folder, "deep10", map(deep10, range(1, 10001)))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(*sys.argv[1:])
