# Fault: it has room for the first 4096 bytes of a request
# Fails: stage 2, "an argument of 1 MB comes back whole"
# Says: one read brings only a part of a long request

from right import Server


class Broken(Server):
    def answer(self, client):
        del client.input[4096:]
        super().answer(client)


Broken().run()
