# Fault: each client has keys of its own
# Fails: stage 4, "all clients see the same keys"
# Says: the keys are kept with the connection

from right import Server


class Broken(Server):
    def accept(self):
        super().accept()
        self.clients[-1].values = {}

    def execute(self, client, request):
        self.values = client.values
        return super().execute(client, request)


Broken().run()
