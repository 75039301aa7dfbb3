"""Gives each client a thread of its own, and says so in challenge.toml."""

import threading

from right import Client, Server


class Threads(Server):
    lock = threading.Lock()

    def turn(self):
        connection, _ = self.listener.accept()
        client = Client(connection)
        connection.setblocking(True)
        self.clients.append(client)
        threading.Thread(target=self.serve, args=[client]).start()

    def serve(self, client):
        while client in self.clients:
            self.read(client)

    def execute(self, client, request):
        with self.lock:
            return super().execute(client, request)


if __name__ == "__main__":
    Threads().run()
