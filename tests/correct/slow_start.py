"""Takes three seconds until it listens, as a program that has much to load does."""

import time

from right import Server

time.sleep(3)
Server().run()
