# Fault: it listens, and never calls accept
# Fails: stage 0, "the connection is accepted"
# Says: accept(2) takes them from the queue

import signal
import socket

listener = socket.create_server(("127.0.0.1", 6379))
print("listening on port 6379")
signal.pause()  # so that the program does not end
