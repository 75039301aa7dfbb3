"""Has processes that help it, started one after the other while it serves: some stay, and some end."""

import os
import threading
import time

from right import Server


def start_helpers():
    for number in range(12):
        if os.fork() == 0:
            time.sleep(0.1 if number % 2 else 1000)
            os._exit(0)
        time.sleep(0.05)


threading.Thread(target=start_helpers, daemon=True).start()
Server().run()
