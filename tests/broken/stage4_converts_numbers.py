# Fault: it keeps values that look like numbers as numbers
# Fails: stage 4, "a value keeps the form in which it was sent"
# Says: a value that looks like a number was turned into one

from right import Server


class Broken(Server):
    def store(self, key, value, deadline):
        try:
            self.values[key] = str(int(value)).encode()
        except ValueError:
            self.values[key] = value


Broken().run()
