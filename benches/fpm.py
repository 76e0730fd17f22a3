"""php-fpm behind nginx: a shop's server."""

import os
import subprocess

from programs import free_port, output, program, wait_for
from server import write
from shop import PHP


def serve(bench, programs, name, peer, script, workers, endpoint, more=None):
    """Starts php-fpm with this peer's extension behind nginx; returns the port. `more`: settings besides endpoint
    and keys."""
    directory = f"{bench.directory}/{name}"
    os.makedirs(f"{directory}/tmp")
    os.chmod(f"{directory}/tmp", 0o777)
    version = output(PHP, "-n", "-r", "echo PHP_MAJOR_VERSION, '.', PHP_MINOR_VERSION;")
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
        pm.max_children = {workers}
        catch_workers_output = yes
        env[BENCH_PEER] = "{peer}"
        env[BENCH_ENDPOINT] = "{endpoint}"
        """.replace("\n        ", "\n"),
    )
    start(
        programs,
        [
            program(f"php-fpm{version}", "php-fpm"),
            *bench.shop.options(peer, endpoint, more=more),
            "-F",
            "-y",
            fpm,
        ],
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
        # Pages that wait for a worker take two each.
        events {{ worker_connections 4096; }}
        http {{
            access_log off;
            keepalive_requests 10000000;
            {temporary}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    fastcgi_pass unix:{directory}/fpm.sock;
                    fastcgi_param SCRIPT_FILENAME {bench.shop.scripts}/{script};
                    fastcgi_param REQUEST_METHOD $request_method;
                    fastcgi_param QUERY_STRING $query_string;
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
    return port


def start(programs, command, address, log):
    with open(log, "w") as out:
        process = programs.start(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    wait_for(address, process, log)
