# Fault: it does not close the connections of clients that have left, and moves on from process to process
# Fails: stage 3, "two hundred connections later, no descriptor is left open"
# Says: keeps starting processes

import os
import signal
from right import Server


class Broken(Server):
    left = []

    def timeout(self):
        return 0.004 if len(self.left) > 100 else None

    def turn(self):
        super().turn()
        # So often that a process has just ended when somebody looks at what it has open.
        if len(self.left) > 100 and os.fork():
            os._exit(0)

    def close(self, client):
        self.clients.remove(client)
        self.left.append(client)


server = Broken()
if os.fork():
    while True:
        signal.pause()
server.run()
