# Fault: it waits for the rest of a request once it has begun
# Fails: stage 3, "a client stuck in the middle of a request delays nobody"
# Says: the server waits for the rest of a request

from right import Server


class Broken(Server):
    def read(self, client):
        client.connection.setblocking(True)
        super().read(client)
        while client in self.clients and client.input:
            super().read(client)


Broken().run()
