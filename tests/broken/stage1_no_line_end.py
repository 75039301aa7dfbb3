# Fault: the reply has no CR LF
# Fails: stage 1, "PING is answered with PONG"
# Says: the reply is not ended by CR LF

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        while connection.recv(1024):
            connection.sendall(b"+PONG")
    except ConnectionError:
        pass
    connection.close()
