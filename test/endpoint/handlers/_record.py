"""What handlers ask the record."""

from endpoint import RECORD


def still_failing(event, context):
    """Whether this request has come at most event["times"] times so far.

    Counts since the last reset, this time included; without `times`, always.
    """
    if not isinstance(event, dict) or "times" not in event:
        return True
    seen = sum(call["function"] == context.function_name
               and call["payload"] == event for call in RECORD.rows())
    return seen <= event["times"]
