# Fault: it treats arguments as C strings, which end at a zero byte
# Fails: stage 2, "zero bytes and bytes that are not UTF-8 come back unchanged"
# Says: cut off at a zero byte

from right import Server


class Broken(Server):
    def bulk(self, value):
        value = value.split(b"\0")[0]
        return super().bulk(value)


Broken().run()
