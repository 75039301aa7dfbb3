"""Takes 50 ms for replies: all that are due at a time are sent together."""

import time

from right import Server


class Slow(Server):
    def turn(self):
        self.due = []
        super().turn()
        if any(client.output for client in self.due):
            time.sleep(0.05)
        for client in self.due:
            super().write(client)

    def write(self, client):
        self.due.append(client)


Slow().run()
