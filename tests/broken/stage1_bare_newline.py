# Fault: the reply ends in LF instead of CR LF
# Fails: stage 1, "PING is answered with PONG"
# Says: a line of RESP ends in CR LF

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        while connection.recv(1024):
            connection.sendall(b"+PONG\n")
    except ConnectionError:
        pass
    connection.close()
