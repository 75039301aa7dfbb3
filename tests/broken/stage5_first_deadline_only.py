# Fault: it looks only at the deadline that was set first
# Fails: stage 5, "many deadlines pass, each at its own time"
# Says: in the order in which they were set

import time
from right import Server


class Broken(Server):
    queue = []

    def store(self, key, value, deadline):
        super().store(key, value, deadline)
        if deadline is not None:
            self.queue.append((deadline, key))

    def look_up(self, key):
        while self.queue and self.queue[0][0] <= time.monotonic():
            deadline, first = self.queue.pop(0)
            if self.deadlines.get(first) == deadline:
                del self.values[first], self.deadlines[first]
        return self.values.get(key)


Broken().run()
