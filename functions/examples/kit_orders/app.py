"""Orders of four customers, by the kit for Python.

    IMPORT FOREIGN SCHEMA "kit_orders" FROM SERVER aws INTO public;
    SELECT customer, sum(total) FROM orders WHERE city = 'Oslo' GROUP BY 1;

IDENTIFICATION
  functions/examples/kit_orders/app.py
"""

from lambda_fdw import serve, table

CITIES = ("Oslo", "Bergen", "Malmö", "Århus")


@table(columns={"id": "bigint", "customer": "bigint", "total": "numeric(10,2)",
                "city": {"type": "text", "path": "/address/city"},
                "placed_at": "timestamptz"}, estimated_rows=1000)
def orders(query):
    for number in range(1, 1001):
        yield {"id": number, "customer": number % 4 + 1,
               "total": "%d.%02d" % (number % 90 + 10, number % 100),
               "address": {"city": CITIES[number % 4]},
               "placed_at": "2026-11-%02dT09:00:00Z" % (number % 28 + 1)}


lambda_handler = serve(orders)
