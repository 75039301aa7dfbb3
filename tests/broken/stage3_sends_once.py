# Fault: it calls send once and does not look at how much was sent
# Fails: stage 3, "a client that reads late gets the whole of a long reply"
# Says: takes only as much of a reply as has room

from right import Server


class Broken(Server):
    def write(self, client):
        super().write(client)
        client.output.clear()


Broken().run()
