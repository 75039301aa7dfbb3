# Fault: it answers ECHO with a simple string
# Fails: stage 2, "ECHO returns its argument as a bulk string"
# Says: a bulk string is due

from right import Server


class Broken(Server):
    def echo(self, client, message):
        return b"+" + message + b"\r\n"


Broken().run()
