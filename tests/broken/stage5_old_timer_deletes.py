# Fault: the timer of an old deadline deletes the new value
# Fails: stage 5, "a new PX replaces the old one, be it later or sooner"
# Says: the old one must do nothing

import heapq
import time
from right import Server


class Broken(Server):
    timers = []

    def store(self, key, value, deadline):
        self.values[key] = value
        if deadline is None:
            self.timers = [timer for timer in self.timers if timer[1] != key]
        else:
            heapq.heappush(self.timers, (deadline, key))
            heapq.heapify(self.timers)

    def look_up(self, key):
        while self.timers and self.timers[0][0] <= time.monotonic():
            self.values.pop(heapq.heappop(self.timers)[1], None)
        return self.values.get(key)


Broken().run()
