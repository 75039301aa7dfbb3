# Fault: it binds without SO_REUSEADDR
# Fails: stage 0, "it can be killed and started again at once"
# Says: SO_REUSEADDR is missing

import socket

listener = socket.socket()
listener.bind(("127.0.0.1", 6379))
listener.listen()
while True:
    connection, _ = listener.accept()
    try:
        while connection.recv(1024):
            pass
    except ConnectionError:
        pass
    connection.close()
