# Fault: an error on one client's connection ends the program
# Fails: stage 0, "a client that resets its connection does no harm"
# Says: must end that connection only

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    while connection.recv(1024):  # raises ConnectionResetError, and nobody catches it
        pass
    connection.close()
