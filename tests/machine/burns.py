"""Keeps every processor busy, and itself waiting for one, for as long as a client waits."""

import os
import socket
import time


def compute(end):
    while time.monotonic() < end:
        pass


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 6379))
listener.listen(128)
while True:
    client, _ = listener.accept()
    with client:
        while client.recv(65536):
            end = time.monotonic() + 2.02
            children = []
            for _ in range(10 * os.cpu_count()):
                children.append(os.fork())
                if children[-1] == 0:
                    compute(end)
                    os._exit(0)
            compute(end)
            for child in children:
                os.waitpid(child, 0)
            try:
                client.sendall(b"+PONG\r\n")
            except OSError:
                break
