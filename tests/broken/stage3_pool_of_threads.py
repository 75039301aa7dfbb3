# Fault: 230 threads, made in advance, accept and serve a client each
# Fails: stage 3, "one thread serves all clients"
# Says: threads wait for clients at the same time

import threading
from right import Client, Server


class Broken(Server):
    def run(self):
        threading.stack_size(256 * 1024)
        pool = [threading.Thread(target=self.serve_one_after_another) for _ in range(230)]
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()

    def serve_one_after_another(self):
        while True:
            connection, _ = self.listener.accept()
            client = Client(connection)
            connection.setblocking(True)
            self.clients.append(client)
            while client in self.clients:
                self.read(client)


Broken().run()
