# Fault: a second SET does not replace the value
# Fails: stage 4, "a second SET replaces the value, be it longer or shorter"
# Says: the old value was kept

from right import Server


class Broken(Server):
    def store(self, key, value, deadline):
        self.values.setdefault(key, value)


Broken().run()
