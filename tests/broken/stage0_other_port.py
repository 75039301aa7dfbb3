# Fault: it listens on port 6380
# Fails: stage 0, "a client can connect to port 6379"
# Says: it listens on 127.0.0.1, port 6380

import socket

listener = socket.create_server(("127.0.0.1", 6380))
while True:
    connection, _ = listener.accept()
    connection.close()
