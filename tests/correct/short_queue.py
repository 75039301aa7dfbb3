"""Lets only one client wait in the queue of its listener."""

from right import Server

server = Server()
server.listener.listen(1)
server.run()
