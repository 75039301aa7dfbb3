# Fault: each client has a process of its own
# Fails: stage 3, "one thread serves all clients"
# Says: each client has a thread or a process of its own

import os
import signal
from right import Client, Server


class Broken(Server):
    def turn(self):
        connection, _ = self.listener.accept()
        if os.fork() > 0:
            return connection.close()
        client = Client(connection)
        connection.setblocking(True)
        self.clients = [client]
        while self.clients:
            self.read(client)
        os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that end leave nothing behind
Broken().run()
