"""`n` rows (10), one every `delay_ms` (100): the first comes at once."""

from endpoint import RawResponse


def lambda_handler(event, context):
    count = event.get("n", 10)
    chunks = []
    for number in range(1, count + 1):
        before = "[" if number == 1 else ""
        after = ",\n" if number < count else "]"
        chunks.append(b'%s{"id":%d}%s' % (before.encode(), number,
                                          after.encode()))
    return RawResponse(chunks or [b"[]"], delay_ms=event.get("delay_ms", 100))
