# Fault: it closes the connection at an unknown command
# Fails: stage 2, "an unknown command gets an error, and the connection lives on"
# Says: is answered with an error

from right import ARITY, Server


class Broken(Server):
    def execute(self, client, request):
        if request[0].upper() not in ARITY:
            client.has_finished = True
            return b""
        return super().execute(client, request)


Broken().run()
