# Fault: an error in writing to a client that has left ends the program
# Fails: stage 1, "a client that leaves without reading its reply does no harm"
# Says: writing to a client that has left

import socket


def read(connection):
    try:
        return connection.recv(1024)
    except ConnectionError:
        return b""


listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    while data := read(connection):
        if b"PING" in data.upper():
            connection.sendall(b"+PONG")  # the system of a client that has left answers with a reset,
            connection.sendall(b"\r\n")  # and this is a BrokenPipeError, which nobody catches
    connection.close()
