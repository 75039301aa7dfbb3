# Fault: it knows the command by its upper case letters only
# Fails: stage 1, "the command's name may be in lower case"
# Says: compared with regard to case

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        while data := connection.recv(1024):
            if b"PING" in data:
                connection.sendall(b"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
