# Fault: it sends the length in characters
# Fails: stage 2, "lengths count bytes, not characters"
# Says: the length of a string was taken in characters

from right import Server


class Broken(Server):
    def bulk(self, value):
        text = value.decode()
        return f"${len(text)}\r\n{text}\r\n".encode()


Broken().run()
