"""Tables of PostgreSQL that an AWS Lambda function serves, through lambda_fdw.

    from lambda_fdw import serve, table

    @table(columns={"id": "bigint", "city": {"type": "text", "path": "/address/city"}})
    def orders(query):
        yield from ORDERS

    lambda_handler = serve(orders)
"""

from .declaration import Column, Table, table
from .errors import Error, Failed
from .request import Filter, Query, Range, Split
from .serving import serve
from .writes import BatchStore, Write, WriteRow

__version__ = "1.0.0"

__all__ = [
    "BatchStore",
    "Column",
    "Error",
    "Failed",
    "Filter",
    "Query",
    "Range",
    "Split",
    "Table",
    "Write",
    "WriteRow",
    "serve",
    "table",
]
