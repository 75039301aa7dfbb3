# Fault: it reads to the end of the stream before it answers
# Fails: stage 1, "PING is answered with PONG"
# Says: the end of the stream

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        request = b""
        while data := connection.recv(1024):
            request += data
        if b"PING" in request.upper():
            connection.sendall(b"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
