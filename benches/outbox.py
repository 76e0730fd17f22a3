"""The outbox: its cost per call, the worker's delivery rate, and the cost of a large backlog."""

import json
import os
import subprocess
import time
from statistics import median

from figures import Row, Samples, in_turn, number, spread
from programs import Programs, output
from server import KEYS
from shop import ROOT

COSTS = [
    "cargo",
    "bench",
    "--quiet",
    "--manifest-path",
    f"{ROOT}/Cargo.toml",
    "--package",
    "outbox",
    "--bench",
    "costs",
    "--",
]
WORKER = f"{ROOT}/modules/spread-outbox"
# Nothing listens there: a deferred call must not connect.
NOWHERE = "http://127.0.0.1:9/"
FULL, EMPTY = 1_000_000, 1_000


def address(bench, name, synchronous="full"):
    """Quoted: `?` and `=` are special in PHP's INI files."""
    return f'"sqlite:{bench.directory}/{name}.db?synchronous={synchronous}"'


def percentiles(times):
    times = sorted(times)
    return f"p50 {number(median(times))} µs, p99 {number(times[int(len(times) * 0.99)])} µs"


def deferred_rows(bench):
    wall = Samples()
    kinds = ("normal", "full")
    with Programs() as programs:
        workers = {
            kind: bench.shop.worker(
                programs,
                "deferred",
                NOWHERE,
                {"spread.outbox": address(bench, f"deferred-{kind}", kind), "spread.delivery": "deferred"},
            )
            for kind in kinds
        }
        for worker in workers.values():
            worker.orders(100)
        for turn in in_turn(kinds, bench.rounds(50)):
            for kind in turn:
                wall.add(kind, [time * 1000 for time in workers[kind].orders(200)[0]])

    def text(kind):
        return percentiles(wall.all(kind))

    return [
        Row(
            "a deferred order, SQLite",
            "without waiting for the disk (`?synchronous=normal`)",
            "≤",
            60,
            " µs",
            wall.median("normal"),
            wall.spread("normal"),
            f"{text('normal')}; each commit on the disk (`synchronous=full`, the default): {text('full')}",
        )
    ]


def direct_rows(bench):
    wall = Samples()
    outboxes = {"without": None, "with": {"spread.outbox": address(bench, "direct")}}
    with Programs() as programs:
        workers = {
            kind: bench.shop.worker(programs, "spread", bench.here.endpoint, more) for kind, more in outboxes.items()
        }
        for worker in workers.values():
            worker.orders(200)
        for kinds in in_turn(outboxes, bench.rounds(100)):
            for kind in kinds:
                wall.add(kind, [time * 1000 for time in workers[kind].orders(100)[0]])
    value, around = wall.difference("with", "without")
    note = "; ".join(f"{kind} an outbox {wall.text(kind, ' µs')}" for kind in outboxes)
    group = "a direct order, https on loopback, warm"
    return [Row(group, "with an outbox, over one without", "≤", 60, " µs", value, around, note)]


def fill(path, count, endpoint):
    output(*COSTS, "fill", path, str(count), endpoint, KEYS[0])


def environment(bench, outbox):
    return {
        "PATH": os.environ["PATH"],
        "SPREAD_OUTBOX": outbox,
        "SPREAD_PUBLIC_KEY": KEYS[0],
        "SPREAD_PRIVATE_KEY": KEYS[1],
        "SPREAD_CA_FILE": bench.shop.bundle,
    }


def drain(bench, outbox, count):
    """Drains an outbox and returns the orders per second."""
    variables = environment(bench, outbox)
    begun = time.perf_counter()
    output(WORKER, "drain", "--connections", "8", env=variables)
    rate = count / (time.perf_counter() - begun)
    left = json.loads(output(WORKER, "status", "--json", env=variables))
    if left["pending"] != 0:
        raise RuntimeError(f"the worker left {left['pending']} orders")
    return rate


def mysql_rows(bench):
    """Deferred calls of one process, and their delivery. Each round fills the outbox that the next one drains."""
    outbox = bench.mariadb.database("orders")
    settings = {"spread.outbox": f'"{outbox}"', "spread.delivery": "deferred"}
    wall, rates = Samples(), []
    count = 500 if bench.quick else 5_000
    with Programs() as programs:
        worker = bench.shop.worker(programs, "deferred", bench.here.endpoint, settings)
        worker.orders(100)
        drain(bench, outbox, 100)
        for _ in range(bench.rounds(5)):
            wall.add("mysql", [time * 1000 for time in worker.orders(count)[0]])
            rates.append(drain(bench, outbox, count))
    note = f"{percentiles(wall.all('mysql'))}; MariaDB on this machine, each commit on the disk, two round trips"
    rows = [
        Row(
            "a deferred order, MySQL",
            "on an open connection",
            "≤",
            1500,
            " µs",
            wall.median("mysql"),
            wall.spread("mysql"),
            note,
        )
    ]
    note = f"{count} orders over https with 8 connections, from the program's start to its end"
    rows.append(
        Row("spread-outbox drain, MySQL", "orders per second", "≥", 300, "", median(rates), spread(rates), note)
    )
    return rows


def drain_rows(bench):
    """The delivery rate: each round fills an outbox and drains it over https."""
    rates = []
    count = 1_000 if bench.quick else 10_000
    path = f"{bench.directory}/drain.db"
    for _ in range(bench.rounds(5)):
        fill(path, count, bench.here.endpoint)
        rates.append(drain(bench, f"sqlite:{path}", count))
    note = f"{count} orders over https with 8 connections, from the program's start to its end"
    return [Row("spread-outbox drain", "orders per second", "≥", 2000, "", median(rates), spread(rates), note)]


def million_rows(bench):
    count = FULL // 100 if bench.quick else FULL
    empty, full = f"{bench.directory}/empty.db", f"{bench.directory}/full.db"
    fill(empty, EMPTY, NOWHERE)
    fill(full, count, NOWHERE)
    rounds = json.loads(output(*COSTS, "compare", empty, full, str(bench.rounds(40))))
    group = f"{count:,} pending orders, SQLite"
    rows = []
    for index, measure in enumerate(("keeping an order", "claiming eight and releasing them")):
        ratios = [large[index] / small[index] for small, large in rounds]
        times = [median(side[index] for side in sides) for sides in zip(*rounds, strict=True)]
        note = f"{number(times[0])} µs with {EMPTY:,} pending, {number(times[1])} µs with {count:,}"
        measure += ", relative to a nearly empty outbox"
        rows.append(Row(group, measure, "≤", 1.5, " ×", median(ratios), spread(ratios), note))
    with Programs() as programs:
        worker = programs.start([WORKER, "run"], env=environment(bench, f"sqlite:{full}"), stderr=subprocess.DEVNULL)
        time.sleep(1 if bench.quick else 5)
        with open(f"/proc/{worker.pid}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
    highest = int(fields["VmHWM"].split()[0]) / 1024
    note = "maximum within five seconds, 8 connections, an endpoint on which nothing listens"
    rows.append(Row(group, "resident memory of the worker", "≤", 64, " MiB", highest, None, note))
    for path in (empty, full):
        os.unlink(path)
    return rows
