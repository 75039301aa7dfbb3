# Fault: connections of clients that have left are sent to a socket from which nobody receives them
# Fails: stage 3, "two hundred connections later, no descriptor is left open"
# Says: connections are still open

import socket
from right import Server


class Broken(Server):
    #: Pairs of sockets, each with room for a few descriptors on their way.
    pairs = []
    sent = 0

    def close(self, client):
        self.clients.remove(client)
        if self.sent % 9 == 0:
            self.pairs.append(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
        self.sent += 1
        socket.send_fds(self.pairs[-1][0], [b"x"], [client.connection.fileno()])
        client.connection.close()


Broken().run()
