"""The comparison as text, and as RESULTS.md."""

import platform
import re
import subprocess
from datetime import date

import svg
from programs import Missing, program
from shop import PEERS, PHP, ROOT

LIBCURL = "$v = curl_version(); echo $v['version'], ' with ', $v['ssl_version'];"


class Report:
    def __init__(self, shop):
        self.shop = shop
        self.rows = []
        self.tables = []
        self.points = {}
        self.pages_per_second = None
        self.other_work = []

    def busy(self, processors):
        self.other_work.append(processors)
        if processors > 0.2:
            print(
                f"\nother work keeps {processors:.1f} processors busy: times are longer for it, most of all those"
                "\nof the peers that compute much, which is in spread's favour"
            )

    def add(self, rows):
        for row in rows:
            self.rows.append(row)
            if row.value is None:
                print(f"{row.verdict:>4}  {row.group}: {row.measured}", flush=True)
                continue
            print(f"{row.verdict:>4}  {row.group}: {row.measure} {row.measured}, must be {row.target}")
            if row.note:
                print(f"      {row.note}", flush=True)

    def latencies(self, title, round_trip, wall, cpu=None):
        """Adds times of all peers; those with a round-trip time are also points of the picture."""
        self.tables.append((title, wall, cpu))
        if round_trip is not None:
            self.points[round_trip] = {peer: wall.median(peer) for peer in PEERS}

    def pages(self, samples, peers):
        self.pages_per_second = samples, peers

    def write(self, complete):
        """Writes the results; only a complete run replaces the last ones."""
        if not complete:
            print("\nnot a complete run: benches/RESULTS.md and the pictures stay as they are")
            return
        text = self.markdown()
        with open(f"{ROOT}/benches/RESULTS.md", "w") as file:
            file.write(text)
        pictures = {}
        if len(self.points) > 1:
            pictures["latency"] = svg.latency(self.points, PEERS)
        if self.pages_per_second:
            pictures["pages"] = svg.pages(*self.pages_per_second)
        for name, picture in pictures.items():
            with open(f"{ROOT}/benches/{name}.svg", "w") as file:
                file.write(picture)
        print(f"\nwritten: benches/RESULTS.md{''.join(f', benches/{name}.svg' for name in pictures)}")

    def markdown(self):
        lines = [
            "# Results of `make bench`",
            "",
            "Written by `make bench`, in one run on one machine, where the peers took turns. Values are medians, and",
            "ratios are medians of the ratios of the rounds; the 10th and the 90th percentile are in brackets.",
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
            lines.append(f"| {row.group} | {row.measure} | {row.target} | {row.measured} | {verdict} |")
        lines += ["", "## Details", ""]
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
            pages, peers = self.pages_per_second
            lines += ["", "## Pages per second", "", f"| {' | '.join(peers.values())} |", "|" + "---|" * len(peers)]
            lines.append(f"| {' | '.join(pages.text(peer, '') for peer in peers)} |")
            lines += ["", "![Pages per second](pages.svg)"]
        return "\n".join(lines) + "\n"

    def machine(self):
        yield "| | |"
        yield "|---|---|"
        for name, value in {
            "date": str(date.today()),
            "spread": commit(),
            "processor": processor(),
            "other work": " and ".join(f"{work:.2f}" for work in self.other_work)
            + " processors busy, before and after",
            "kernel": "Linux " + re.match(r"[\d.]*\d", platform.release())[0],
            "system": system(),
            "PHP": quietly(PHP, "-n", "-r", "echo PHP_VERSION;"),
            "libcurl": quietly(PHP, *self.shop.options("curl"), "-r", LIBCURL),
            "OpenSSL of PHP": quietly(PHP, "-n", "-r", "echo OPENSSL_VERSION_TEXT;"),
            "nginx": quietly("nginx", "-v").rpartition("/")[2],
            "rustc": quietly("rustc", "--version").removeprefix("rustc "),
            "valgrind": quietly("valgrind", "--version").removeprefix("valgrind-"),
            "wrk": (re.search(r"wrk \S+", quietly("wrk", "-v")) or [""])[0].removeprefix("wrk "),
        }.items():
            yield f"| {name} | {value or 'unknown'} |"


def quietly(name, *arguments):
    """The output of a program, on either stream and with any status; empty when it is not installed."""
    try:
        result = subprocess.run([program(name), *arguments], capture_output=True, text=True)
    except Missing:
        return ""
    return (result.stdout + result.stderr).strip()


def commit():
    """The commit, marked when files have changed other than those that the bench writes."""
    written = [f":!benches/{name}" for name in ("RESULTS.md", "*.svg")]
    changed = quietly("git", "-C", ROOT, "status", "--porcelain", "--", ".", *written)
    return quietly("git", "-C", ROOT, "rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


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
