# Fault: it writes until all is written, however long a client does not read
# Fails: stage 3, "a client that never reads its replies delays nobody"
# Says: does not read, and a write to a blocking socket waits for it

from right import Server


class Broken(Server):
    def write(self, client):
        client.connection.setblocking(True)
        try:
            client.connection.sendall(client.output)
            client.output.clear()
        except ConnectionError:
            return self.close(client)
        super().write(client)


Broken().run()
