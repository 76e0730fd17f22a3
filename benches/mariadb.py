"""A MariaDB server of the bench, with its default durability: each commit is on the disk."""

import os
import subprocess

from programs import free_port, output, program, wait_for

PASSWORD = "bench-4711"


class MariaDb:
    def __init__(self, programs, directory):
        self.directory = f"{directory}/mariadb"
        os.mkdir(self.directory)
        self.port = free_port()
        install = program("mariadb-install-db")
        server = program("mariadbd")
        options = ["--no-defaults", f"--datadir={self.directory}/data"]
        if os.geteuid() == 0:
            options.append("--user=root")
        output(install, *options, "--auth-root-authentication-method=normal", "--skip-test-db")
        self.socket = f"{self.directory}/socket"
        log = f"{self.directory}/log"
        process = programs.start(
            [
                server,
                *options,
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                f"--port={self.port}",
                f"--socket={self.socket}",
                f"--pid-file={self.directory}/pid",
                f"--log-error={log}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(("127.0.0.1", self.port), process, log)
        self.query(f"CREATE USER bench@'%' IDENTIFIED BY '{PASSWORD}'; GRANT ALL ON `bench%`.* TO bench@'%'")

    def query(self, sql):
        client = program("mariadb")
        return output(client, "--no-defaults", "--user=root", f"--socket={self.socket}", "-N", "-e", sql)

    def database(self, name):
        """The address of a new database."""
        self.query(f"CREATE DATABASE bench_{name}")
        return f"mysql://bench:{PASSWORD}@127.0.0.1:{self.port}/bench_{name}"
