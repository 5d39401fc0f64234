"""Durable executions: named runs of a function that happen once.

A function is durable if its module says `DURABLE = True`.  A name that comes
again with the same payload gets the result there is, with another payload
DurableExecutionAlreadyStartedException.  An attempt that the service failed has
no result, so the next one runs the function again.  reset_calls forgets them.

IDENTIFICATION
  test/endpoint/durable.py
"""

import re
import threading
import uuid

from verifier import Refusal

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Execution:
    def __init__(self, target, name, body):
        self.arn = "%s/durable-execution/%s/%s" % (target.arn, name,
                                                   uuid.uuid4())
        self.body = body
        self.outcome = None


class Executions:
    """By function and name; an execution without a name is one of its own."""

    def __init__(self):
        self.lock = threading.Lock()
        self.named = {}

    def clear(self):
        with self.lock:
            self.named = {}

    def join(self, target, name, body):
        """The execution that a request begins or joins."""
        if target.qualifier is None:
            raise Refusal(400, "InvalidParameterValueException", "You cannot "
                          "invoke a durable function using an unqualified ARN.",
                          Type="User")
        if name is None:
            return Execution(target, uuid.uuid4(), body)
        if not NAME.fullmatch(name):
            raise Refusal(400, "ValidationException", "1 validation error "
                          "detected: Value '%s' at 'durableExecutionName' "
                          "failed to satisfy constraint: Member must satisfy "
                          "regular expression pattern" % name)
        with self.lock:
            found = self.named.setdefault((target.name, name),
                                          Execution(target, name, body))
        if found.body != body:
            raise Refusal(409, "DurableExecutionAlreadyStartedException",
                          "An execution named %s has another payload." % name,
                          Type="User")
        return found


EXECUTIONS = Executions()
