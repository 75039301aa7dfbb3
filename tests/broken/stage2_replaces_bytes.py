# Fault: it decodes arguments to text and encodes them again
# Fails: stage 2, "zero bytes and bytes that are not UTF-8 come back unchanged"
# Says: bytes were decoded to text

from right import Server


class Broken(Server):
    def bulk(self, value):
        text = value.decode(errors="replace")
        return b"$%d\r\n%s\r\n" % (len(text.encode()), text.encode())


Broken().run()
