# Fault: it turns keys to lower case, as it does with names of commands
# Fails: stage 4, "the case of keys matters, and that of commands does not"
# Says: instead of the command's name only

from right import Server


class Broken(Server):
    def execute(self, client, request):
        if request[0].upper() in (b"GET", b"SET"):
            request[:2] = [argument.lower() for argument in request[:2]]
        return super().execute(client, request)


Broken().run()
