#!/usr/bin/env python3
"""Pushes a commit to main as a client does that is gone as soon as it has sent it, without a look at the
answer: push_and_leave.py REPOSITORY CLONE COMMIT. See gitprotocol-pack(5)."""

import subprocess
import sys


def main():
    repository, clone, commit = sys.argv[1:]
    git = subprocess.Popen(
        ["git", "receive-pack", repository], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    old = b""
    while True:  # what the host has: a line for each ref, and a flush
        length = int(git.stdout.read(4), 16)
        if length == 0:
            break
        line = git.stdout.read(length - 4)
        if line.split(b"\0")[0].strip().endswith(b" refs/heads/main"):
            old = line[:40]
    pack = subprocess.run(
        ["git", "-C", clone, "pack-objects", "--revs", "--stdout", "-q"],
        input=f"{commit}\n^{old.decode()}\n".encode(), stdout=subprocess.PIPE, check=True,
    ).stdout
    line = old + b" " + commit.encode() + b" refs/heads/main\0report-status side-band-64k\n"
    git.stdout.close()
    git.stdin.write(b"%04x%s0000" % (len(line) + 4, line) + pack)
    git.stdin.close()
    git.wait()


main()
