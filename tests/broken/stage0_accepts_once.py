# Fault: it accepts one client and never again
# Fails: stage 0, "a second client is accepted after the first has left"
# Says: accept(2) takes one client

import signal
import socket

listener = socket.create_server(("127.0.0.1", 6379))
connection, address = listener.accept()
print("connected:", address[0])
signal.pause()  # so that the program does not end
