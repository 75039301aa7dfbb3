# Fault: it knows commands in upper and in lower case, and no mixture
# Fails: stage 2, "names of commands may be in any case"
# Says: compared with regard to case

from right import Server, error


class Broken(Server):
    def execute(self, client, request):
        if request[0] == b"ECHO" or request[0] == b"echo" or request[0].upper() == b"PING":
            return super().execute(client, request)
        return error(b"unknown command '%s'" % request[0])


Broken().run()
