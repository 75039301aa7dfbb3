# Fault: children that nobody waits for look for work again and again
# Fails: stage 3, "with nothing to do, the program sleeps"
# Says: in the last half second the program used

import os
import select
import signal
import time
from right import Server


class Broken(Server):
    child = None

    def timeout(self):
        return 0.4

    def turn(self):
        super().turn()
        if self.child is None or self.child < time.monotonic():
            self.child = time.monotonic() + 0.4
            if os.fork() == 0:
                while time.monotonic() < self.child:
                    select.select([self.listener], [], [], 0)
                os._exit(0)


# The time of a child that ends is counted nowhere then, see wait(2).
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
Broken().run()
