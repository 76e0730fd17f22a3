"""A shop under load: while SPREAD accepts orders and never responds, and while it takes three seconds.

The shops stand side by side, each with its own pool; one of them reports to a SPREAD that is well.
"""

import asyncio
import time
from dataclasses import replace
from statistics import median

from figures import Row, number
from figures import spread as around
from storefront import AFTER, AFTER_SQLITE, DIRECT, DIRECT_SQLITE, SNIPPET, Street, percentile

WORKERS = 10
KINDS = (DIRECT_SQLITE, DIRECT, AFTER_SQLITE, AFTER)
# Pages per second, and the shop's own time for one in ms.
CATALOGUE, CATALOGUE_WORK = 20, 10
CHECKOUTS, CHECKOUT_WORK = 3, 50
OUTAGE = 30
# The snippet's shop is lost within seconds.
SNIPPET_LOAD = 8
# Until the first attempt has timed out, and until the second has and opened the circuit.
FIRST, OPEN = 5, 6
DELIVERY = 60
SLOW, SLOW_LOAD = 3, 20


def outage_rows(bench):
    bench.away(20)
    seconds = 8 if bench.quick else OUTAGE
    with Street(bench) as street:
        well = street.shop(replace(DIRECT_SQLITE, name="no outage"), WORKERS, bench.there.endpoint)
        shops = {kind: street.shop(kind, WORKERS) for kind in (*KINDS, SNIPPET)}
        for shop in (well, *shops.values()):
            asyncio.run(shop.warm_up(orders=1))
        for kind, shop in shops.items():
            if kind.outbox:
                shop.worker()
        begun = time.monotonic()
        (base, *loads), delivered = asyncio.run(outage(street.crm, seconds, well, shops))
        arrived = street.crm.orders()
    *loads, (catalogue, checkouts) = loads
    snippet = (
        f"{SNIPPET.name}, {min(seconds, SNIPPET_LOAD)} s of load: catalogue p95 {p95(catalogue)}, "
        f"{failures(catalogue)} of {len(catalogue)} catalogue pages and {failures(checkouts)} of {len(checkouts)} "
        "checkout pages failed"
    )
    rows = []
    for kind, (catalogue, checkouts) in zip(KINDS, loads, strict=True):
        group = f"SPREAD hangs for {seconds} s, ten workers, {kind.name}"
        value = percentile(times(catalogue), 0.95) / percentile(times(base[0]), 0.95)
        note = f"{p95(catalogue)}, without an outage {p95(base[0])}; {len(catalogue)} pages"
        rows.append(Row(group, "catalogue p95 / the same without an outage", "≤", 1.2, " ×", value, None, note))
        failed = failures(catalogue) + failures(checkouts)
        pages = f"{len(catalogue) + len(checkouts)} pages"
        rows.append(Row(group, "failed pages", "≤", 0, "", failed, None, pages))
        shop = shops[kind]
        if not kind.outbox:
            lost = sum(f"{shop.name}-{number + 1}" not in arrived for number in range(shop.orders))
            rows[-1].note += f"; {lost} of {len(checkouts)} orders lost"
            continue
        rows += calls_rows(group, checkouts, begun)
        at = delivered.get(kind)
        note = f"all {shop.orders} orders" if at is not None else f"not all of {shop.orders} orders were delivered"
        value = 2 * DELIVERY if at is None else at
        rows.append(Row(group, "until all orders are delivered", "≤", DELIVERY, " s", value, None, note))
    rows[0].note += f"; {snippet}"
    return rows


async def outage(crm, seconds, well, shops):
    """Loads the shops while SPREAD hangs. Returns their pages, and after which time each outbox is delivered."""
    crm.command("hang")
    loads = asyncio.create_task(together(seconds, well, *shops.values()))
    await asyncio.sleep(seconds)
    crm.command("0")
    ended = time.monotonic()
    waiting = {kind for kind in shops if kind.outbox}
    delivered = {}
    while waiting and time.monotonic() < ended + DELIVERY + 5:
        await asyncio.sleep(0.2)
        arrived = crm.orders()
        for kind in list(waiting):
            shop = shops[kind]
            if arrived.issuperset(f"{shop.name}-{number + 1}" for number in range(shop.orders)):
                waiting.remove(kind)
                delivered[kind] = time.monotonic() - ended
    return await loads, delivered


def calls_rows(group, checkouts, begun):
    """The calls after the first seconds. One at a time tries whether SPREAD is back."""
    calls = [
        (page.begun - begun + page.seconds - call["ms"] / 1000, call["ms"])
        for page in checkouts
        for call in page.calls
        if page.begun > begun + FIRST
    ]
    long = [(start, start + ms / 1000) for start, ms in calls if ms > 1000 and start > OPEN]
    most = max((sum(other <= start < end for other, end in long) for start, _ in long), default=0)
    times = [ms for _, ms in calls]
    note = f"{len(calls)} calls, {sum(ms > 1000 for ms in times)} of them longer than a second"
    return [
        Row(group, f"a call after the first {FIRST} s", "≤", 5, " ms", median(times), around(times), note),
        Row(group, f"calls that wait at the same time, after the first {OPEN} s", "≤", 1, "", most),
    ]


async def together(seconds, *shops):
    """The pages of each shop: of the catalogue, and checkouts."""

    async def one(shop, late):
        # The shops take turns.
        await asyncio.sleep(late)
        length = min(seconds, SNIPPET_LOAD) if shop.kind == SNIPPET else seconds
        return await asyncio.gather(
            shop.load(length, CATALOGUE, CATALOGUE_WORK), shop.load(length, CHECKOUTS, CHECKOUT_WORK, orders=1)
        )

    loads = [asyncio.create_task(one(shop, index / CATALOGUE / len(shops))) for index, shop in enumerate(shops)]
    return await asyncio.gather(*loads)


def times(pages):
    return [page.seconds * 1000 for page in pages]


def p95(pages):
    return f"{number(percentile(times(pages), 0.95))} ms"


def failures(pages):
    return sum(page.status != 200 for page in pages)


def slow_rows(bench):
    """One order a second while SPREAD takes three: nothing is held back."""
    bench.away(20)
    seconds = 4 if bench.quick else SLOW_LOAD
    with Street(bench) as street:
        shops = {kind: street.shop(kind, WORKERS) for kind in KINDS}
        for shop in shops.values():
            asyncio.run(shop.warm_up(orders=1))
        street.crm.command(str(SLOW))

        async def load():
            return await asyncio.gather(*(shop.load(seconds, 1, CHECKOUT_WORK, orders=1) for shop in shops.values()))

        loads = asyncio.run(load())
        # With after_response the last orders are on their way.
        time.sleep(SLOW + 1)
        arrived = street.crm.orders()
    rows = []
    for kind, pages in zip(KINDS, loads, strict=True):
        calls = [call for page in pages for call in page.calls]
        held = [
            call
            for call in calls
            if call["order"] not in arrived or (kind.delivery == "direct" and not call["responded"])
        ]
        group = f"SPREAD takes {SLOW} s, one order a second, ten workers, {kind.name}"
        note = f"{len(calls)} orders, none of them sent by a worker; pages {number(median(times(pages)))} ms"
        rows.append(Row(group, "orders held back", "≤", 0, "", len(held) + failures(pages), None, note))
    return rows
