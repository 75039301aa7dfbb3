# Fault: it does not close the connections of clients that have left
# Fails: stage 3, "two hundred connections later, no descriptor is left open"
# Says: connections of clients that have left are not closed

from right import Server


class Broken(Server):
    left = []

    def close(self, client):
        self.clients.remove(client)
        self.left.append(client)


Broken().run()
