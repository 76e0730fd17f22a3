"""Starts and stops the programs of the bench: each is stopped by its process id."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


class Missing(Exception):
    """The reason why a row cannot be measured on this machine."""


def program(*names):
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise Missing(f"{names[0]} is not installed")


class Programs:
    """A stack of running programs, stopped in reverse when the `with` ends."""

    def __init__(self):
        self.running = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        while self.running:
            stop(self.running.pop())

    def start(self, command, **options):
        process = subprocess.Popen(command, preexec_fn=end_with_parent, **options)
        self.running.append(process)
        return process


def end_with_parent():
    """Ends the child with the bench, even if the bench is killed. The kernel treats the starting thread as the
    parent: a server started by another thread would end with it."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(process):
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.terminate()
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(address, process, log):
    """Waits until a server accepts connections."""
    end = time.monotonic() + 15
    while time.monotonic() < end and process.poll() is None:
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        with socket.socket(family) as probe:
            probe.settimeout(2)
            try:
                probe.connect(address)
                return
            except OSError:
                time.sleep(0.02)
    with open(log, errors="replace") as text:
        raise RuntimeError(f"{process.args[0]} did not start: {text.read()}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def output(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {(result.stdout + result.stderr).strip()}")
    return result.stdout.strip()
