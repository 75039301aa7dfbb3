# Fault: a line that it cannot understand ends the program
# Fails: stage 0, "bytes that it cannot understand yet do no harm"
# Says: close its connection, and go on

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    received = b""
    try:
        while data := connection.recv(1024):
            received += data
            if b"\r\n" in received:
                int(received[1 : received.index(b"\r\n")])  # raises ValueError, and nobody catches it
    except ConnectionError:
        pass
    connection.close()
