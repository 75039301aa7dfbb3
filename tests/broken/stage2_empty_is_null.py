# Fault: it takes the empty string for no string
# Fails: stage 2, "the empty string comes back as an empty bulk string"
# Says: an empty argument is an argument

from right import Server


class Broken(Server):
    def bulk(self, value):
        if not value:
            return b"$-1\r\n"
        return super().bulk(value)


Broken().run()
