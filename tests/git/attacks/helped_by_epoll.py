"""Is helped as `helped_beside.py` is, by a program that has no connection open while it waits: it has an epoll
instance with a copy, which it closes, and asks for another when a request has come."""

import os
import queue
import select
import socket
import threading

from helped_beside import Client, Helped, lock


class HelpedByEpoll(Helped):
    def help_one(self, link):
        copies = {}
        while True:
            message, descriptors, _, _ = socket.recv_fds(link, 100, 1)
            if not message:
                return
            what, number = message.split()
            if what == b"copy":
                copies[number].put(descriptors[0])
                continue
            epoll = select.epoll()
            epoll.register(descriptors[0], select.EPOLLIN)
            os.close(descriptors[0])
            copies[number] = queue.SimpleQueue()
            arguments = [link, number, epoll, copies[number]]
            threading.Thread(target=self.serve_there, args=arguments, daemon=True).start()

    def serve_there(self, link, number, epoll, copies):
        client = None
        while client is None or not client.has_finished:
            epoll.poll()
            link.send(b"want " + number)
            connection = socket.socket(fileno=copies.get())
            client = client or Client(connection)
            connection.setblocking(True)
            data = connection.recv(65536)
            client.input += data
            with lock:
                self.answer(client)
            connection.sendall(client.output)
            client.output.clear()
            connection.close()
            if not data:
                break
        link.send(b"done " + number)


HelpedByEpoll().run()
