# Fault: the reply is written to a buffer that is not flushed
# Fails: stage 1, "PING is answered with PONG"
# Says: written to a buffer and not flushed

import socket

listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    try:
        stream = connection.makefile("rwb")
        for line in stream:
            if line.strip().upper() == b"PING":
                stream.write(b"+PONG\r\n")
    except ConnectionError:
        pass
    connection.close()
