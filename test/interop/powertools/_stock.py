"""What the resolvers answer with, as serverless/src/_stock.js has it."""

from urllib.parse import unquote

STOCK = [{"id": n, "warehouse": "Malmö / dock 1" if n < 4 else "Århus",
          "quantity": 10 * n} for n in (1, 2, 3, 4, 5)]


def read(warehouse, query, method):
    """The rows of a warehouse from a page on; each says what was asked for."""
    page = int(query.get("page", 1))
    rows = [item for item in STOCK if item["warehouse"] == warehouse
            and item["quantity"] >= int(query.get("least", 0))]
    return [dict(item, asked={"method": method, "warehouse": warehouse, **query})
            for item in rows[page * 2 - 2:page * 2]]


def add_routes(app, not_found):
    """The same routes for either version of the events."""

    @app.get("/warehouses/<name>/stock")
    def stock(name):
        query = dict(app.current_event.query_string_parameters or {})
        # the path's parameters are as they are in the path
        name = unquote(name)
        rows = read(name, query, app.current_event.http_method)
        if not rows and "page" not in query:
            raise not_found(name)
        return rows

    @app.post("/stock/search")
    def search():
        body = app.current_event.json_body
        least = {"least": body["least"]} if "least" in body else {}
        return [row for name in body["warehouses"]
                for row in read(name, least, app.current_event.http_method)]
