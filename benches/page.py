"""Pages per second: php-fpm with eight workers behind nginx, one order a page, the API 20 ms away.

php-curl's handle cannot be kept here: it ends with the page. That peer only saves the round trip of the
challenge.
"""

import os
import re
import subprocess

from figures import Row, Samples
from programs import Programs, free_port, output, program, wait_for
from server import write
from shop import PEERS, PHP

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
        urls = {peer: serve(bench, programs, peer) for peer in PEERS}
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


def serve(bench, programs, peer):
    """Starts php-fpm with this peer's extension behind nginx; returns the URL of the page."""
    directory = f"{bench.directory}/page-{peer}"
    os.makedirs(f"{directory}/tmp")
    os.chmod(f"{directory}/tmp", 0o777)
    version = output(PHP, "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;")
    endpoint = bench.there.endpoint
    fpm = write(
        directory,
        "fpm.conf",
        f"""
        [global]
        error_log = {directory}/fpm.log
        daemonize = no
        [www]
        user = www-data
        group = www-data
        listen = {directory}/fpm.sock
        listen.owner = www-data
        listen.group = www-data
        pm = static
        pm.max_children = {WORKERS}
        catch_workers_output = yes
        env[BENCH_PEER] = "{peer}"
        env[BENCH_ENDPOINT] = "{endpoint}"
        """.replace("\n        ", "\n"),
    )
    start(
        programs,
        [program(f"php-fpm{version}", "php-fpm"), *bench.shop.options(peer, endpoint), "-F", "-y", fpm],
        f"{directory}/fpm.sock",
        f"{directory}/fpm.out",
    )
    port = free_port()
    temporary = "".join(
        f"{kind}_temp_path {directory}/tmp/{kind};\n" for kind in ("client_body", "fastcgi", "proxy", "uwsgi", "scgi")
    )
    nginx = write(
        directory,
        "nginx.conf",
        f"""
        user www-data www-data;
        worker_processes 1;
        daemon off;
        pid {directory}/nginx.pid;
        error_log {directory}/nginx.log;
        events {{ }}
        http {{
            access_log off;
            keepalive_requests 10000000;
            {temporary}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    fastcgi_pass unix:{directory}/fpm.sock;
                    fastcgi_param SCRIPT_FILENAME {bench.shop.scripts}/page.php;
                    fastcgi_param REQUEST_METHOD $request_method;
                }}
            }}
        }}
        """,
    )
    start(
        programs,
        [program("nginx"), "-e", f"{directory}/nginx.log", "-p", directory, "-c", nginx],
        ("127.0.0.1", port),
        f"{directory}/nginx.out",
    )
    return f"http://127.0.0.1:{port}/"


def start(programs, command, address, log):
    with open(log, "w") as out:
        process = programs.start(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    wait_for(address, process, log)
