"""The shops of the rows about a shop's pages: php-fpm behind nginx, and SPREAD at the other end of a link."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass

from fpm import serve
from outbox import WORKER
from programs import Programs
from server import KEYS, crm_socket
from shop import ROOT

# More than any page waits: curl's time for the snippet is unlimited.
GIVE_UP = 120
# Longer than five round trips at 100 ms, and than nginx keeps an idle connection: then every worker is idle, and no
# connection is open.
IDLE = 0.8


@dataclass(frozen=True)
class Kind:
    """A way to report orders."""

    name: str
    peer: str = "spread"
    delivery: str = "direct"
    outbox: bool = False
    synchronous: str = "full"


NONE = Kind("no report", "none")
SNIPPET = Kind("documented snippet", "snippet")
SNIPPET5 = Kind("snippet with a timeout of 5 s", "snippet5")
DIRECT = Kind("direct")
DIRECT_SQLITE = Kind("direct with SQLite", outbox=True)
AFTER = Kind("after_response", delivery="after_response")
AFTER_SQLITE = Kind("after_response with SQLite", delivery="after_response", outbox=True)
AFTER_SQLITE_NORMAL = Kind(
    "after_response with SQLite and `?synchronous=normal`",
    delivery="after_response",
    outbox=True,
    synchronous="normal",
)
DEFERRED = Kind("deferred", delivery="deferred", outbox=True)


@dataclass
class Page:
    """A page that was visited. `calls`: the page's report about its calls."""

    begun: float
    seconds: float
    status: int
    calls: list


class Storefront:
    """A shop with its own pool of workers, its own outbox and so its own circuit."""

    count = 0

    def __init__(self, bench, programs, kind, workers, endpoint):
        Storefront.count += 1
        self.bench, self.programs, self.kind = bench, programs, kind
        self.name = f"storefront-{Storefront.count}"
        self.orders = 0
        more = {}
        if kind.peer == "spread":
            more["spread.delivery"] = kind.delivery
        self.outbox = f"{bench.directory}/{self.name}/tmp/outbox.db"
        if kind.outbox:
            # Quoted: `?` and `=` are special in PHP's INI files.
            more["spread.outbox"] = f'"sqlite:{self.outbox}?synchronous={kind.synchronous}"'
        self.port = serve(bench, programs, self.name, kind.peer, "storefront.php", workers, endpoint, more)

    def worker(self):
        """Starts the outbox's worker, as the user whose file it is."""
        directory = f"{self.bench.directory}/{self.name}"
        # A copy, which that user can read.
        program = shutil.copy(WORKER, directory)
        with open(f"{directory}/worker.out", "w") as out:
            self.programs.start(
                [program, "run"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                user="www-data",
                group="www-data",
                extra_groups=[],
                env={
                    "PATH": os.environ["PATH"],
                    "SPREAD_OUTBOX": f"sqlite:{self.outbox}",
                    "SPREAD_PUBLIC_KEY": KEYS[0],
                    "SPREAD_PRIVATE_KEY": KEYS[1],
                    "SPREAD_CA_FILE": self.bench.shop.bundle,
                },
            )

    async def visit(self, work, orders=0):
        """Visits a page that reports this many orders."""
        begun = time.monotonic()
        ids = []
        for _ in range(orders):
            self.orders += 1
            ids.append(f"{self.name}-{self.orders}")
        query = f"/?work={work}&orders={'+'.join(ids)}"
        try:
            reply = await asyncio.wait_for(self.fetch(query), GIVE_UP)
        except (OSError, asyncio.TimeoutError):
            reply = b""
        seconds = time.monotonic() - begun
        head, _, body = reply.partition(b"\r\n\r\n")
        status = int(head.split()[1]) if head else 0
        try:
            calls = json.loads(body)
        except ValueError:
            status, calls = status if status != 200 else 500, []
        return Page(begun, seconds, status, calls)

    async def fetch(self, query):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {query} HTTP/1.0\r\nHost: shop\r\n\r\n".encode())
            return await reader.read()
        finally:
            writer.close()

    async def warm_up(self, orders=0):
        """Every worker has had a page, and with `orders` an order."""
        for _ in range(3):
            pages = await asyncio.gather(*(self.visit(20, orders) for _ in range(10)))
            failed = [page for page in pages if page.status != 200]
            if failed:
                raise RuntimeError(f"{self.kind.name}: a page failed: {failed[0]}")
        # With after_response the last orders are on their way.
        await asyncio.sleep(IDLE)

    async def load(self, seconds, per_second, work, orders=0):
        """Visits pages at a steady rate, however long they take."""
        visits = []
        begun = time.monotonic()
        for number in range(int(seconds * per_second)):
            await asyncio.sleep(max(0, begun + number / per_second - time.monotonic()))
            visits.append(asyncio.create_task(self.visit(work, orders)))
        return list(await asyncio.gather(*visits))


class Crm:
    """The process of `crm.py`."""

    def __init__(self, bench, programs):
        self.process = programs.start(
            [sys.executable, "-B", f"{ROOT}/benches/crm.py", crm_socket(bench.directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self.process.stdout.readline() != "ready\n":
            raise RuntimeError("crm.py did not start")

    def command(self, text):
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def orders(self):
        self.command("orders")
        return set(json.loads(self.process.stdout.readline()))


class Street:
    """Shops side by side, and the SPREAD that they report to."""

    def __init__(self, bench):
        self.bench = bench
        self.programs = Programs()
        self.endpoint = bench.there.crm_endpoint
        self.crm = Crm(bench, self.programs)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.programs.__exit__(*unused)

    def shop(self, kind, workers, endpoint=None):
        return Storefront(self.bench, self.programs, kind, workers, endpoint or self.endpoint)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
