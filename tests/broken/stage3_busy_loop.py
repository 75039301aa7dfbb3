# Fault: it asks select again and again, with a timeout of 0
# Fails: stage 3, "with nothing to do, the program sleeps"
# Says: instead of waiting until something happens

from right import Server


class Broken(Server):
    def timeout(self):
        return 0


Broken().run()
