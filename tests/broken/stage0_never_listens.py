# Fault: it binds, and never calls listen
# Fails: stage 0, "a client can connect to port 6379"
# Says: call listen(2) between bind(2) and accept(2)

import socket

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    connection.close()
