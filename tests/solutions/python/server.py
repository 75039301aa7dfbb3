"""A Redis server: one thread sleeps in a selector until a client is ready or a key is due."""

import selectors
import socket

import commands
import resp
from store import Store

CHUNK = 64 * 1024
# A client with so many bytes of unread replies has to read before it is served any further.
MAX_UNREAD = 1024 * 1024


class Client:
    """A connection: what has come from it, and the replies that it is owed."""

    def __init__(self, connection):
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection = connection
        self.input = bytearray()
        self.requests = resp.requests(self.input)
        self.output = bytearray()
        self.paused = False  # there are requests that wait until the client has read its replies
        self.ended = False  # nothing more will be read from it

    def interest(self):
        """The events to wait for; none means that the client has got all that it is owed."""
        reading = selectors.EVENT_READ if not (self.paused or self.ended) else 0
        writing = selectors.EVENT_WRITE if self.paused or self.output else 0
        return reading | writing

    def serve(self, events, store):
        try:
            if events & selectors.EVENT_READ:
                received = self.connection.recv(CHUNK)
                self.input += received
                self.ended = not received
            self.execute(store)
            if self.output:
                del self.output[: self.connection.send(self.output)]
        except BlockingIOError:
            pass  # the next event goes on with it

    def execute(self, store):
        self.paused = False
        try:
            for request in self.requests:
                if request is None:
                    break
                self.output += commands.execute(store, request)
                if len(self.output) > MAX_UNREAD:
                    self.paused = True
                    break
        except resp.ProtocolError as problem:
            self.output += resp.error(f"ERR Protocol error: {problem}")
            self.ended = True


def main():
    listener = socket.create_server(("127.0.0.1", 6379), backlog=511)  # sets SO_REUSEADDR
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    store = Store()
    print("listening on 127.0.0.1:6379", flush=True)
    while True:
        ready = selector.select(store.seconds_to_nearest_deadline())
        store.remove_expired()
        for key, events in ready:
            if key.fileobj is listener:
                accept(listener, selector)
            else:
                serve(key.data, events, selector, store)


def accept(listener, selector):
    try:
        connection, _ = listener.accept()
    except OSError:
        return  # it has gone again
    selector.register(connection, selectors.EVENT_READ, Client(connection))


def serve(client, events, selector, store):
    try:
        client.serve(events, store)
        interest = client.interest()
    except OSError:
        interest = 0  # it has gone, and what it is owed with it
    if interest:
        selector.modify(client.connection, interest, client)
    else:
        selector.unregister(client.connection)
        client.connection.close()


main()
