# Fault: it stores before it checks the number of arguments
# Fails: stage 4, "a wrong number of arguments is an error, and stores nothing"
# Says: has to be checked before the command does anything

from right import Server


class Broken(Server):
    def execute(self, client, request):
        if request[0].upper() == b"SET" and len(request) > 1:
            self.values[request[1]] = b"".join(request[2:3])
        return super().execute(client, request)


Broken().run()
