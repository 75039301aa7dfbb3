# Fault: it ends when its first client leaves
# Fails: stage 0, "a second client is accepted after the first has left"
# Says: the program came to its end

import socket

listener = socket.create_server(("127.0.0.1", 6379))
connection, _ = listener.accept()
while connection.recv(1024):
    pass
print("the client has left")
