# Fault: it takes an empty value for none
# Fails: stage 4, "the empty string is a value, and not null"
# Says: an empty value was taken for no value

from right import Server


class Broken(Server):
    def get(self, client, key):
        value = self.values.get(key)
        return self.bulk(value) if value else b"$-1\r\n"


Broken().run()
