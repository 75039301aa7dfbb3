#!/usr/bin/env python3
"""Descriptors in flight, of which the kernel counts how many a user has: see SCM_RIGHTS in unix(7).

`hold` has as many as it may, until it is ended; `pass` sends one, as a server of several processes does.
"""

import array
import os
import resource
import socket
import sys
import time

AT_ONCE = 250


def send(sender, descriptors):
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
    sender.sendmsg([b"x"], [rights])


def hold():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    file = os.open("/dev/null", os.O_RDONLY)
    sent, pairs = 0, []
    try:
        while sent < most:
            pairs.append(socket.socketpair())
            send(pairs[-1][0], [file] * AT_ONCE)
            sent += AT_ONCE
    except OSError as error:
        print(error)
    print("holds", sent, flush=True)
    time.sleep(60)


def pass_one():
    sender, _receiver = socket.socketpair()
    send(sender, [0])
    print("passed")


if __name__ == "__main__":
    {"hold": hold, "pass": pass_one}[sys.argv[1]]()
