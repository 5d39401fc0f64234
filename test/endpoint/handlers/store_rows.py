"""What the store has: the rows of `store`, or of every table.

A row is {"table", "number", "row"}; number is its place among all that were
inserted there.  {"put": [rows]} has the store hold these and no others.
"""

from _store import LOCK, Table, TABLES, parse


def lambda_handler(event, context):
    event = parse(context.event_text or "{}")
    with LOCK:
        if "put" in event:
            held = TABLES[event["store"]] = Table()
            for row in event["put"]:
                held.insert({}, row)
        names = [event["store"]] if "store" in event else sorted(TABLES)
        return {"rows": [{"table": name, "number": number, "row": row}
                         for name in names if name in TABLES
                         for number, row in TABLES[name].rows.items()]}
