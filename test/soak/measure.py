"""What the processes of the soak's server use, as Linux tells it.

IDENTIFICATION
  test/soak/measure.py
"""

import os
import re
import statistics

MARGIN_KB = 1536            # what a backend, or the postmaster, may grow by ...
MARGIN = 1.15               # ... or times, whichever is more


def status_kb(pid, name):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        found = re.search(rf"^{name}:\s+(\d+)", file.read(), re.M)
    return int(found[1]) if found else 0


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def segments(data):
    """Dynamic segments: the server has each in a file."""
    return len(os.listdir(os.path.join(data, "pg_dynshmem")))


class Sample:
    """At one moment."""

    def __init__(self, at, data, postmaster, pids, session):
        self.at = at
        self.postmaster_kb = status_kb(postmaster, "RssAnon")
        self.postmaster_fds = descriptors(postmaster)
        self.rss_kb = {}
        self.fds = {}
        for pid in pids:
            try:
                self.rss_kb[pid] = status_kb(pid, "RssAnon")
                self.fds[pid] = descriptors(pid)
            except OSError:
                pass                # it has ended meanwhile
        self.segments = segments(data)
        self.allocated = int(session.value(
            "SELECT sum(allocated_size) FROM pg_shmem_allocations"))

    def median_kb(self):
        return int(statistics.median(self.rss_kb.values()))

    def line(self):
        return (f"{self.at:5.0f} s: backends {self.median_kb()} kB (most "
                f"{max(self.rss_kb.values())}), {max(self.fds.values())} "
                f"descriptors; postmaster {self.postmaster_kb} kB, "
                f"{self.postmaster_fds} descriptors; {self.segments} segments; "
                f"shared {self.allocated} bytes")


def quarter(samples, number):
    size = max(1, len(samples) // 4)
    return samples[number * size:(number + 1) * size] or samples[-size:]


def grown(before, after):
    return after > before * MARGIN and after > before + MARGIN_KB


def faults(samples, sessions):
    """What is not flat from the second quarter of a run to its last.  A session
    keeps a segment or two from its first parallel query on: some come late."""
    early, late = quarter(samples, 1), quarter(samples, 3)
    for what, value in (("median memory of a backend", Sample.median_kb),
                        ("most memory of a backend",
                         lambda one: max(one.rss_kb.values())),
                        ("memory of the postmaster", lambda one: one.postmaster_kb)):
        before = max(map(value, early))
        after = min(map(value, late))
        if grown(before, after):
            yield f"{what} has grown from {before} to {after} kB"
    for what, value, margin in (
            ("descriptors of a backend", lambda one: max(one.fds.values()), 8),
            ("descriptors of the postmaster", lambda one: one.postmaster_fds, 0),
            ("dynamic segments", lambda one: one.segments, max(4, sessions // 2)),
            ("bytes of shared memory", lambda one: one.allocated, 0)):
        before = max(map(value, early))
        after = min(map(value, late))
        if after > before + margin:
            yield f"{what} have grown from {before} to {after}"
