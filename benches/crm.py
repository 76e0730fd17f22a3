"""SPREAD behind nginx, as it is in an outage.

    crm.py SOCKET    each line on its input is a command

A number is the response time in seconds from now on. "hang": no request gets a response; those that wait then
are closed when the next command ends the outage. "orders" prints the ids of the orders that have got a response.
"""

import asyncio
import json
import os
import re
import sys
from contextlib import suppress
from urllib.parse import parse_qs

from server import SMALL_REPLY


class Crm:
    def __init__(self):
        self.delay = 0.0
        self.outage = None
        self.orders = set()

    def command(self, line):
        if line == "orders":
            print(json.dumps(sorted(self.orders)), flush=True)
            return
        if self.outage:
            self.outage.set()
        self.outage = asyncio.Event() if line == "hang" else None
        if not self.outage:
            self.delay = float(line)

    async def connection(self, reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(re.search(rb"(?i)\ncontent-length: *(\d+)", head)[1]))
            if self.outage:
                await self.outage.wait()
            else:
                await asyncio.sleep(self.delay)
                # nginx has closed when its client has.
                if not reader.at_eof():
                    self.orders.update(parse_qs(body.decode())["request[order_idorder]"])
                    reply = SMALL_REPLY.encode()
                    writer.write(
                        b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                        % (len(reply), reply)
                    )
        writer.close()


async def main(path):
    crm = Crm()
    await asyncio.start_unix_server(crm.connection, path)
    os.chmod(path, 0o777)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    print("ready", flush=True)
    while line := await commands.readline():
        crm.command(line.decode().strip())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
