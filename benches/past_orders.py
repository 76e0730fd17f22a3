"""Past orders from a file: `spread-outbox import` and `drain`, beside curl_multi with the same connections."""

import json
import os
import time

from figures import Row, Samples, in_turn
from outbox import WORKER, drain, environment
from programs import output
from shop import PHP


def past_orders_rows(bench):
    """Both begin with the file and end when SPREAD has every order. The import keeps each on the disk first."""
    bench.away(20)
    count = 200 if bench.quick else 2_000
    path = f"{bench.directory}/past.ndjson"
    with open(path, "w") as file:
        for number in range(count):
            file.write(json.dumps(order(number)) + "\n")
    wall = Samples()
    imports = 0
    for kinds in in_turn(("import", "multi"), bench.rounds(10)):
        for kind in kinds:
            begun = time.perf_counter()
            if kind == "multi":
                multi(bench, path, count)
            else:
                imports += 1
                imported(bench, path, f"sqlite:{bench.directory}/past-{imports}.db", count)
            wall.add(kind, [time.perf_counter() - begun])
    os.unlink(path)
    value, around = wall.ratio("import", "multi")
    note = (
        f"import and drain {wall.text('import', ' s')}, curl_multi {wall.text('multi', ' s')}; "
        f"{count:,} orders, 8 connections"
    )
    group = "past orders at 20 ms round trip"
    return [Row(group, "import and drain / curl_multi", "≤", 1.05, " ×", value, around, note)]


def order(number):
    return {
        "order_idorder": f"{number:07}",
        "order_state": 100,
        "order_amount": "158.31",
        "order_crea_dt": "2014-06-21 14:31:08",
        "customer_email": f"john{number}@doe.com",
        "customer_name": "Doe",
        "customer_city": "Saint-Étienne",
        "add_order_tag": ["web", "gift box"],
    }


def multi(bench, path, count):
    settings = ["-n", "-d", "extension=curl", "-d", f"curl.cainfo={bench.shop.bundle}"]
    answered = output(PHP, *settings, f"{bench.shop.scripts}/multi.php", path, bench.there.endpoint)
    if int(answered) != count:
        raise RuntimeError(f"curl_multi delivered {answered} of {count} orders")


def imported(bench, path, outbox, count):
    variables = environment(bench, outbox)
    output(WORKER, "import", path, "--endpoint", bench.there.endpoint, env=variables)
    drain(bench, outbox, count)
