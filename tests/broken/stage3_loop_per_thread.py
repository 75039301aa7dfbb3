# Fault: one thread accepts, and hands the clients to four others, which have a loop each
# Fails: stage 3, "one thread serves all clients"
# Says: threads wait for clients at the same time

import select
import threading
from right import Client, Server

LOOPS = 4


class Loop(Server):
    def __init__(self):
        self.clients = []
        self.epoll = select.epoll()

    def turn(self):
        for descriptor, events in self.epoll.poll():
            client = next(client for client in self.clients if client.fileno() == descriptor)
            if events & select.EPOLLOUT:
                self.write(client)
            if client in self.clients and events & ~select.EPOLLOUT and not client.has_finished:
                self.read(client)
            self.watch(client)

    def add(self, client):
        self.clients.append(client)
        self.epoll.register(client, select.EPOLLIN)

    def watch(self, client):
        if client in self.clients:
            reads = 0 if client.has_finished else select.EPOLLIN
            self.epoll.modify(client, reads | (select.EPOLLOUT if client.output else 0))


class Broken(Server):
    def run(self):
        loops = [Loop() for _ in range(LOOPS)]
        for loop in loops:
            threading.Thread(target=loop.run).start()
        count = 0
        while True:
            connection, _ = self.listener.accept()
            loops[count % LOOPS].add(Client(connection))
            count += 1


Broken().run()
