# Fault: an error on one client's connection ends all connections
# Fails: stage 3, "clients that leave or reset in the middle of a request disturb nobody"
# Says: must end that connection only

from right import Server


class Broken(Server):
    def turn(self):
        try:
            super().turn()
        except ConnectionError:
            for client in self.clients:
                client.connection.close()
            self.clients.clear()

    def read(self, client):
        data = client.connection.recv(65536)  # raises ConnectionResetError
        client.has_finished = not data
        client.input += data
        self.answer(client)
        self.write(client)


Broken().run()
