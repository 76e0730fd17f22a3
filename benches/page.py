"""Pages per second: php-fpm with eight workers behind nginx, one order a page, the API 20 ms away.

php-curl's handle cannot be kept here: it ends with the page. That peer only saves the round trip of the
challenge.
"""

import re

from figures import Row, Samples
from fpm import serve
from programs import Programs, output, program
from shop import PEERS

WORKERS = 8
CONNECTIONS = 16
# Turns, and seconds per turn; the two peers of the target get 30 s each.
TURNS = 3
SECONDS = {"snippet": 10, "spread": 10, "stream": 4, "curl": 4}

PAGE_PEERS = {**PEERS, "curl": "php-curl, keys at once"}


def page_rows(bench):
    wrk = program("wrk")
    bench.away(20)
    pages = Samples()
    with Programs() as programs:
        urls = {}
        for peer in PEERS:
            port = serve(bench, programs, f"page-{peer}", peer, "page.php", WORKERS, bench.there.endpoint)
            urls[peer] = f"http://127.0.0.1:{port}/"
        for turn in range(TURNS if not bench.quick else 1):
            for peer in PEERS if turn % 2 == 0 else reversed(PEERS):
                measure(wrk, urls[peer], 1)
                pages.add(peer, [measure(wrk, urls[peer], SECONDS[peer] if not bench.quick else 3)])
    bench.report.pages(pages, PAGE_PEERS)
    value, around = pages.ratio("spread", "snippet")
    note = "; ".join(f"{PAGE_PEERS[peer]} {pages.median(peer):.0f}" for peer in PEERS)
    return [Row("pages per second, php-fpm, 20 ms round trip", "spread / snippet", "≥", 4.0, " ×", value, around, note)]


def measure(wrk, url, seconds):
    text = output(wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", url)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", text)
    if failed:
        raise RuntimeError(f"{url}: pages failed: {failed[0]}")
    return float(re.search(r"Requests/sec: +([\d.]+)", text)[1])
