"""The shop: PHP with only the extensions and settings of each peer."""

import json
import os
import shutil
import subprocess

from programs import output
from server import KEYS

PHP = os.environ.get("PHP", "php")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# The names of the peers in tables and pictures.
PEERS = {
    "snippet": "documented snippet",
    "stream": "file_get_contents",
    "curl": "php-curl, one handle kept",
    "spread": "spread",
}
# The extension of each peer; openssl, which `stream` needs, is part of Debian's PHP.
EXTENSIONS = {
    "snippet": "curl",
    "snippet5": "curl",
    "curl": "curl",
    "stream": None,
    "spread": "spread",
    "deferred": "spread",
    "none": None,
}


class Shop:
    """Copies of the scripts and of spread.so in the bench's directory: php-fpm's workers can read them there,
    and no build replaces them during a run."""

    def __init__(self, directory, bundle):
        self.directory = directory
        self.bundle = bundle
        self.scripts = f"{directory}/benches"
        self.extension = f"{directory}/spread.so"
        shutil.copytree(f"{ROOT}/benches", self.scripts, ignore=shutil.ignore_patterns("*.py", "*.svg", "*.md"))
        os.makedirs(f"{directory}/php-tests/support")
        for name in ("documented.php", "snippet.php"):
            shutil.copy(f"{ROOT}/php-tests/support/{name}", f"{directory}/php-tests/support/{name}")
        shutil.copy(f"{ROOT}/modules/spread.so", self.extension)
        # Evicted and read from the disk, as after a restart: the page cache holds a newly written file in pieces
        # of other sizes, and a page fault maps a whole piece.
        with open(self.extension, "rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)

    def options(self, peer, endpoint=None, extension=None, more=None):
        """-n: no php.ini. Loads only the extension that the peer needs."""
        options = ["-n"]
        name = EXTENSIONS[peer]
        if name:
            options += ["-d", f"extension={(extension or self.extension) if name == 'spread' else name}"]
        if endpoint:
            settings = {"curl.cainfo": self.bundle, "openssl.cafile": self.bundle}
            if name == "spread":
                settings["spread.endpoint"] = endpoint
                settings["spread.public_key"], settings["spread.private_key"] = KEYS
            settings.update(more or {})
            for setting, value in settings.items():
                options += ["-d", f"{setting}={value}"]
        return options

    def environment(self, peer, endpoint):
        # Without the machine's proxy variables.
        names = ("PATH", "HOME", "LANG")
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {**kept, "BENCH_PEER": peer, "BENCH_ENDPOINT": endpoint or ""}

    def command(self, peer, endpoint, script, *arguments, extension=None, more=None):
        return [PHP, *self.options(peer, endpoint, extension, more), f"{self.scripts}/{script}", *arguments]

    def run(self, peer, endpoint, script, *arguments):
        return json.loads(
            output(*self.command(peer, endpoint, script, *arguments), env=self.environment(peer, endpoint))
        )

    def worker(self, programs, peer, endpoint, more=None):
        """`more`: settings besides endpoint and keys."""
        return Worker(
            programs.start(
                self.command(peer, endpoint, "worker.php", more=more),
                env=self.environment(peer, endpoint),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )


class Worker:
    """A PHP process that sends orders on request."""

    def __init__(self, process):
        self.process = process

    def orders(self, count):
        """Wall times in ms, and the CPU time of one order in ms."""
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.startswith("{"):
            raise RuntimeError(f"a peer failed: {answer}{self.process.stdout.read()}")
        answer = json.loads(answer)
        return [ns / 1e6 for ns in answer["wall"]], answer["cpu"] / 1e3 / count

    def state(self):
        """Resident KiB, descriptors, threads."""
        process = f"/proc/{self.process.pid}"
        with open(f"{process}/status") as status:
            fields = dict(line.split(":", 1) for line in status)
        return int(fields["VmRSS"].split()[0]), len(os.listdir(f"{process}/fd")), int(fields["Threads"])
