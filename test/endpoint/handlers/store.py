"""A table that is read and written: does what the envelope says, and keeps it.

A key means the rows that have all its members; values are merged into a row
object by object.  A call is done as a whole or, if it raises, not at all.
Without the envelope the event is a row to insert, or its member `list` has them;
an event of nothing but the members below reads.  Their meaning:

store      the table's name, in place of that in the envelope
answer     to writes: affected (default), rows, keys (rows, of their keys alone)
           or nothing
list       the member with the rows to insert
columns    the members, as JSON Pointers, that are in rows which are arrays, or
           values of the only one
whole      the members, as JSON Pointers, whose objects are values, not merged
serial     the member that is numbered in rows inserted without it
set        members that every row inserted or updated gets
honour     whether it filters by = and in as the envelope says
page_size  rows of a page, read on from the envelope's cursor or from `offset`
once       whether a batch_id that comes again does nothing, and gets the answer
           that it got
fail       values: rows with any of them are failed, the others are written
miss       values: rows with any of them are not affected
fault      what happens to writes:
           raise         an exception, before anything is written
           error         {"lambda_fdw_error": ...}, the same
           reset_before, reset_after    the connection breaks
           hang_before, hang_after      no answer comes
           unavailable_before, unavailable_after    500 ServiceException
           throttled     429, before
on         values: only requests with any of them meet the fault
times      how often this very request meets it
delay_ms   before anything else
defect     a lie, for the oracle: lose_row, of several; double_row; new_key, by
           which an update looks for its row

In a row of `calls`, `written` is how many rows this one has inserted, updated
or deleted; null where it raised or did not come so far.
"""

import time

from _record import still_failing
from _store import ANSWERED, LOCK, NotKnown, Undoing, at, leaves, merge, parse, table
from endpoint import RawResponse, Takeover

MEMBERS = set("store answer list serial set honour page_size offset once fail "
              "miss fault on times delay_ms columns whole defect".split())


class Refused(Exception):
    """The fault that is asked for."""


def has_any(row, values):
    """Whether any value of the row's is one of these."""
    if isinstance(row, list):
        return any(has_any(one, values) for one in row)
    if isinstance(row, dict):
        return any(has_any(one, values) for one in row.values())
    return row in values


def object_of(row, columns):
    """A row of a list, which may be an array or a value of these columns."""
    if columns is None:
        return row
    values = row if isinstance(row, list) and len(columns) > 1 else [row]
    if len(values) != len(columns):
        raise NotKnown("%d values for %d columns" % (len(values), len(columns)))
    made = {}
    for pointer, value in zip(columns, values):
        *above, last = pointer.split("/")[1:]
        place = made
        for name in above:
            place = place.setdefault(name, {})
        place[last] = value
    return made


def request(event):
    """(operation, table, batch_id, rows) of any event."""
    envelope = event.get("lambda_fdw") if isinstance(event, dict) else None
    if envelope is not None:
        return (envelope["operation"], event.get("store", envelope["table"]),
                envelope.get("batch_id"), envelope.get("rows") or [])
    if isinstance(event, list):
        rows, name = event, "list"
    elif "list" in event:
        rows = [object_of(row, event.get("columns"))
                for row in event.get(event["list"], ())]
        name = event.get("store", "list")
    else:
        row = {name: value for name, value in event.items()
               if name not in MEMBERS}
        rows, name = [row] if row else [], event.get("store", "list")
    return ("insert" if rows else "scan"), name, None, [
        {"key": {}, "values": row} for row in rows]


# ---------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------

def satisfies(row, event, entry):
    if entry["operator"] not in ("=", "in"):
        return True
    wanted = event[entry["argument"]] if "argument" in entry else entry["value"]
    wanted = wanted if entry["operator"] == "in" else [wanted]
    value = at(row, entry["column"].split("."))
    return value is not None and value in wanted


def scan(rows, event):
    envelope = event.get("lambda_fdw") or {}
    if event.get("honour"):
        rows = [row for row in rows if all(
            satisfies(row, event, entry)
            for entry in envelope.get("filters") or ())]
    first = int(envelope.get("cursor") or event.get("offset") or 0)
    after = first + event.get("page_size", len(rows))
    answer = {"rows": rows[first:after]}
    if after < len(rows) and "offset" not in event:
        answer["cursor"] = str(after)
    return answer


# ---------------------------------------------------------------------------
# Writing
# ---------------------------------------------------------------------------

def write(target, operation, row, event):
    """Does it; returns the rows inserted, updated or deleted."""
    key, values = row.get("key") or {}, row.get("values") or {}
    if operation == "delete":
        return target.delete(key)
    values = merge(values, event["set"]) if "set" in event else values
    if operation == "update":
        if event.get("defect") == "new_key":
            key = {name: values.get(name, value) for name, value in key.items()}
        return target.update(key, values, event.get("whole") or ())
    if "serial" in event and event["serial"] not in values:
        values = {event["serial"]: target.last + 1, **values}
    return target.insert(key, merge(key, values))


def keys_of(row, returned):
    """Of a row that is returned what the request says of its key."""
    answer = {}
    for path, _ in leaves(row.get("key") or {}):
        place = answer
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = at(returned, path)
    return answer


def change(target, operation, rows, event):
    """(the answer, rows written) of an operation that is one of rows."""
    answer, failed, returned, written = event.get("answer"), [], [], 0
    defect = event.get("defect")
    if defect == "lose_row" and len(rows) > 1:
        rows, written = rows[:-1], 1        # what it says of them is not true
    elif defect == "double_row" and operation == "insert":
        rows, written = rows + [{**rows[-1], "key": {}}], -1
    for index, row in enumerate(rows):
        if "fail" in event and has_any(row, event["fail"]):
            failed.append({"index": index, "message": "the row is refused"})
            continue
        if "miss" in event and has_any(row, event["miss"]):
            continue
        found = write(target, operation, row, event)
        written += len(found)
        returned += [keys_of(row, one) for one in found] if answer == "keys" \
            else found
    if failed:
        return {"failed": failed}, written
    return {"rows": {"rows": returned}, "keys": {"rows": returned},
            "nothing": None}.get(answer, {"affected": written}), written


def serve(event, asked, entry):
    """The answer to a write, which is done."""
    operation, name, batch_id, rows = asked
    target = table(name)
    if event.get("once") and (name, batch_id) in ANSWERED:
        entry["written"] = 0
        return ANSWERED[name, batch_id]
    if operation == "truncate":
        answer, written = None, target.clear()
    elif operation in ("insert", "update", "delete"):
        with Undoing(target):
            answer, written = change(target, operation, rows, event)
    else:
        raise NotKnown("the operation %s" % operation)
    entry["written"] = written
    if event.get("once"):
        ANSWERED[name, batch_id] = answer
    return answer


# ---------------------------------------------------------------------------
# Faults
# ---------------------------------------------------------------------------

def hang(exchange):
    exchange.wait_until_gone()


def reset(exchange):
    exchange.reset()


def service_error(status, error_type):
    return RawResponse(b'{"message": "Try again."}', status,
                       {"x-amzn-ErrorType": error_type})


ANSWERS = {"reset": lambda: Takeover(reset), "hang": lambda: Takeover(hang),
           "unavailable": lambda: service_error(500, "ServiceException"),
           "throttled": lambda: service_error(429, "TooManyRequestsException"),
           "error": lambda: {"lambda_fdw_error": {"message": "not today"}}}


def fault_of(event, asked, context):
    """(what happens, whether the rows are written before), or (None, True)."""
    if not isinstance(event, dict) or "fault" not in event or \
            "on" in event and not has_any(asked[3], event["on"]) or \
            not still_failing(context.plain_event, context):
        return None, True
    name, _, when = event["fault"].partition("_")
    return name, when == "after"


def lambda_handler(event, context):
    context.plain_event = event
    event = parse(context.event_text or "{}")
    asked = request(event)
    members = event if isinstance(event, dict) else {}
    if "delay_ms" in members:
        time.sleep(float(members["delay_ms"]) / 1000)
    if asked[0] == "scan":
        with LOCK:
            return scan(list(table(asked[1]).rows.values()), members)
    fault, written = fault_of(event, asked, context)
    if fault == "raise":
        raise Refused("the rows are refused")
    with LOCK:
        answer = serve(members, asked, context.entry) if written else None
    return ANSWERS[fault]() if fault else answer
