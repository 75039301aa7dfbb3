# Fault: it has places for thirty clients
# Fails: stage 3, "two hundred clients are served at once"
# Says: in a table of fixed size

from right import Client, Server


class Broken(Server):
    places = [None] * 30
    without_a_place = []

    def accept(self):
        connection, _ = self.listener.accept()
        if None in self.places:
            client = Client(connection)
            self.places[self.places.index(None)] = client
            self.clients.append(client)
        else:
            self.without_a_place.append(connection)

    def close(self, client):
        super().close(client)
        self.places[self.places.index(client)] = None


Broken().run()
