# Fault: it ends with an exception before it listens
# Fails: stage 0, "a client can connect to port 6379"
# Says: exited with status 1

import socket

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind("127.0.0.1", 6379)  # two arguments, where bind takes one pair
listener.listen()
while True:
    connection, _ = listener.accept()
    connection.close()
