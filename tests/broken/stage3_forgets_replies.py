# Fault: it closes at the end of a client's stream, whatever is still to be sent
# Fails: stage 3, "a client that sends no more still gets all of its replies"
# Says: forget what it is owed

from right import Server


class Broken(Server):
    def read(self, client):
        super().read(client)
        if client in self.clients and client.has_finished:
            self.close(client)


Broken().run()
