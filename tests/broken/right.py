"""A right server: one thread serves all clients with select(2).

From stage 2 on, a broken server is this one with the one part done wrong that its first lines name.
Run by itself, it passes every check of stages 0 to 5.
"""

import select
import socket
import time

#: How many arguments a command takes, its own name counted: at least, and at most.
ARITY = {b"PING": (1, 2), b"ECHO": (2, 2), b"SET": (3, 5), b"GET": (2, 2)}


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 6379))
    listener.listen(128)
    return listener


def error(text):
    return b"-ERR " + text + b"\r\n"


class Client:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
        self.input = bytearray()  # received, and not yet taken as a request
        self.output = bytearray()  # replies, and not yet sent
        self.has_finished = False  # it sends no more, but may still be owed replies

    def fileno(self):
        return self.connection.fileno()


class Server:
    def __init__(self):
        self.listener = listen()
        self.clients = []
        self.values = {}
        self.deadlines = {}

    # The loop

    def run(self):
        while True:
            self.turn()

    def turn(self):
        readers = [client for client in self.clients if not client.has_finished]
        writers = [client for client in self.clients if client.output]
        readable, writable, _ = select.select([self.listener, *readers], writers, [], self.timeout())
        for source in readable:
            if source is self.listener:
                self.accept()
            else:
                self.read(source)
        for client in writable:
            self.write(client)

    def timeout(self):
        """How long to wait when nothing happens: for ever, since GET itself looks at deadlines."""
        return None

    def accept(self):
        connection, _ = self.listener.accept()
        self.clients.append(Client(connection))

    def read(self, client):
        try:
            data = client.connection.recv(65536)
        except ConnectionError:
            return self.close(client)
        client.has_finished = not data
        client.input += data
        self.answer(client)
        self.write(client)

    def write(self, client):
        if client not in self.clients:
            return
        try:
            sent = client.connection.send(client.output) if client.output else 0
        except BlockingIOError:
            sent = 0
        except ConnectionError:
            return self.close(client)
        del client.output[:sent]
        if client.has_finished and not client.output:
            self.close(client)

    def close(self, client):
        client.connection.close()
        self.clients.remove(client)

    # RESP

    def answer(self, client):
        """Answers every request that has arrived in full."""
        while (request := self.next_request(client)) is not None:
            client.output += self.execute(client, request)

    def next_request(self, client):
        try:
            return self.take_request(client.input)
        except ValueError:
            client.output += error(b"Protocol error")
            client.has_finished = True

    def take_request(self, buffer):
        """Takes a request off the front of the buffer; None as long as it is not all there."""
        line_end = buffer.find(b"\r\n")
        if line_end < 0:
            return None
        request, start = [], line_end + 2
        for _ in range(int(buffer[1:line_end])):
            line_end = buffer.find(b"\r\n", start)
            if line_end < 0:
                return None
            start = line_end + 2 + int(buffer[start + 1 : line_end]) + 2
            if len(buffer) < start:
                return None
            request.append(bytes(buffer[line_end + 2 : start - 2]))
        del buffer[:start]
        return request

    def bulk(self, value):
        return b"$%d\r\n%s\r\n" % (len(value), value)

    # Commands

    def execute(self, client, request):
        name = request[0].upper()
        if name not in ARITY:
            return error(b"unknown command '%s'" % request[0])
        least, most = ARITY[name]
        if not least <= len(request) <= most:
            return error(b"wrong number of arguments for '%s' command" % name.lower())
        command = getattr(self, name.decode().lower())
        return command(client, *request[1:])

    def ping(self, client, message=None):
        return b"+PONG\r\n" if message is None else self.bulk(message)

    def echo(self, client, message):
        return self.bulk(message)

    def set(self, client, key, value, *options):
        deadline = None
        if options:
            unit = {b"PX": 0.001, b"EX": 1.0}.get(options[0].upper())
            if unit is None or len(options) != 2:
                return error(b"syntax error")
            if not options[1].lstrip(b"-").isdigit():
                return error(b"value is not an integer or out of range")
            if int(options[1]) <= 0:
                return error(b"invalid expire time in 'set' command")
            deadline = time.monotonic() + int(options[1]) * unit
        self.store(key, value, deadline)
        return b"+OK\r\n"

    def store(self, key, value, deadline):
        self.values[key] = value
        self.deadlines[key] = deadline

    def get(self, client, key):
        value = self.look_up(key)
        return b"$-1\r\n" if value is None else self.bulk(value)

    def look_up(self, key):
        deadline = self.deadlines.get(key)
        if deadline is not None and deadline <= time.monotonic():
            del self.values[key], self.deadlines[key]
        return self.values.get(key)


if __name__ == "__main__":
    Server().run()
