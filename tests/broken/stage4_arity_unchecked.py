# Fault: it takes arguments without a look at how many there are
# Fails: stage 4, "a wrong number of arguments is an error, and stores nothing"
# Says: has to be checked before the command does anything

from right import Server


class Broken(Server):
    def execute(self, client, request):
        if request[0].upper() == b"SET":
            return self.set(client, request[1], request[2])
        return super().execute(client, request)


Broken().run()
