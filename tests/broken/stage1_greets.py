# Fault: it sends PONG when a client connects, and not when it asks
# Fails: stage 1, "the server waits to be asked before it answers"
# Says: when a connection opens

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        connection.sendall(b"+PONG\r\n")
        while connection.recv(1024):
            pass
    except ConnectionError:
        pass
    connection.close()
