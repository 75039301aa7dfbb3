# Fault: it answers each line of the request
# Fails: stage 1, "nothing but PONG is sent"
# Says: is sent once

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        while data := connection.recv(1024):
            for line in data.splitlines():
                connection.sendall(b"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
