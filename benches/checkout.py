"""The time of a page that reports orders: in a shop with few of them, and in a rush while SPREAD hangs."""

import asyncio
import os
import time
from statistics import median

from figures import Row, Samples, in_turn, number
from storefront import AFTER, AFTER_SQLITE, AFTER_SQLITE_NORMAL, DEFERRED, DIRECT, IDLE, NONE, SNIPPET, SNIPPET5, Street

WORKERS = 5
ROUND_TRIPS = (20, 100)
# The shop's own time for a page in ms, and for a change of an order's state.
PAGE, CHANGE = 50, 40
RUSH, CHANGES = 20, 50
# Longer than `spread.timeout`.
TIMEOUT = 6


def checkout_rows(bench):
    rows = []
    kinds = (NONE, SNIPPET, DIRECT, AFTER, AFTER_SQLITE, AFTER_SQLITE_NORMAL, DEFERRED)
    with Street(bench) as street:
        shops = {kind: street.shop(kind, WORKERS) for kind in kinds}
        for milliseconds in ROUND_TRIPS:
            bench.away(milliseconds)
            pages, calls, disk = Samples(), Samples(), []
            for shop in shops.values():
                asyncio.run(shop.warm_up(orders=1))
            for turn in in_turn(kinds, bench.rounds(40)):
                time.sleep(IDLE)
                for kind in turn:
                    page = visit(shops[kind])
                    pages.add(kind, [page.seconds * 1000])
                    calls.add(kind, [page.calls[0]["ms"]])
                disk.append(sync_time(bench.directory))
            # With after_response the last orders are on their way.
            time.sleep(IDLE)
            arrived = street.crm.orders()
            for kind, shop in shops.items():
                if kind not in (NONE, DEFERRED) and f"{shop.name}-{shop.orders}" not in arrived:
                    raise RuntimeError(f"{kind.name}: the last order did not arrive")
            note = "; ".join(f"{kind.name} {pages.text(kind, ' ms')}" for kind in kinds)
            note += f"; the call of {AFTER_SQLITE.name} {calls.text(AFTER_SQLITE, ' ms')}"
            note += f"; a write that waits for this disk {number(median(disk))} ms"
            for kind in (AFTER, AFTER_SQLITE_NORMAL, AFTER_SQLITE):
                value, around = pages.difference(kind, NONE)
                group = f"a checkout page of {PAGE} ms, {milliseconds} ms round trip, no warm connection"
                measure = f"{kind.name}, over a page that reports nothing"
                rows.append(Row(group, measure, "≤", 1, " ms", value, around, note))
                note = ""
    return rows


def visit(shop):
    page = asyncio.run(shop.visit(PAGE, orders=1))
    check([page], shop)
    return page


def sync_time(directory):
    """The time in ms of a write that waits for the disk, as the commit of an accepted order does."""
    with open(f"{directory}/sync", "ab", buffering=0) as file:
        file.write(bytes(4096))
        begun = time.perf_counter()
        os.fdatasync(file.fileno())
        return (time.perf_counter() - begun) * 1000


def check(pages, shop):
    for page in pages:
        if page.status != 200:
            raise RuntimeError(f"{shop.kind.name}: a page failed: {page}")
        if shop.kind.peer == "spread" and not all(call["accepted"] for call in page.calls):
            raise RuntimeError(f"{shop.kind.name}: a call failed: {page}")


def burst_rows(bench):
    """Checkouts at once on five workers while SPREAD hangs: just after it began to hang, and some time later."""
    kinds = (NONE, AFTER_SQLITE, DEFERRED)
    bench.away(20)
    times = {"when the outage begins": Samples(), "during the outage": Samples()}
    homes = [Samples(), Samples()]
    for turn in in_turn(kinds, bench.rounds(6)):
        # A new pool has not met the outage.
        with Street(bench) as street:
            street.crm.command("hang")
            shops = {kind: street.shop(kind, WORKERS) for kind in turn}
            for shop in shops.values():
                asyncio.run(shop.warm_up())
            for index, samples in enumerate(times.values()):
                if index:
                    time.sleep(TIMEOUT)
                for kind, shop in shops.items():
                    rushed, home = asyncio.run(rush(shop))
                    samples.add(kind, [rushed])
                    homes[index].add(kind, [home])
    snippet = "not run"
    if not bench.quick:
        with Street(bench) as street:
            street.crm.command("hang")
            rushed, home = asyncio.run(rush(street.shop(SNIPPET5, WORKERS)))
            snippet = f"{number(rushed)} ms, then {number(home)} ms"
    rows = []
    for (moment, samples), home in zip(times.items(), homes, strict=True):
        note = "the slowest page, then a visitor's first: "
        note += "; ".join(f"{kind.name} {samples.text(kind, ' ms')}, then {home.text(kind, ' ms')}" for kind in kinds)
        note += f"; {SNIPPET5.name} {snippet}"
        for kind in (AFTER_SQLITE, DEFERRED):
            value, around = samples.ratio(kind, NONE)
            group = f"{RUSH} checkouts at once on {WORKERS} workers, SPREAD hangs"
            measure = f"the slowest page {moment}, {kind.name} / no report"
            rows.append(Row(group, measure, "≤", 1.2, " ×", value, around, note))
            note = ""
    return rows


async def rush(shop):
    """The times in ms of the slowest of many checkouts at once, and of a page that is visited after them."""
    pages = await asyncio.gather(*(shop.visit(PAGE, orders=1) for _ in range(RUSH)))
    check(pages, shop)
    home = await shop.visit(PAGE)
    return max(page.seconds for page in pages) * 1000, home.seconds * 1000


def changes_rows(bench):
    """Many orders that change their state in one page of the back office, while SPREAD hangs."""
    kinds = (NONE, AFTER_SQLITE, DEFERRED)
    bench.away(20)
    samples = Samples()
    with Street(bench) as street:
        street.crm.command("hang")
        shops = {kind: street.shop(kind, WORKERS) for kind in kinds}
        for shop in shops.values():
            asyncio.run(shop.warm_up())
        for turn in in_turn(kinds, bench.rounds(6)):
            for kind in turn:
                samples.add(kind, [changes(shops[kind], CHANGES)])
            time.sleep(TIMEOUT)
        snippet = "not run"
        if not bench.quick:
            few = 3
            seconds = changes(street.shop(SNIPPET5, WORKERS), few) / 1000 * CHANGES / few
            snippet = f"{number(seconds)} s, from {few} changes"
    note = "; ".join(f"{kind.name} {samples.text(kind, ' ms')}" for kind in kinds)
    note += f"; {SNIPPET5.name} {snippet}"
    rows = []
    for kind in (AFTER_SQLITE, DEFERRED):
        value, around = samples.ratio(kind, NONE)
        group = f"{CHANGES} changes of state in one page, SPREAD hangs"
        rows.append(Row(group, f"{kind.name} / no report", "≤", 1.2, " ×", value, around, note))
        note = ""
    return rows


def changes(shop, count):
    page = asyncio.run(shop.visit(CHANGE, orders=count))
    check([page], shop)
    return page.seconds * 1000
