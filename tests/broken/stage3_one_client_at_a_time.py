# Fault: it serves one client until that leaves, and then the next
# Fails: stage 3, "two clients are served in turn"
# Says: a server that handles one client at a time does this

from right import Client, Server


class Broken(Server):
    def turn(self):
        connection, _ = self.listener.accept()
        client = Client(connection)
        connection.setblocking(True)
        self.clients.append(client)
        while client in self.clients:
            self.read(client)


Broken().run()
