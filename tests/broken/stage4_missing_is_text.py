# Fault: it answers with the text (nil) where there is no value
# Fails: stage 4, "GET of a key that was never set is null"
# Says: no value is the null bulk string

from right import Server


class Broken(Server):
    def get(self, client, key):
        if key in self.values:
            return self.bulk(self.values[key])
        return b"+(nil)\r\n"


Broken().run()
