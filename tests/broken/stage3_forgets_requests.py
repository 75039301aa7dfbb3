# Fault: it answers one request a turn, and closes at the end of the stream, whatever is still to be answered
# Fails: stage 3, "a client that sends no more still gets all of its replies"
# Says: forget what it is owed

from right import Server


class Broken(Server):
    waiting = []  # clients of which more requests may have arrived

    def turn(self):
        super().turn()
        for client in self.waiting.copy():
            self.answer(client)
            self.write(client)

    def timeout(self):
        return 0 if self.waiting else None

    def answer(self, client):
        request = self.next_request(client)
        if request is None:
            self.waiting = [other for other in self.waiting if other is not client]
            return
        client.output += self.execute(client, request)
        if client not in self.waiting:
            self.waiting.append(client)

    def close(self, client):
        super().close(client)
        self.waiting = [other for other in self.waiting if other is not client]


Broken().run()
