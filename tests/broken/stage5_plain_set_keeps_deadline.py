# Fault: a plain SET leaves the old deadline with the key
# Fails: stage 5, "a plain SET clears the deadline"
# Says: the old deadline stays with the key

from right import Server


class Broken(Server):
    def store(self, key, value, deadline):
        self.values[key] = value
        if deadline is not None:
            self.deadlines[key] = deadline


Broken().run()
