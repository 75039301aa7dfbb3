"""Has threads made in advance, of which none waits for clients: one loop does, and the others for it."""

import os
import select
import threading
from concurrent.futures import ThreadPoolExecutor

from right import Server


class Helped(Server):
    def __init__(self):
        super().__init__()
        self.helpers = ThreadPoolExecutor(30)
        for _ in range(30):  # an idle helper would be given the next task, too
            self.helpers.submit(threading.Barrier(1).wait)
        self.bell, _ = os.pipe()
        for _ in range(3):
            threading.Thread(target=select.select, args=[[self.bell], [], []], daemon=True).start()

    def execute(self, client, request):
        return self.helpers.submit(super().execute, client, request).result()


Helped().run()
