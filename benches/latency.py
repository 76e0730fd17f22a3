"""Time per order: over loopback and over the link, warm and in a fresh process."""

from figures import Row, Samples, in_turn
from link import connect_time
from programs import Programs
from shop import PEERS

# Orders per batch on loopback: about 50 ms for each peer, whose costs differ a hundredfold.
BATCH = {"snippet": 4, "stream": 4, "curl": 250, "spread": 250}
# The two peers that differ by a few per cent are also compared alone, in rounds of some 20 ms: the machine's
# speed changes less within a round.
NEAR_BATCH = 80
ROUND_TRIPS = (10, 20, 50, 100)
LINK_TARGETS = {10: 4.4, 20: 4.0, 100: 3.95}


def warm_rows(bench):
    wall, cpu = Samples(), Samples()
    with Programs() as programs:
        workers = {peer: bench.shop.worker(programs, peer, bench.here.endpoint) for peer in PEERS}
        for peer, worker in workers.items():
            worker.orders(BATCH[peer])
        for peers in in_turn(PEERS, bench.rounds(60)):
            for peer in peers:
                times, used = workers[peer].orders(BATCH[peer])
                wall.add(peer, times)
                cpu.add(peer, [used])
        near_wall, near_cpu = Samples(), Samples()
        for peers in in_turn(("spread", "curl"), bench.rounds(300)):
            for peer in peers:
                times, used = workers[peer].orders(NEAR_BATCH)
                near_wall.add(peer, times)
                near_cpu.add(peer, [used])
    bench.report.latencies("https on loopback, warm", 0, wall, cpu)
    group = "https on loopback, warm"
    return [
        ratio(group, "snippet / spread, wall time", wall, "snippet", "spread", "≥", 60),
        ratio(group, "spread / php-curl with one handle kept, wall time", near_wall, "spread", "curl", "≤", 1.0),
        ratio(group, "the same, CPU time of the PHP process", near_cpu, "spread", "curl", "≤", 1.0),
    ]


def first_rows(bench):
    wall = first_orders(bench, bench.here.endpoint, bench.rounds(40))
    bench.report.latencies("https on loopback, first order of a process", None, wall)
    group = "https on loopback, first order of a process"
    return [ratio(group, "snippet / spread", wall, "snippet", "spread", "≥", 4)]


def link_rows(bench):
    rows = []
    with Programs() as programs:
        workers = {peer: bench.shop.worker(programs, peer, bench.there.endpoint) for peer in PEERS}
        for milliseconds in ROUND_TRIPS:
            rows += over_link(bench, workers, milliseconds)
    return rows


def over_link(bench, workers, milliseconds):
    wall = Samples()
    bench.away(milliseconds)
    for worker in workers.values():
        worker.orders(1)
    for peers in in_turn(PEERS, bench.rounds(16)):
        wall.add("link", [connect_time(bench.there.address) for _ in range(3)])
        for peer in peers:
            wall.add(peer, workers[peer].orders(2)[0])
    group = f"https at {milliseconds} ms round trip, warm"
    bench.report.latencies(group, milliseconds, wall)
    rows = [
        Row(
            group,
            f"spread, over one round trip of {milliseconds} ms",
            "≤",
            0.9,
            " ms",
            wall.median("spread") - milliseconds,
            tuple(value - milliseconds for value in wall.spread("spread")),
            f"spread {wall.text('spread', ' ms')}; a TCP handshake takes {wall.text('link', ' ms')}",
        )
    ]
    if milliseconds in LINK_TARGETS:
        rows.append(ratio(group, "snippet / spread", wall, "snippet", "spread", "≥", LINK_TARGETS[milliseconds]))
    return rows


def link_first_rows(bench):
    bench.away(20)
    wall = first_orders(bench, bench.there.endpoint, bench.rounds(25))
    group = "https at 20 ms round trip, first order of a process"
    bench.report.latencies(group, None, wall)
    return [
        ratio(group, "snippet / spread", wall, "snippet", "spread", "≥", 1.3),
        Row(
            group,
            "spread, over three round trips of 20 ms",
            "≤",
            4,
            " ms",
            wall.median("spread") - 60,
            tuple(value - 60 for value in wall.spread("spread")),
            f"spread {wall.text('spread', ' ms')}",
        ),
    ]


def first_orders(bench, endpoint, rounds):
    wall = Samples()
    for peers in in_turn(PEERS, rounds):
        for peer in peers:
            wall.add(peer, [bench.shop.run(peer, endpoint, "first.php")["wall"] / 1e6])
    return wall


def ratio(group, measure, samples, peer, other, sign, limit):
    value, around = samples.ratio(peer, other)
    note = f"{PEERS[peer]} {samples.text(peer, ' ms')}, {PEERS[other]} {samples.text(other, ' ms')}"
    return Row(group, measure, sign, limit, " ×", value, around, note)
