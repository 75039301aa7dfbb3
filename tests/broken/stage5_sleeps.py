# Fault: it sleeps until the deadline and deletes the key then
# Fails: stage 5, "clients are served while deadlines are ahead"
# Says: the program sleeps, and whoever comes has to wait

import time
from right import Server


class Broken(Server):
    def store(self, key, value, deadline):
        self.values[key] = value
        if deadline is not None:
            time.sleep(deadline - time.monotonic())
            del self.values[key]


Broken().run()
