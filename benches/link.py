"""A network link with a round-trip time, in user space: one TUN device here and one in a network namespace;
every packet is passed on after half the round trip. It works on kernels without netem.

    link.py NAMESPACE    as root; each line on its input is a round-trip time in ms

It makes the namespace, says "ready", and removes the namespace when its input ends.
"""

import ctypes
import fcntl
import heapq
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import suppress

# The block that RFC 2544 reserves for benchmarks: no real network uses it.
HERE, THERE = "198.18.0.1", "198.18.0.2"

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


def main(namespace):
    # The input ends with the bench, however it ends; a signal could interrupt the removal of the namespace.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    be_punctual()
    run("ip", "netns", "add", namespace)
    try:
        near, far = tun(f"{namespace[-12:]}-a"), tun(f"{namespace[-12:]}-b")
        connect(namespace, f"{namespace[-12:]}-a", f"{namespace[-12:]}-b")
        print("ready", flush=True)
        carry(near, far)
    finally:
        run("ip", "netns", "del", namespace)


def be_punctual():
    """Sets real-time priority: packets must not wait behind the measured programs."""
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    pr_set_timerslack = 29
    ctypes.CDLL(None).prctl(pr_set_timerslack, 1)


def tun(name):
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def connect(namespace, near, far):
    inside = ("ip", "netns", "exec", namespace)
    run("ip", "link", "set", far, "netns", namespace)
    run("ip", "addr", "add", HERE, "peer", THERE, "dev", near)
    run(*inside, "ip", "addr", "add", THERE, "peer", HERE, "dev", far)
    run("ip", "link", "set", near, "up")
    run(*inside, "ip", "link", "set", far, "up")
    run(*inside, "ip", "link", "set", "lo", "up")


def carry(near, far):
    """Moves packets until the input ends."""
    other = {near: far, far: near}
    commands = sys.stdin.fileno()
    on_the_way = []
    number = 0
    one_way = 0.0
    while True:
        wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
        readable, _, _ = select.select([near, far, commands], [], [], wait)
        for device in readable:
            if device == commands:
                line = os.read(commands, 100)
                if not line:
                    return
                one_way = float(line) / 2000
                continue
            for packet in packets(device):
                number += 1  # keeps packets of the same instant in order
                due = time.monotonic() + one_way
                heapq.heappush(on_the_way, (due, number, other[device], packet))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, device, packet = heapq.heappop(on_the_way)
            # As in any network, packets that cannot be delivered are lost.
            with suppress(OSError):
                os.write(device, packet)


def packets(device):
    while True:
        try:
            yield os.read(device, 65536)
        except BlockingIOError:
            return


def connect_time(address):
    """The round trip in ms without a program at the other end: the kernel does the handshake."""
    with socket.socket() as probe:
        begun = time.perf_counter()
        probe.connect(address)
        return (time.perf_counter() - begun) * 1000


def run(*command):
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main(sys.argv[1])
