"""Does what another function does, once it has a permit: see permit.

inner   that function, default lookup
"""

import importlib

from _gate import GATE


def lambda_handler(event, context):
    inner = event.pop("inner", "lookup")
    GATE.acquire(timeout=60)
    return importlib.import_module(inner).lambda_handler(event, context)
