"""The comparison as text, and as RESULTS.md."""

import platform
import re
import subprocess
from datetime import date

import svg
from programs import Missing, program
from shop import PEERS, PHP, ROOT


class Report:
    def __init__(self, shop):
        self.shop = shop
        self.rows = []
        self.tables = []
        self.points = {}
        self.pages_per_second = None

    def add(self, rows):
        for row in rows:
            self.rows.append(row)
            print(f"{row.verdict:>4}  {row.group}: {row.measure} {row.measured}, must be {row.target}")
            if row.note:
                print(f"      {row.note}", flush=True)

    def latencies(self, title, round_trip, wall, cpu=None):
        """Of all peers; those with a round-trip time are points of the picture."""
        self.tables.append((title, wall, cpu))
        if round_trip is not None:
            self.points[round_trip] = {peer: wall.median(peer) for peer in PEERS}

    def pages(self, samples):
        self.pages_per_second = samples

    def write(self, complete):
        """Only a complete run replaces what the last one left."""
        if not complete:
            print("\na part of the rows: benches/RESULTS.md and the pictures stay as they are")
            return
        with open(f"{ROOT}/benches/RESULTS.md", "w") as file:
            file.write(self.markdown())
        pictures = {}
        if len(self.points) > 1:
            pictures["latency"] = svg.latency(self.points, PEERS)
        if self.pages_per_second:
            pictures["pages"] = svg.pages(self.pages_per_second, PEERS)
        for name, picture in pictures.items():
            with open(f"{ROOT}/benches/{name}.svg", "w") as file:
                file.write(picture)
        print(f"\nwritten: benches/RESULTS.md{''.join(f', benches/{name}.svg' for name in pictures)}")

    def markdown(self):
        lines = [
            "# What `make bench` measured",
            "",
            "Written by `make bench`, in one run on one machine: all peers at the same time, in turn. Values are",
            "medians; in brackets is from the 10th to the 90th percentile, of a ratio that of the rounds' own ratios.",
            "",
            *self.machine(),
            "",
            "## Targets",
            "",
            "| what | measure | must be | measured | holds |",
            "|---|---|---|---|---|",
        ]
        for row in self.rows:
            verdict = {None: "not measured", True: "yes", False: "**no**"}[row.holds]
            measured = row.measured if row.value is not None else row.note
            lines.append(f"| {row.group} | {row.measure} | {row.target} | {measured} | {verdict} |")
        lines += ["", "## What stands behind them", ""]
        for row in self.rows:
            if row.note and row.value is not None:
                lines.append(f"- {row.group}, {row.measure}: {row.note}.")
        lines += ["", "## Time per order", "", "Milliseconds.", ""]
        lines.append(f"| | {' | '.join(PEERS.values())} |")
        lines.append(f"|---|{'---|' * len(PEERS)}")
        for title, wall, cpu in self.tables:
            lines.append(f"| {title} | {' | '.join(wall.text(peer, '') for peer in PEERS)} |")
            if cpu:
                lines.append(f"| {title}, CPU | {' | '.join(cpu.text(peer, '') for peer in PEERS)} |")
        if len(self.points) > 1:
            lines += ["", "![Time per order by round-trip time](latency.svg)"]
        if self.pages_per_second:
            pages = self.pages_per_second
            lines += ["", "## Pages per second", "", f"| {' | '.join(PEERS.values())} |", "|" + "---|" * len(PEERS)]
            lines.append(f"| {' | '.join(pages.text(peer, '') for peer in PEERS)} |")
            lines += ["", "![Pages per second](pages.svg)"]
        return "\n".join(lines) + "\n"

    def machine(self):
        yield "| | |"
        yield "|---|---|"
        for name, value in {
            "date": str(date.today()),
            "spread": quietly("git", "-C", ROOT, "describe", "--always", "--dirty", "--exclude=*"),
            "processor": processor(),
            "kernel": "Linux " + re.match(r"[\d.]*\d", platform.release())[0],
            "system": system(),
            "PHP": quietly(PHP, "-n", "-r", "echo PHP_VERSION;"),
            "libcurl": quietly(
                PHP, *self.shop.options("curl"), "-r", "$v = curl_version(); echo $v['version'], ' with ', $v['ssl_version'];"
            ),
            "OpenSSL of PHP": quietly(PHP, "-n", "-r", "echo OPENSSL_VERSION_TEXT;"),
            "nginx": quietly("nginx", "-v").rpartition("/")[2],
            "rustc": quietly("rustc", "--version").removeprefix("rustc "),
            "valgrind": quietly("valgrind", "--version").removeprefix("valgrind-"),
            "wrk": (re.search(r"wrk \S+", quietly("wrk", "-v")) or [""])[0].removeprefix("wrk "),
        }.items():
            yield f"| {name} | {value or 'unknown'} |"


def quietly(name, *arguments):
    """What a program says of itself, on whichever output and with whatever status."""
    try:
        result = subprocess.run([program(name), *arguments], capture_output=True, text=True)
    except Missing:
        return ""
    return (result.stdout + result.stderr).strip()


def processor():
    with open("/proc/cpuinfo") as file:
        models = re.findall(r"^model name\s*: (.*)$", file.read(), re.MULTILINE)
    return f"{models[0]}, {len(models)} cores" if models else platform.machine()


def system():
    try:
        with open("/etc/os-release") as file:
            return re.search(r'^PRETTY_NAME="?([^"\n]*)', file.read(), re.MULTILINE)[1]
    except OSError:
        return ""
