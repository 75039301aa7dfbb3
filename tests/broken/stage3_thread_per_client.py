# Fault: each client has a thread of its own
# Fails: stage 3, "one thread serves all clients"
# Says: each client has a thread or a process of its own

import threading
from right import Client, Server


class Broken(Server):
    def turn(self):
        connection, _ = self.listener.accept()
        client = Client(connection)
        connection.setblocking(True)
        self.clients.append(client)
        threading.Thread(target=self.serve, args=[client]).start()

    def serve(self, client):
        while client in self.clients:
            self.read(client)


Broken().run()
