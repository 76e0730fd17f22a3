"""`make bench`: compares spread with its alternatives, on this machine, in one run.

The groups of rows, which ROWS selects:

    size start memory       file size, starting PHP, resident memory
    encode decode call      instructions, by callgrind
    warm first              https on loopback, warm and the first order of a process
    link linkfirst          the same over a link with a real round-trip time
    page                    pages per second of php-fpm behind nginx
    checkout                a page's time in a shop with few orders, over a link
    burst changes           many orders at once, and in one page, while SPREAD hangs
    outage slow             a shop under load while SPREAD hangs, and while it takes 3 s
    deferred direct         cost of the outbox per call
    mysql                   the same on MariaDB, and the worker's delivery rate
    drain million           the worker's delivery rate, and the cost of a large backlog
    past                    past orders from a file, beside curl_multi, over a link
    soak                    100,000 orders in one process

QUICK=1 takes a few samples of each, to try the bench itself.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from statistics import median

sys.dont_write_bytecode = True

import link
from checkout import burst_rows, changes_rows, checkout_rows
from figures import Row
from footprint import memory_rows, size_rows, start_rows
from instructions import call_rows, decode_rows, encode_rows
from latency import first_rows, link_first_rows, link_rows, warm_rows
from mariadb import MariaDb
from outage import outage_rows, slow_rows
from outbox import deferred_rows, direct_rows, drain_rows, million_rows, mysql_rows
from page import page_rows
from past_orders import past_orders_rows
from programs import Missing, Programs, program
from report import Report
from server import Api, big_reply, make_certificates
from shop import ROOT, Shop
from soak import soak_rows

ROWS = {
    "size": size_rows,
    "start": start_rows,
    "memory": memory_rows,
    "encode": encode_rows,
    "decode": decode_rows,
    "call": call_rows,
    "warm": warm_rows,
    "first": first_rows,
    "link": link_rows,
    "linkfirst": link_first_rows,
    "page": page_rows,
    "checkout": checkout_rows,
    "burst": burst_rows,
    "changes": changes_rows,
    "outage": outage_rows,
    "slow": slow_rows,
    "deferred": deferred_rows,
    "direct": direct_rows,
    "mysql": mysql_rows,
    "drain": drain_rows,
    "million": million_rows,
    "past": past_orders_rows,
    "soak": soak_rows,
}


class Bench:
    """State shared by the rows; servers and the link start when a row first needs them."""

    def __init__(self, programs, directory, quick):
        self.programs = programs
        self.directory = directory
        self.quick = quick
        self.shop = Shop(directory, make_certificates(directory, link.THERE))
        self.report = Report(self.shop)
        self.big_reply = big_reply()

    def rounds(self, count):
        return max(2, count // 10) if self.quick else count

    @cached_property
    def here(self):
        """The API on loopback."""
        return Api(self.programs, self.directory, "127.0.0.1")

    @cached_property
    def mariadb(self):
        return MariaDb(self.programs, self.directory)

    @cached_property
    def link(self):
        return Link(self.programs)

    @cached_property
    def there(self):
        """The API at the other end of the link."""
        inside = (program("ip"), "netns", "exec", self.link.namespace)
        return Api(self.programs, self.directory, link.THERE, inside)

    def away(self, milliseconds):
        """Sets the delay with which a TCP handshake takes this long: the link itself adds some tenths of a
        millisecond, which are subtracted."""
        self.link.round_trip(milliseconds)
        excess = median(link.connect_time(self.there.address) for _ in range(21)) - milliseconds
        self.link.round_trip(milliseconds - min(max(excess, 0), 1))

    @staticmethod
    def together(*tasks):
        """Runs tasks in parallel; only for measurements that do not depend on time."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return [future.result() for future in [pool.submit(task) for task in tasks]]


class Link:
    """The link's process, which ends when its input does."""

    def __init__(self, programs):
        if os.geteuid() != 0:
            raise Missing("a link with a round-trip time needs root")
        if not os.path.exists("/dev/net/tun"):
            raise Missing("a link with a round-trip time needs /dev/net/tun")
        program("ip")
        self.namespace = f"bench-{os.getpid()}"
        self.process = programs.start(
            [sys.executable, "-B", f"{ROOT}/benches/link.py", self.namespace],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self.process.stdout.readline() != "ready\n":
            raise Missing(f"the link did not start: {self.process.stderr.read().strip().splitlines()[-1:]}")

    def round_trip(self, milliseconds):
        self.process.stdin.write(f"{milliseconds}\n")
        self.process.stdin.flush()


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    # A shop has the system's store, whatever the developer's environment names.
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ.pop(name, None)
    names = os.environ.get("ROWS", "").split() or list(ROWS)
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        sys.exit(f"benches/bench.py: there is no row {unknown[0]}; there are {' '.join(ROWS)}")
    quick = os.environ.get("QUICK", "") not in ("", "0")
    directory = tempfile.mkdtemp(prefix="spread-bench-")
    os.chmod(directory, 0o755)
    try:
        with Programs() as programs:
            bench = Bench(programs, directory, quick)
            bench.report.busy(other_work())
            for name in names:
                bench.report.add(measured(name, bench))
            bench.report.busy(other_work())
            bench.report.write(complete=len(set(names)) == len(ROWS) and not quick)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    failed = [row for row in bench.report.rows if row.holds is False]
    missing = [row for row in bench.report.rows if row.holds is None]
    hold = len(bench.report.rows) - len(failed) - len(missing)
    print(f"{hold} hold, {len(failed)} do not, {len(missing)} not measured")
    return 1 if failed else 0


def other_work(seconds=2):
    """The number of processors that other programs keep busy while the bench is idle."""

    def idle():
        with open("/proc/stat") as file:
            return int(file.readline().split()[4]) / os.sysconf("SC_CLK_TCK")

    before = idle()
    time.sleep(seconds)
    return max(0.0, os.cpu_count() - (idle() - before) / seconds)


def measured(name, bench):
    print(f"\n== {name}", flush=True)
    try:
        return ROWS[name](bench)
    except Missing as why:
        return [Row(name, note=str(why))]
    except Exception as failure:
        traceback.print_exc()
        return [Row(name, note=str(failure).strip().replace("\n", " ")[:300], broken=True)]


if __name__ == "__main__":
    sys.exit(main())
