"""Is large, and is ended when a neighbour that is small takes all memory: in files that exist in memory.
With an argument it serves nobody, and is ended at once."""

import os
import socket
import sys

LARGE = b"x" * (64 << 20)
MOST = 1 << 30


def have_memory_taken():
    global LARGE
    if os.fork() != 0:
        os.wait()
        return
    LARGE = None
    file = os.memfd_create("taken")
    for _ in range(0, MOST, 1 << 20):
        os.write(file, b"x" * (1 << 20))
    os._exit(0)


if len(sys.argv) > 1:
    have_memory_taken()


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 6379))
listener.listen(128)
while True:
    client, _ = listener.accept()
    with client:
        client.recv(65536)
        have_memory_taken()
