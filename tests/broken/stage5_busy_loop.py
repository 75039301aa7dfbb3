# Fault: it asks for the time again and again while a deadline is ahead
# Fails: stage 5, "with a deadline ahead and nothing to do, the program sleeps"
# Says: the time to the nearest deadline

from right import Server


class Broken(Server):
    def timeout(self):
        is_ahead = any(deadline is not None for deadline in self.deadlines.values())
        return 0 if is_ahead else None


Broken().run()
