# Fault: four processes, made in advance, have a loop and a part of the clients each
# Fails: stage 3, "one thread serves all clients"
# Says: threads wait for clients at the same time

import os
from right import Client, Server


class Broken(Server):
    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return  # another process was faster
        self.clients.append(Client(connection))


server = Broken()
server.listener.setblocking(False)
for _ in range(3):
    if os.fork() == 0:
        break
server.run()
