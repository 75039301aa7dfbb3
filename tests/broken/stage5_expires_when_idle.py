# Fault: it looks at deadlines only after a second in which nothing happened
# Fails: stage 5, "a key with PX is gone after its deadline"
# Says: nobody looks at the clock

import time
from right import Server


class Broken(Server):
    def timeout(self):
        return 1

    def turn(self):
        start = time.monotonic()
        super().turn()
        if time.monotonic() - start >= 1:
            for key in list(self.values):
                super().look_up(key)

    def look_up(self, key):
        return self.values.get(key)


Broken().run()
