# Fault: GET takes so long that a short deadline passes meanwhile
# Fails: stage 5, "a key with PX is there before its deadline"
# Says: the server seems to be busy with something else

import time
from right import Server


class Broken(Server):
    def get(self, client, key):
        if self.deadlines.get(key) is not None:
            time.sleep(0.4)
        return super().get(client, key)


Broken().run()
