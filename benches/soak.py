"""Endurance: 100,000 orders in one process, and its speed and size afterwards."""

import os
from contextlib import contextmanager
from statistics import median

from figures import Row
from programs import Programs

ORDERS = 100_000
BATCH = 1000
# Orders that each of the two processes sends before the other continues.
SLICE = 50


def soak_rows(bench):
    """A machine's speed changes within half a minute. So the first and the last thousand are each sent in turn
    with a second process that is idle in between: a slowdown of the second one is the machine's, not due to the
    age of the first."""
    orders = ORDERS if not bench.quick else 5000
    with on_one_processor(bench.here.processes()), Programs() as programs:
        old = bench.shop.worker(programs, "spread", bench.here.endpoint)
        rested = bench.shop.worker(programs, "spread", bench.here.endpoint)
        for worker in (old, rested):
            worker.orders(BATCH)
        begin = in_turn_with(old, rested)
        before = old.state()
        states = []
        for _ in range(orders // BATCH - 3):
            old.orders(BATCH)
            states.append(old.state())
        end = in_turn_with(old, rested)
        states.append(old.state())
    group = f"{orders:,} orders in one process"
    raw = end["old"] / begin["old"]
    machine = end["rested"] / begin["rested"]
    descriptors, threads = ({state[i] for state in (before, *states)} for i in (1, 2))
    growth = states[-1][0] - before[0]
    since = f"from {before[0]} KiB after the first {2 * BATCH}"
    slower = "the last 1,000 / the first warm 1,000, wall time"
    times = (
        f"{begin['old']:.4f} ms, then {end['old']:.4f} ms; a process that was idle in between: "
        f"{begin['rested']:.4f} ms, then {end['rested']:.4f} ms, which the ratio is corrected for"
    )
    return [
        Row(group, "growth of resident memory", "≤", 256, " KiB", growth, None, since),
        change(group, "open descriptors", descriptors),
        change(group, "threads", threads),
        Row(group, slower, "≤", 1.05, " ×", raw / machine, None, times),
    ]


@contextmanager
def on_one_processor(servers):
    """This process, what it starts, and `servers`. On two, a process that finds its server on the same one is up
    to five times as fast as one that wakes the other processor, at any age."""
    before = os.sched_getaffinity(0)
    here = {min(before)}
    try:
        for process in (0, *servers):
            os.sched_setaffinity(process, here)
        yield
    finally:
        for process in (0, *servers):
            os.sched_setaffinity(process, before)


def change(group, what, counts):
    low, high = min(counts), max(counts)
    note = f"always {low}" if low == high else f"{low} to {high}"
    return Row(group, f"change in {what}", "≤", 0, "", high - low, None, note)


def in_turn_with(old, rested):
    """Medians of a thousand orders of each process."""
    times = {"old": [], "rested": []}
    for turn in range(BATCH // SLICE):
        workers = [("old", old), ("rested", rested)]
        for name, worker in workers if turn % 2 == 0 else reversed(workers):
            times[name] += worker.orders(SLICE)[0]
    return {name: median(values) for name, values in times.items()}
