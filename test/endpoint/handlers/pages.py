"""`total` rows (25) in pages, asked for as the object `test` says.

by       "page": the argument `page`, from `first` (1)
         "offset": `offset`
         "row": `after`, the id of the last row
         "cursor": `after`, which is the object /meta/next
         "header": `after`, which is the header `name` (X-Next), in `form`
         "link": `after`, which is a URL; the Link header is `form` with it
size     rows of a page, unless `limit` says more or less (10)
maximum  rows of a page at most, whatever `limit` says
past     "status": a page behind the last is answered by statusCode 404;
         "raise": by the error NotFound
csv      true: rows as CSV, in the body of API Gateway's form
more     values of /meta/more where a page follows and where none does
lie      "ignore": every page is the first; "repeat": the last comes again and
         again; "gap": the second has no rows; "thin": it has three; "omit": it
         has no member /items; "forever": /meta/more as if a page followed;
         "same": a cursor that does not change; "unfiltered": `k` is not read;
         "no_id": rows without one; "footer": every page ends alike

Arguments are read from `at` (the payload itself), a member of it.  `k` is one
value or a list: the rows have id % 3.
"""

import base64
import json


class NotFound(Exception):
    pass


def wanted(question, test):
    k = question.get("k", [0, 1, 2])
    if test.get("lie") == "unfiltered":
        k = [0, 1, 2]
    k = k if isinstance(k, list) else [k]
    return [{"id": n, "k": n % 3, "name": "row %d" % n}
            for n in range(1, test.get("total", 25) + 1) if n % 3 in k]


def first_row(question, test, rows, size):
    """The index of the page's first row."""
    by = test["by"]
    if by == "page":
        return (int(question["page"]) - test.get("first", 1)) * size
    if by == "offset":
        return int(question["offset"])
    after = question.get("after")
    if after is None:
        return 0
    if by == "cursor":
        after = json.loads(after) if isinstance(after, str) else after
        after = after["id"]["N"]
    if by == "link":
        after = after.rpartition("after=")[2]
    return sum(1 for row in rows if row["id"] <= int(after))


def headers_of(test, last):
    """The members with the headers, and the cursor after a row in them."""
    form = test.get("form", '"%s"')
    name = test.get("name", "X-Next")
    if test["by"] == "link":
        name = "Link"
    text = ""
    if last is not None:
        url = "https://api.example/rows?x=1&after=%d" % last["id"]
        text = form % (url if test["by"] == "link" else last["id"])
    value = json.loads(text) if text else ""
    if isinstance(value, list):
        return {"multiValueHeaders": {"a": ["b"], name: value}}
    if not text and test["by"] == "link":
        return {"headers": {"a": "b"}}
    return {"headers": {"a": "b", name: value}}


def lambda_handler(event, context):
    test = event["test"]
    lie = test.get("lie")
    question = event.get(test["at"], {}) if "at" in test else event
    rows = wanted(question, test)
    size = int(question.get("limit", test.get("size", 10)))
    size = min(size, test.get("maximum", size))
    start = first_row(question, test, rows, size)
    if lie == "ignore":
        start = 0
    if lie == "repeat" and start >= len(rows):
        start -= size
    page = rows[start:start + size]
    if "past" in test and not page:
        if test["past"] == "raise":
            raise NotFound("no such page")
        return {"statusCode": 404, "body": json.dumps({"message": "none"})}
    follows = start + size < len(rows)
    if lie == "thin" and start == size:
        page = page[:3]
    if lie == "gap" and start == size:
        page = []
    if lie == "no_id":
        page = [{"name": row["name"]} for row in page]
    if lie == "footer" and page:
        page = page + [{"id": 0, "k": 0, "name": "total"}]
    last = rows[start + size - 1] if follows else None
    if lie == "same":
        last = rows[0]
    answer = {} if lie == "omit" and start == size else {"items": page}
    if "more" in test:
        more = test["more"][0 if follows or lie == "forever" else 1]
        answer["meta"] = {"more": more}
    if test["by"] == "cursor":
        meta = answer.setdefault("meta", {})
        meta["next"] = {"id": {"N": str(last["id"])}} if last else {}
    body = json.dumps(answer)
    if test.get("csv"):
        body = "id,k,name\r\n" + "".join("%(id)d,%(k)d,%(name)s\r\n" % row
                                         for row in page)
    elif test["by"] not in ("header", "link"):
        return answer
    answer = {"statusCode": 200, "body": body, **headers_of(test, last)}
    if test.get("base64"):
        answer["body"] = base64.b64encode(body.encode()).decode()
        answer["isBase64Encoded"] = True
    return answer
