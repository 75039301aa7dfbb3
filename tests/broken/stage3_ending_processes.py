# Fault: it asks select again and again, in a process that hands over to a new one every 400 ms
# Fails: stage 3, "with nothing to do, the program sleeps"
# Says: in the last half second the program used

import os
import signal
import time
from right import Server


class Broken(Server):
    handed_over = 0

    def timeout(self):
        return 0

    def turn(self):
        super().turn()
        if time.monotonic() > self.handed_over + 0.4:
            self.handed_over = time.monotonic()
            if os.fork():
                os._exit(0)


server = Broken()
if os.fork():
    while True:
        signal.pause()
server.run()
