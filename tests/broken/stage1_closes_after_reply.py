# Fault: it answers once and closes the connection
# Fails: stage 1, "the connection stays open for a second PING"
# Says: reading has to be a loop

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        if connection.recv(1024):
            connection.sendall(b"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
