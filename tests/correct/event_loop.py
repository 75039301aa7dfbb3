"""Leaves the waiting, reading and writing to asyncio."""

import asyncio

from right import Server


class Commands(Server):
    def __init__(self):
        self.values = {}
        self.deadlines = {}


class Connection(asyncio.Protocol):
    commands = Commands()

    def connection_made(self, transport):
        self.transport = transport
        self.input, self.output = bytearray(), bytearray()
        self.has_finished = False

    def data_received(self, data):
        self.input += data
        self.commands.answer(self)
        self.transport.write(bytes(self.output))
        self.output.clear()
        if self.has_finished:
            self.transport.close()


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 6379)
    await server.serve_forever()


asyncio.run(main())
