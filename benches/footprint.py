"""Costs of the extension for a PHP process that does not send: file size, startup, resident memory."""

import os
import time

from figures import Row, Samples, in_turn
from programs import output, program
from shop import PHP

KINDS = {"none": "PHP alone", "spread": "with spread", "curl": "with php-curl"}


def size_rows(bench):
    """The shipped file. It must be stripped already: shops install it unchanged."""
    sections = output(program("readelf"), "--section-headers", "--wide", bench.shop.extension)
    note = "not stripped" if ".symtab" in sections else "stripped"
    size = os.path.getsize(bench.shop.extension) / 2**20
    return [Row("spread.so", "size of the file", "≤", 6.5, " MiB", size, None, note)]


def start_rows(bench):
    wall = Samples()
    for kinds in in_turn(KINDS, bench.rounds(150)):
        for kind in kinds:
            command = [PHP, *bench.shop.options(kind), "-r", ""]
            wall.add(kind, [start_time(command)])
    group = "starting and ending PHP"
    note = "; ".join(f"{name} {wall.text(kind, ' ms')}" for kind, name in KINDS.items())
    over_none, around_none = wall.difference("spread", "none")
    over_curl, around_curl = wall.difference("spread", "curl")
    return [
        Row(group, "with spread, over PHP alone", "≤", 1.5, " ms", over_none, around_none, note),
        Row(group, "with spread, over PHP with php-curl", "<", 0, " ms", over_curl, around_curl),
    ]


def start_time(command):
    begun = time.perf_counter()
    # posix_spawn() directly: Python's overhead would hide half of the difference.
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise RuntimeError(f"{command} failed")
    return (time.perf_counter() - begun) * 1000


def memory_rows(bench):
    loaded, sent = Samples(), Samples()
    for kinds in in_turn(KINDS, bench.rounds(15)):
        for kind in kinds:
            found = bench.shop.run(kind, bench.here.endpoint, "first.php")
            loaded.add(kind, [found["loaded"] / 1024])
            sent.add(kind, [found["sent"] / 1024])
    rows = []
    for when, samples, limit in (("at load", loaded, 2), ("after the first https order", sent, 4)):
        group = f"resident memory {when}"
        note = "; ".join(f"{name} {samples.text(kind, ' MiB')}" for kind, name in KINDS.items())
        value, around = samples.difference("spread", "none")
        rows.append(Row(group, "with spread, over PHP alone", "≤", limit, " MiB", value, around, note))
        value, around = samples.difference("spread", "curl")
        rows.append(Row(group, "with spread, over PHP with php-curl", "<", 0, " MiB", value, around))
    return rows
