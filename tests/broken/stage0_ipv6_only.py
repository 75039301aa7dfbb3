# Fault: it listens on the loopback address of IPv6 alone
# Fails: stage 0, "a client can connect to port 6379"
# Says: it listens on ::1, port 6379

import socket

listener = socket.create_server(("::1", 6379), family=socket.AF_INET6)
while True:
    connection, _ = listener.accept()
    connection.close()
