# Fault: it takes one read for one command, splits at CR LF, and works with text
# Fails: every stage from 2 on, although the happy path of each works

import socket
import threading
import time

values = {}
deadlines = {}


def execute(request):
    _, _, command, *arguments = request.decode().split("\r\n")
    name = command.upper()
    if name == "PING" and len(arguments) < 2:
        return "+PONG\r\n"
    if name in ("PING", "ECHO"):
        return f"${len(arguments[1])}\r\n{arguments[1]}\r\n"
    if name == "SET":
        key, value = arguments[1], arguments[3]
        values[key] = value
        if len(arguments) > 5 and arguments[5] == "PX":
            deadlines[key] = time.time() + int(arguments[7]) / 1000
        return "+OK\r\n"
    if name == "GET":
        key = arguments[1]
        if key in deadlines and deadlines[key] < time.time():
            del values[key], deadlines[key]
        value = values.get(key)
        return f"${len(value)}\r\n{value}\r\n" if value else "$-1\r\n"
    return f"-ERR unknown command '{command}'\r\n"


def serve(connection):
    try:
        while request := connection.recv(1024):
            connection.sendall(execute(request).encode())
    except (ConnectionError, UnicodeDecodeError, IndexError, ValueError):
        pass
    connection.close()


listener = socket.create_server(("127.0.0.1", 6379))
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=[connection], daemon=True).start()
