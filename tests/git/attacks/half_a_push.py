#!/usr/bin/env python3
"""Runs a command that becomes git-receive-pack COUNT times, sends each half of a push, and waits until
standard input ends: half_a_push.py COUNT COMMAND… A line for each says how far it came."""

import struct
import subprocess
import sys

SHA = "1" * 40


def begin(command):
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def advertised(receive_pack):
    """Reads the refs that it offers; without any, it has refused us."""
    lines = 0
    while (length := receive_pack.stdout.read(4)) not in (b"", b"0000"):
        receive_pack.stdout.read(int(length, 16) - 4)
        lines += 1
    return lines > 0


def push_half(receive_pack):
    line = f"{'0' * 40} {SHA} refs/tags/half\0report-status\n".encode()
    receive_pack.stdin.write(b"%04x%s0000" % (len(line) + 4, line))
    receive_pack.stdin.write(struct.pack(">4sII", b"PACK", 2, 1000))
    receive_pack.stdin.flush()


def main():
    count, command = int(sys.argv[1]), sys.argv[2:]
    connections = [begin(command) for _ in range(count)]
    for connection in connections:
        if advertised(connection):
            push_half(connection)
            print("it waits for us", flush=True)
        else:
            print(f"refused: {connection.stderr.readline().decode().strip()}", flush=True)
    sys.stdin.read()
    for connection in connections:
        connection.kill()
        connection.wait()


main()
