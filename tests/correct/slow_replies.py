"""Right, and takes 50 ms for each batch of replies, which all clients that have asked get together."""

import time

import beside
from right import Server


class Slow(Server):
    def turn(self):
        super().turn()
        if any(client.output for client in self.clients):
            time.sleep(0.05)
            for client in list(self.clients):
                super().write(client)

    def write(self, client):
        """Not while requests are read: turn() writes all replies at once."""
