# Fault: it takes what one read brings for one whole request
# Fails: stage 2, "a request may arrive one byte at a time"
# Says: one read was taken for one request

from right import Server


class Broken(Server):
    def answer(self, client):
        request = self.next_request(client)
        if request is not None:
            client.output += self.execute(client, request)
        client.input.clear()  # as if the next read began with the next request


Broken().run()
