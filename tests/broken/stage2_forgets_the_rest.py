# Fault: it forgets what comes behind the first request in its buffer
# Fails: stage 2, "several requests in one packet are all answered, in order"
# Says: a read may bring several

from right import Server


class Broken(Server):
    def answer(self, client):
        request = self.next_request(client)
        if request is not None:
            client.output += self.execute(client, request)
            client.input.clear()


Broken().run()
