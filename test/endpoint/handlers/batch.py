"""Scores the tuples of a list: the length of its values, all together.

The list is the event, or its member "at", default instances.  "how" has:
answer   rows (default): with the tuple's members; aligned: an element for each;
         echo: the same with the tuple's members, moved on by "shift"; values: the
         score alone; vectors: an array of it and the next; several: rows of these
         two; index: with the number of the tuple, the last first; doubled: twice
none     first values that have no score
raise    first values that raise NotFound
omit     how many elements are left out at the end
bad      what stands in place of the first number
most     how many tuples it takes
under    the member that holds the answer
"""

import json

from endpoint import RawResponse


def values(item):
    if isinstance(item, dict):
        return list(item.values())
    return item if isinstance(item, list) else [item]


def score(item):
    return sum(len(str(value)) for value in values(item))


class NotFound(Exception):
    pass


def element(answer, index, item):
    one = {"score": score(item)}
    two = {"score": score(item) + 1}
    return {"aligned": one, "rows": {**item, **one} if isinstance(item, dict) else one,
            "echo": one, "values": one["score"],
            "vectors": [one["score"], two["score"]], "several": [one, two],
            "index": {"index": index, **one}, "doubled": one}[answer]


def too_large():
    body = {"errorType": "Function.ResponseSizeTooLarge",
            "errorMessage": "Response payload size exceeded maximum allowed "
                            "payload size (6291556 bytes)."}
    return RawResponse(json.dumps(body).encode(), 200,
                       {"X-Amz-Function-Error": "Unhandled"})


def lambda_handler(event, context):
    how = event.get("how", {}) if isinstance(event, dict) else {}
    items = event[how.get("at", "instances")] if isinstance(event, dict) else event
    answer = how.get("answer", "rows")
    if len(items) > how.get("most", len(items)):
        return too_large()
    if any(values(item)[0] in how.get("raise", []) for item in items):
        raise NotFound("one of them")
    found = [element(answer, index, item)
             if values(item)[0] not in how.get("none", []) else None
             for index, item in enumerate(items)]
    if answer == "echo":
        moved = items[how.get("shift", 0):] + items[:how.get("shift", 0)]
        found = [{**item, **one} for item, one in zip(moved, found)]
    if answer in ("rows", "index"):
        found = [one for one in found if one is not None]
    if answer == "index":
        found.reverse()
        if "bad" in how:
            found[0]["index"] = how["bad"]
    if answer == "doubled":
        found += found
    found = found[:len(found) - how.get("omit", 0)]
    return {how["under"]: found} if "under" in how else found
