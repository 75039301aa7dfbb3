"""Has one of the programs of a push take all processes that the push may have, so that the others cannot start:
that one is right, and the others are what is named."""

import os
import runpy
import sys
import time

MARKS = [os.path.expanduser(f"~/project/{name}") for name in ("first", "second")]


def is_early():
    for mark in MARKS:
        try:
            os.mkdir(mark)
            return True
        except FileExistsError:
            pass
    return False


def hog():
    time.sleep(0.05)
    while True:
        try:
            if os.fork() == 0:
                time.sleep(30)
                os._exit(0)
        except OSError:
            time.sleep(0.002)


early = is_early()
if early and os.fork() == 0:
    hog()
runpy.run_path("right.py" if early else sys.argv[1], run_name="__main__")
