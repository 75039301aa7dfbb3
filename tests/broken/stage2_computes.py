# Fault: it computes for as long as a client waits, and a little longer, before it answers
# Fails: stage 2, "ECHO returns its argument as a bulk string"
# Says: waited 2.0 s for a reply

import time
from right import Server


class Broken(Server):
    def echo(self, client, message):
        end = time.monotonic() + 2.02
        while time.monotonic() < end:
            pass
        return self.bulk(message)


Broken().run()
