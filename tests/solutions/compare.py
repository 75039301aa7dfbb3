#!/usr/bin/env python3
"""Holds a solution against a real redis-server: `tests/solutions/compare.py go`.

Both get the same requests, also in pieces and by the thousand, and must answer byte for byte the
same. The challenge grades what a server must do; this finds the places where a right program might
still differ. The solution is copied, built, and run in a network and process namespace of its own,
where port 6379 is free and nothing can be downloaded, and which leaves nothing behind.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib

SUBJECT, REDIS = 6379, 6380
PATIENCE = 60  # seconds: ends a hanging comparison, and decides nothing else
MEGABYTE = 1024 * 1024
UNITS = ("EX", "PX", "EXAT", "PXAT")
BAD_NUMBERS = ("0", "-1", "abc", "", "1.5", " 1", "+1", "01", "9223372036854775807",
               "9223372036854775808", "-9223372036854775808", "99999999999999999999")  # fmt: skip

# A list is sent as an array of bulk strings, a string as it is.
CONVERSATIONS = [
    # PING and ECHO
    "PING\r\n",
    "ping hello\r\n\r\nPiNg\r\n",
    ["PING"], ["ping", "a message"], ["PING", "two", "messages"], ["PING", ""],
    ["ECHO", "hi"], ["echo", ""], ["eChO", b"\r\n\0\xff$5\r\n"], ["ECHO"], ["ECHO", "a", "b"],
    ["ECHO", "é, two bytes"], ["ECHO", "x" * MEGABYTE],
    "*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n",
    ["NOSUCH"], ["nosuch", "an", "argument\r\n", ""], ["N" * 300, "a" * 100, "b" * 100, "c"],
    # SET and GET
    ["GET", "nothing"], ["SET", "k", "1"], ["GET", "k"], ["get", "K"], ["SET", "k", "2"], ["GET", "k"],
    ["SET", b"\0\r\n\xfe", b"\xff\0"], ["GET", b"\0\r\n\xfe"], ["SET", "", ""], ["GET", ""],
    ["SET", "big", b"\0\r\n\xff" * (MEGABYTE // 4)], ["GET", "big"],
    ["SET"], ["SET", "k"], ["GET"], ["GET", "a", "b"], ["GET", "k"],
    # the options of SET
    ["SET", "n", "1", "NX"], ["SET", "n", "2", "nx"], ["GET", "n"],
    ["SET", "x", "1", "XX"], ["GET", "x"], ["SET", "n", "3", "xx"], ["GET", "n"],
    ["SET", "n", "4", "GET"], ["SET", "fresh", "1", "GET"], ["SET", "n", "5", "NX", "GET"],
    ["SET", "new", "1", "GET", "NX"], ["GET", "new"], ["SET", "z", "1", "XX", "GET"],
    ["SET", "n", "6", "NX", "XX"], ["SET", "n", "6", "NX", "NX"], ["GET", "n"],
    ["SET", "e", "1", "EX", "100"], ["GET", "e"], ["SET", "e", "2", "PX", "100000"], ["GET", "e"],
    ["SET", "e", "3", "px", "100000", "KEEPTTL"], ["SET", "e", "3", "KEEPTTL", "ex", "1"],
    ["SET", "e", "3", "EX", "10", "PX", "10"], ["SET", "e", "3", "EX", "10", "EX", "20"],
    ["SET", "e", "4", "KEEPTTL", "KEEPTTL"], ["SET", "e", "5", "KEEPTTL", "XX", "GET"], ["GET", "e"],
    ["SET", "e", "6", "EXAT", "1"], ["GET", "e"], ["SET", "e", "7", "PXAT", "1"], ["GET", "e"],
    ["SET", "e", "8", "EXAT", "99999999999"], ["GET", "e"],
    ["SET", "e", "9", "PXAT", "99999999999999"], ["GET", "e"],
    ["SET", "e", "9", "PX", "9000000000000000000"], ["SET", "e", "9", "EX", "0", "NX", "GET"],
    *(["SET", "e", "bad", unit, number] for unit in UNITS for number in BAD_NUMBERS),
    ["SET", "e", "bad", "EX"], ["SET", "e", "bad", "PX"], ["SET", "e", "bad", "EX", "abc", "NOSUCH"],
    ["SET", "e", "bad", "NOSUCH"], ["SET", "e", "bad", ""], ["SET", "e", "bad", "GET", "EX", "0"],
    ["GET", "e"],
    ["SET", "k", "v", *["NX"] * 500_000, *["XX"] * 500_000],
]  # fmt: skip

# What ends a connection: the PING behind it gets no reply.
BROKEN = [
    *(f"PING\r\n{broken}*1\r\n$4\r\nPING\r\n" for broken in (
        "*abc\r\n", "*\r\n", "*2147483648\r\n", "*1\r\n+4\r\nPING\r\n", "*1\r\n$abc\r\n",
        "*1\r\n$-1\r\n", "*1\r\n$536870913\r\n", "*1\r\n$01\r\n")),
    "A" * 70_000, "*" + "1" * 70_000, "*1\r\n$" + "1" * 70_000,
]  # fmt: skip


def main():
    if os.environ.get("IN_PRIVATE_NAMESPACES") != "1":
        os.environ["IN_PRIVATE_NAMESPACES"] = "1"
        unshare = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork"]
        os.execvp("unshare", [*unshare, "--mount-proc", "--kill-child", sys.executable, *sys.argv])
    # All processes here end with this one, the first of its process namespace.
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (language,) = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        start_redis(place)
        program = start_solution(language, place)
        for check in CHECKS:
            check()
            assert program.poll() is None, "the solution has ended"
    print(f"{language}: answers as Redis does")


CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


@check
def every_answer_is_redis_own():
    for requests in map(encode, CONVERSATIONS + BROKEN):
        compare([requests])


@check
def requests_may_come_in_pieces_or_all_at_once():
    requests = b"".join(filter(lambda r: len(r) < 1000, map(encode, CONVERSATIONS)))
    for size in (1, 2, 3, 7, 64, len(requests)):
        compare([requests[i : i + size] for i in range(0, len(requests), size)])


@check
def a_hundred_thousand_requests_are_pipelined():
    requests = [encode(["SET", f"key{i}", f"value{i}", "PX", "200000"]) for i in range(50_000)]
    requests += [encode(["GET", f"key{i}"]) for i in range(50_000)]
    for batch in range(0, len(requests), 1000):
        compare([b"".join(requests[batch : batch + 1000])])


@check
def clients_that_never_read_delay_no_one_and_fill_no_memory():
    set_big = encode(["SET", "big", b"x" * MEGABYTE])
    compare([set_big])
    before = memory()
    stuck = [connect(SUBJECT) for _ in range(10)]
    for client in stuck:
        client.setblocking(False)
        try:
            while client.send(encode(["GET", "big"]) * 1000):
                pass
        except BlockingIOError:
            pass
    compare([encode(["PING"])])
    grown = (memory() - before) // MEGABYTE
    assert grown < 300, f"ten clients that never read took {grown} MB"
    reply = b"$%d\r\n%b\r\n" % (MEGABYTE, b"x" * MEGABYTE)
    stuck[0].settimeout(PATIENCE)
    for _ in range(200):
        assert receive(stuck[0], len(reply)) == reply, "a late reader gets something else"
    for client in stuck:
        client.close()
    compare([encode(["PING"])])


# ---- The two servers


def start_solution(language, place):
    source = pathlib.Path(__file__).parent / language
    project = pathlib.Path(place) / language
    listed = ["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for file in subprocess.check_output(listed, text=True).split("\0")[:-1]:
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / file, project / file)
    settings = tomllib.loads((project / "challenge.toml").read_text())
    if "build" in settings:
        subprocess.run(["sh", "-c", settings["build"]], cwd=project, check=True, stdout=sys.stderr)
    program = subprocess.Popen(["sh", "-c", settings["run"]], cwd=project, stdout=subprocess.DEVNULL)
    wait_for(program, SUBJECT)
    return program


def start_redis(place):
    command = ["redis-server", "--port", str(REDIS), "--save", "", "--dir", place]
    redis = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(redis, REDIS)


def wait_for(program, port):
    give_up = time.monotonic() + PATIENCE
    while program.poll() is None and time.monotonic() < give_up:
        try:
            return connect(port).close()
        except ConnectionRefusedError:
            time.sleep(0.01)
    sys.exit(f"nothing listens on port {port}")


def memory():
    """Of all processes here; that of Redis and of this one hardly changes."""
    sizes = [path.read_text() for path in pathlib.Path("/proc").glob("[0-9]*/statm")]
    pages = sum(int(size.split()[1]) for size in sizes)
    return pages * os.sysconf("SC_PAGESIZE")


# ---- Clients


def encode(request):
    if isinstance(request, str):
        return request.encode()
    arguments = [a.encode() if isinstance(a, str) else a for a in request]
    bulks = b"".join(b"$%d\r\n%b\r\n" % (len(argument), argument) for argument in arguments)
    return b"*%d\r\n" % len(arguments) + bulks


def compare(pieces):
    received, expected = converse(SUBJECT, pieces), converse(REDIS, pieces)
    same = len(os.path.commonprefix([received, expected]))
    at = max(0, same - 50)
    assert received == expected, (
        f"\nto {b''.join(pieces)[:200]}\n"
        f"after {at} bytes, of {len(expected)} and {len(received)}:\n"
        f"expected  {expected[at : at + 200]}\nbut got   {received[at : at + 200]}"
    )


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def converse(port, pieces):
    """All that comes back when these pieces are sent, and then no more."""
    received = bytearray()
    with connect(port) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed by the server, before all was sent; what it wrote has come
        try:
            while chunk := client.recv(MEGABYTE):
                received += chunk
        except ConnectionResetError:
            pass
    return bytes(received)


def receive(client, length):
    received = bytearray()
    while len(received) < length and (chunk := client.recv(length - len(received))):
        received += chunk
    return bytes(received)


main()
