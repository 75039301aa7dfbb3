# Fault: the reply ends in a backslash and letters instead of CR LF
# Fails: stage 1, "PING is answered with PONG"
# Says: a backslash and an r were sent

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        while connection.recv(1024):
            connection.sendall(rb"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
