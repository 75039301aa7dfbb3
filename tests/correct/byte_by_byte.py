"""Sends a reply in packets of one byte, and of a long one the first packets."""

import socket

from right import Server


class ByteByByte(Server):
    def accept(self):
        super().accept()
        self.clients[-1].connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def write(self, client):
        if client not in self.clients:
            return
        try:
            for _ in range(min(len(client.output), 100)):
                client.connection.send(client.output[:1])
                del client.output[:1]
        except (BlockingIOError, ConnectionError):
            pass  # which the rest of the reply meets too
        super().write(client)


ByteByByte().run()
