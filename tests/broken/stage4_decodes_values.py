# Fault: it keeps values as text
# Fails: stage 4, "keys and values may be any bytes"
# Says: bytes were decoded to text

from right import Server


class Broken(Server):
    def store(self, key, value, deadline):
        self.values[key] = value.decode(errors="replace").encode()


Broken().run()
