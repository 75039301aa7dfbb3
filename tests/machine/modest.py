"""Needs almost two seconds of a processor for each reply, and lets everybody else go first."""

import os
import socket
import time

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 6379))
listener.listen(128)
os.nice(19)
while True:
    client, _ = listener.accept()
    with client:
        while client.recv(65536):
            end = time.process_time() + 1.8
            while time.process_time() < end:
                pass
            try:
                client.sendall(b"+PONG\r\n")
            except OSError:
                break
