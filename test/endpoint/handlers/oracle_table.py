"""A table that filters, sorts and cuts exactly as PostgreSQL does.

Its rows are in the folder LAMBDA_FDW_ORACLE, a file TABLE.json for each table:
{"columns": [{"name", "type", "labels", "required"}], "rows": [[...]]}.

{"oracle": {"table": ..., "mode": {...}}} says how it behaves.  Of the mode:

seed          of all that is left to chance, with the text of the request
declared      {column: {operator: argument or null}}
capabilities  of "limit" and "order_by"
rows_path     whether answers are at /data/items, the cursor at /meta/next
cursor_argument  the name of the argument that carries the cursor
paged         whether there may be several pages
use           what it filters by: "arguments", "filters", "both", "random"
ignore        how often it ignores a condition it need not honour
naive         columns whose values it compares as the JSON it was sent
most_keys     the values of a list at most, which is max_batch_keys
splits        into how many its rows are cut, where requests ask for one of them
streams       whether its answers are streamed
default       whether a required column that has no value takes a default
defect        a lie: "drop_equal", "null_unequal", "skip_page", "short_limit",
              "unsorted"

What breaks the contract is an error.  Every request is a line of calls.log in
the folder.
"""

import json
import random

from _oracle_answer import Answer
from _oracle_rows import ECHOED, Broken, load, note
from _oracle_values import HINTABLE, Number, condition
from endpoint import RawResponse
from event_stream import Stream

def argument_conditions(event, table, mode):
    """The conditions that top-level members state."""
    known = {"oracle", "lambda_fdw", mode.get("cursor_argument")}
    found = []
    for name, operators in mode["declared"].items():
        arguments = {}
        for operator, argument in operators.items():
            if argument is None and operator in ("=", "in"):
                argument = name
            if argument is not None:
                arguments.setdefault(argument, []).append(operator)
        for argument, operators in arguments.items():
            known.add(argument)
            if argument not in event:
                continue
            operator, value = operators[0], event[argument]
            if operator in ("=", "in"):
                operator = "in" if isinstance(value, list) else "="
                if operator not in operators:
                    raise Broken("argument %s for %s" % (argument, operator))
            found.append((name, operator, value))
    unknown = event.keys() - known
    if unknown:
        raise Broken("unknown members %s" % sorted(unknown))
    return found


def filter_conditions(event, table, mode):
    """Those in lambda_fdw.filters: declared ones, and hints.  A list that is
    an argument is there by reference."""
    declared, hints = [], []
    envelope = event.get("lambda_fdw") or {}
    for entry in envelope.get("filters") or ():
        name, operator = entry["column"], entry["operator"]
        wanted = entry.get("value")
        if "argument" in entry:
            wanted = event[entry["argument"]]
            if "value" in entry or not isinstance(wanted, list):
                raise Broken("no list by reference: %r" % (entry,))
        term = (name, operator, wanted)
        if operator in mode["declared"].get(name, {}):
            declared.append(term)
            continue
        column = table["columns"][table["index"][name]]
        if (operator not in ("=", "in") or column["type"] not in HINTABLE or
                column.get("plain") is False):
            raise Broken("undeclared %s on %s" % (operator, name))
        hints.append(term)
    return declared, hints


def choose(chance, mode, exact, arguments, declared, hints):
    """The conditions to filter by, which are all where exactness is due."""
    if exact:
        return arguments + declared + hints
    use = mode.get("use", "random")
    if use == "random":
        use = chance.choice(("arguments", "filters", "both"))
    chosen = {"arguments": arguments, "filters": declared + hints,
              "both": arguments + declared + hints}[use]
    ignore = float(mode.get("ignore", 0))
    return [term for term in chosen if chance.random() >= ignore]


def check_lists(terms, mode):
    """No list is longer than the table's max_batch_keys says."""
    for name, operator, wanted in terms:
        if operator == "in" and len(wanted) > int(mode.get("most_keys", 1000)):
            raise Broken("%d values for %s" % (len(wanted), name))


def defaults(table, terms):
    """What the parameters that were not given are."""
    given = {name for name, _, _ in terms}
    return [(column["name"], "=", table["rows"][0][index][0])
            for index, column in enumerate(table["columns"])
            if column.get("required") and column["name"] not in given
            and table["rows"]]


def select(table, terms, mode, chance):
    rows, defect = table["rows"], mode.get("defect")
    for name, operator, wanted in terms:
        index = table["index"][name]
        holds = condition(table["columns"][index], operator, wanted,
                          name in mode.get("naive", ()))
        if defect == "null_unequal" and operator in ("<>", "not in"):
            inner = holds
            holds = lambda cell, inner=inner: cell[0] is None or inner(cell)
        kept = [row for row in rows if holds(row[index])]
        if defect == "drop_equal" and operator in ("=", "in") and kept:
            kept.pop(chance.randrange(len(kept)))
        rows = kept
    return rows


def cut(table, split, mode):
    """The table with the rows of a split, or with all if there are none."""
    count = int(mode.get("splits", 1))
    if count == 1 and split is None:
        return table
    if split is None or int(split["count"]) != count or \
            not 0 <= int(split["index"]) < count:
        raise Broken("split %r of %d" % (split, count))
    return dict(table, rows=table["rows"][int(split["index"])::count])


def sort(rows, table, order_by):
    """Stable, so the last key comes first."""
    rows = list(rows)
    for entry in reversed(order_by):
        index = table["index"][entry["column"]]
        descending = bool(entry.get("descending"))
        first = (entry.get("nulls") or
                 ("first" if descending else "last")) == "first"
        nulls = [row for row in rows if row[index][0] is None]
        others = sorted((row for row in rows if row[index][0] is not None),
                        key=lambda row: row[index][1], reverse=descending)
        rows = nulls + others if first else others + nulls
    return rows


def answer(event):
    table = load(event["oracle"]["table"])
    mode = event["oracle"]["mode"]
    defect = mode.get("defect")
    envelope = event.get("lambda_fdw") or {}
    cursor = envelope.get("cursor")
    if cursor is None and mode.get("cursor_argument"):
        cursor = event.get(mode["cursor_argument"])
    question = dict(event, lambda_fdw=dict(envelope, cursor=None))
    question.pop(mode.get("cursor_argument"), None)
    seed = json.dumps([mode["seed"], question], sort_keys=True)
    chance = random.Random(seed)

    limit, order_by = envelope.get("limit"), envelope.get("order_by")
    capabilities = mode.get("capabilities") or ()
    for what, asked in (("limit", limit is not None), ("order_by", order_by)):
        if asked and what not in capabilities:
            raise Broken("%s is no capability" % what)
    if order_by and mode.get("splits"):
        raise Broken("order_by of a split")
    arguments = argument_conditions(event, table, mode)
    declared, hints = filter_conditions(event, table, mode)
    if not order_by:        # what is to be sorted comes from one call
        check_lists(arguments + declared + hints, mode)
    terms = choose(chance, mode, limit is not None, arguments, declared, hints)
    if mode.get("default"):
        terms += defaults(table, arguments + declared)
    rows = select(cut(table, envelope.get("split"), mode), terms, mode, chance)
    if not order_by or chance.random() < 0.5:
        rows = chance.sample(rows, len(rows))       # ties in any order
    if order_by and defect != "unsorted":
        rows = sort(rows, table, order_by)
    if limit is not None:
        rows = rows[:int(limit)]
        if defect == "short_limit" and rows:
            rows = rows[:-1]

    first = int(cursor) if cursor is not None else 0
    page_chance = random.Random("%s %d" % (seed, first))
    after = len(rows)
    if mode.get("paged"):
        after = min(after, first + page_chance.choice((1, 2, 3, 7, 20, 100)))
        if page_chance.random() < 0.05:
            after = first + (first == 0 and not rows)   # an empty page
            after = min(max(after, first + 1), len(rows))
    following = str(after) if after < len(rows) else None
    page = rows[first:after]
    if defect == "skip_page" and first > 0:
        page = []
    wanted = envelope.get("columns")
    indexes = (set(range(len(table["columns"]))) if wanted is None else
               {table["index"][name] for name in wanted})
    omitted = set()
    for name, operator, value in arguments:
        column = table["columns"][table["index"][name]]
        if (operator == "=" and column.get("required") and
                column["type"] in ECHOED and
                (name, operator, value) in terms and chance.random() < 0.5):
            omitted.add(table["index"][name])
    return Answer(page_chance, table, mode, indexes, omitted,
                  envelope.get("split")).text(page, following)


def lambda_handler(event, context):
    note(context.event_text)
    event = json.loads(context.event_text, parse_int=Number,
                       parse_float=Number)
    text = answer(event).encode()
    if not event["oracle"]["mode"].get("streams"):
        return RawResponse(text)
    size = max(1, len(text) // 3)
    return Stream(text[at:at + size] for at in range(0, len(text), size))
