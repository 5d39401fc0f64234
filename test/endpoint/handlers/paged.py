"""`total` rows (25) in pages of `page_size` (10).

The cursor is read from lambda_fdw.cursor or from the argument `next`.  With
"cursor_at": "meta" rows are at /data/items and the cursor at /meta/next, null
on the last page; otherwise at rows and cursor, left out on the last page.
Cursors end in `cursor_pad` (0) further bytes.
"""


def lambda_handler(event, context):
    total = event.get("total", 25)
    size = event.get("page_size", 10)
    envelope = event.get("lambda_fdw") or {}
    cursor = envelope.get("cursor") or event.get("next") or "from-1"
    cursor = cursor.rstrip()
    word, _, number = cursor.partition("-")
    if word != "from" or not number.isdecimal():
        raise ValueError("no such cursor: " + cursor)
    first = int(number)
    after = min(first + size, total + 1)
    rows = [{"id": n, "name": "row %d" % n} for n in range(first, after)]
    following = "from-%d" % after if after <= total else None
    if following:
        following += " " * event.get("cursor_pad", 0)
    if event.get("cursor_at") == "meta":
        return {"data": {"items": rows}, "meta": {"next": following}}
    if following is None:
        return {"rows": rows}
    return {"rows": rows, "cursor": following}
