"""What the batches of queues and streams are: records, and those that failed."""

from _store import LOCK, table


def take(records, store, entry):
    """Keeps the contents of (id, content) records, but for those with "fail":
    true; returns the answer to the service."""
    failed, kept = [], []
    for name, content in records:
        if isinstance(content, dict) and content.get("fail") is True:
            failed.append({"itemIdentifier": name})
        else:
            kept.append(content)
    with LOCK:
        for content in kept:
            table(store).insert({}, content if isinstance(content, dict)
                                else {"content": content})
    entry["written"] = len(kept)
    return {"batchItemFailures": failed}
