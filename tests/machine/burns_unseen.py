"""Keeps every processor busy while a client waits, by processes whose time nobody is told: SIGCHLD is ignored,
and they end before anybody asks."""

import os
import signal
import time

from right import Server

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
LONG = 2.3


def compute(end):
    while time.monotonic() < end:
        pass


class Burns(Server):
    def ping(self, client, message=None):
        end = time.monotonic() + LONG - 0.4
        if os.fork() == 0:
            while time.monotonic() < end:
                wave = min(time.monotonic() + 0.3, end)
                for _ in range(8 * os.cpu_count()):
                    if os.fork() == 0:
                        compute(wave)
                        os._exit(0)
                compute(wave)
            os._exit(0)
        compute(end)
        time.sleep(0.4)
        return super().ping(client, message)


Burns().run()
