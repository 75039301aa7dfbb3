#!/usr/bin/env python3
"""Sends git-receive-pack commands as they are, whatever git thinks of them, with a pack of all commits of a
clone: push_raw.py REPOSITORY CLONE "OLD NEW REF,OLD NEW REF…". See gitprotocol-pack(5)."""

import subprocess
import sys


def main():
    repository, clone, commands = sys.argv[1:]
    git = subprocess.Popen(
        ["git", "receive-pack", repository], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    while (length := int(git.stdout.read(4), 16)) > 0:  # what the host has
        git.stdout.read(length - 4)
    pack = subprocess.run(
        ["git", "-C", clone, "pack-objects", "--all", "--stdout", "-q"],
        input=b"", stdout=subprocess.PIPE, check=True,
    ).stdout
    request, capabilities = b"", b"\0report-status side-band-64k"
    for command in commands.split(","):
        line = command.encode() + capabilities + b"\n"
        request += b"%04x%s" % (len(line) + 4, line)
        capabilities = b""
    git.stdin.write(request + b"0000" + pack)
    git.stdin.close()
    sys.stdout.buffer.write(git.stdout.read())
    git.wait()


main()
