# Fault: it does not close the connections of clients that have left, and its first thread has ended
# Fails: stage 3, "two hundred connections later, no descriptor is left open"
# Says: connections of clients that have left are not closed

import ctypes
import os
import threading
from right import Server


class Broken(Server):
    left = []

    def close(self, client):
        self.clients.remove(client)
        self.left.append(client)


threading.Thread(target=Broken().run).start()
EXIT = {"x86_64": 60, "aarch64": 93}
ctypes.CDLL(None).syscall(EXIT[os.uname().machine], 0)
