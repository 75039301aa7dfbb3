# Fault: it answers with the empty string where there is no value
# Fails: stage 4, "GET of a key that was never set is null"
# Says: no value is the null bulk string

from right import Server


class Broken(Server):
    def get(self, client, key):
        return self.bulk(self.values.get(key, b""))


Broken().run()
