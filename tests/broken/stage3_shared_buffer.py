# Fault: all clients share one buffer
# Fails: stage 3, "requests that arrive in turns of a few bytes are not mixed up"
# Says: clients share one buffer

from right import Server


class Broken(Server):
    buffer = bytearray()

    def accept(self):
        super().accept()
        self.clients[-1].input = self.buffer

    def close(self, client):
        super().close(client)
        self.buffer.clear()


Broken().run()
