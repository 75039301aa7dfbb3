#!/usr/bin/env python3
"""Tries the solutions and starters without the `challenge`: `tests/languages.py solution go c …`.

A solution must answer byte for byte what a real redis-server answers, also when requests arrive in
pieces or all at once, and must not be delayed by anyone. A starter must build and start as it is,
and accept connections once its lines are uncommented. Each is copied to a place of its own, built
there twice, and run in a network and process namespace of its own, where port 6379 is free and
nothing can be downloaded.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = {"solution": ROOT / "tests/solutions", "starter": ROOT / "src/starters"}
SUBJECT, REDIS = 6379, 6380
PATIENCE = 60  # seconds: ends a hanging try, and decides nothing else
MEGABYTE = 1024 * 1024


def main():
    kind, *names = sys.argv[1:]
    if os.environ.get("IN_PRIVATE_NAMESPACES") != "1":
        os.environ["IN_PRIVATE_NAMESPACES"] = "1"
        unshare = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork"]
        os.execvp("unshare", [*unshare, "--mount-proc", "--kill-child", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name in names or sorted(path.name for path in FOLDERS[kind].iterdir()):
        with tempfile.TemporaryDirectory() as place:
            project = Project(FOLDERS[kind] / name, pathlib.Path(place) / name)
            try_solution(project) if kind == "solution" else try_starter(project)
    print("all passed")


# ---- The project


class Project:
    def __init__(self, source, place):
        listed = ["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        files = subprocess.check_output(listed, text=True).strip("\0").split("\0")
        for file in files:
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / file, place / file)
        self.place, self.files = place, [place / file for file in files]
        self.settings = tomllib.loads((place / "challenge.toml").read_text())
        self.name = source.name

    def build(self):
        """The seconds that it took."""
        start = time.monotonic()
        if "build" in self.settings:
            subprocess.run(["sh", "-c", self.settings["build"]], cwd=self.place, check=True)
        return time.monotonic() - start

    def start(self, **options):
        return subprocess.Popen(["sh", "-c", self.settings["run"]], cwd=self.place, **options)

    def uncomment(self):
        """Makes code of the comment lines below each line that says `Uncomment`."""
        uncommented = 0
        for file in self.files:
            lines, inside = [], False
            for line in file.read_text().splitlines():
                comment = re.match(r"(\s*)(?://|#|--|\(\*) ?(.*?)( \*\))?$", line)
                inside = inside and comment is not None
                if inside:
                    line = comment[1] + comment[2]
                    uncommented += 1
                inside = inside or "Uncomment" in line
                lines.append(line + "\n")
            file.write_text("".join(lines))
        assert uncommented, f"{self.name}: no lines to uncomment"


# ---- Starters


def try_starter(project):
    cold, warm = project.build(), project.build()
    program = project.start(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    friendly = program.stdout.readline().strip()
    assert friendly.startswith("Hello!"), f"{project.name}: says {friendly!r}"
    assert not is_listening(), f"{project.name}: listens as it is"
    end(program)
    project.uncomment()
    project.build()
    for _ in range(2):  # a server that closed its clients' connections is to start again all the same
        program = project.start(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3):
            connect(SUBJECT, program).close()
        assert program.stdout.readline().strip() == friendly, f"{project.name}: prints too late"
        assert program.poll() is None, f"{project.name}: exited"
        end(program)
    print(f"{project.name}: built in {cold:.1f} s, again in {warm:.1f} s", flush=True)


def is_listening():
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", SUBJECT)) == 0


# ---- Solutions

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
    ["SET", "fresher", "1", "GET", "NX"], ["GET", "fresher"], ["SET", "z", "1", "XX", "GET"],
    ["SET", "n", "6", "NX", "XX"], ["SET", "n", "6", "NX", "NX"], ["GET", "n"],
    ["SET", "e", "1", "EX", "100"], ["GET", "e"], ["SET", "e", "2", "PX", "100000"], ["GET", "e"],
    ["SET", "e", "3", "px", "100000", "KEEPTTL"], ["SET", "e", "3", "KEEPTTL", "ex", "1"],
    ["SET", "e", "3", "EX", "10", "PX", "10"], ["SET", "e", "3", "EX", "10", "EX", "20"],
    ["SET", "e", "4", "KEEPTTL", "KEEPTTL"], ["SET", "e", "5", "KEEPTTL", "XX", "GET"], ["GET", "e"],
    ["SET", "e", "6", "EXAT", "1"], ["GET", "e"], ["SET", "e", "7", "PXAT", "1"], ["GET", "e"],
    ["SET", "e", "8", "EXAT", "99999999999"], ["GET", "e"], ["SET", "e", "9", "PXAT", "99999999999999"],
    ["GET", "e"], ["SET", "e", "9", "PX", "9000000000000000000"], ["SET", "e", "9", "EX", "0", "NX", "GET"],
    *(["SET", "e", "bad", unit, number] for unit in ("EX", "PX", "EXAT", "PXAT")
      for number in ("0", "-1", "abc", "", "1.5", " 1", "+1", "01", "9223372036854775807",
                     "9223372036854775808", "-9223372036854775808", "99999999999999999999")),
    ["SET", "e", "bad", "EX"], ["SET", "e", "bad", "PX"], ["SET", "e", "bad", "EX", "abc", "NOSUCH"],
    ["SET", "e", "bad", "NOSUCH"], ["SET", "e", "bad", ""], ["SET", "e", "bad", "GET", "EX", "0"],
    ["GET", "e"],
    # what ends a connection: the PING behind it gets no reply
    *(f"PING\r\n{broken}*1\r\n$4\r\nPING\r\n" for broken in (
        "*abc\r\n", "*\r\n", "*2147483648\r\n", "*1\r\n+4\r\nPING\r\n", "*1\r\n$abc\r\n",
        "*1\r\n$-1\r\n", "*1\r\n$536870913\r\n", "*1\r\n$01\r\n")),
    "A" * 70_000, "*" + "1" * 70_000, "*1\r\n$" + "1" * 70_000,
]  # fmt: skip


def try_solution(project):
    cold, warm = project.build(), project.build()
    redis = subprocess.Popen(
        ["redis-server", "--port", str(REDIS), "--save", "", "--dir", project.place],
        stdout=subprocess.DEVNULL,
    )
    program = project.start(stdout=subprocess.DEVNULL)
    connect(REDIS, redis).close()
    connect(SUBJECT, program).close()
    for check in CHECKS:
        start = time.monotonic()
        check(program)
        assert program.poll() is None, f"{project.name}: it exited"
        print(f"  {time.monotonic() - start:5.2f} s  {check.__name__.replace('_', ' ')}", flush=True)
    end(program)
    end(redis)
    print(f"{project.name}: built in {cold:.1f} s, again in {warm:.1f} s", flush=True)


def it_answers_as_redis_does(program):
    for requests in CONVERSATIONS:
        requests = encode(requests)
        compare(requests, converse(SUBJECT, requests), converse(REDIS, requests))


def requests_may_come_in_pieces_or_all_at_once(program):
    short = [r for r in map(encode, CONVERSATIONS) if len(r) < 1000 and not r.startswith(b"PING\r\n*")]
    for piece in (1, 2, 3, 7, 64, len(b"".join(short))):
        requests = b"".join(short)
        pieces = [requests[i : i + piece] for i in range(0, len(requests), piece)]
        compare(requests, converse(SUBJECT, *pieces), converse(REDIS, *pieces))


def a_hundred_thousand_requests_are_pipelined(program):
    requests = [encode(["SET", f"key{i}", f"value{i}", "PX", "200000"]) for i in range(50_000)]
    requests += [encode(["GET", f"key{i}"]) for i in range(50_000)]
    for batch in range(0, len(requests), 1000):
        joined = b"".join(requests[batch : batch + 1000])
        compare(joined, converse(SUBJECT, joined), converse(REDIS, joined))


def a_request_may_have_a_million_arguments(program):
    request = encode(["SET", "k", "v", *["NX"] * 500_000, *["XX"] * 500_000])
    compare(request, converse(SUBJECT, request), converse(REDIS, request))


def two_hundred_clients_share_the_threads(program):
    ask(connect(SUBJECT), ["PING"], b"+PONG\r\n")
    before = threads()
    clients = [connect(SUBJECT) for _ in range(200)]
    for client in clients:
        client.sendall(b"*2\r\n$4\r\nEC")
    for number, client in enumerate(clients):
        ask(client, b"HO\r\n$3\r\n%03d\r\n" % number, b"$3\r\n%03d\r\n" % number)
    assert threads() <= before + 10, f"{before} threads, and {threads()} with 200 clients"


def clients_that_never_read_delay_no_one_and_fill_no_memory(program):
    ask(connect(SUBJECT), ["SET", "big", b"x" * MEGABYTE], b"+OK\r\n")
    before = memory()
    stuck = [connect(SUBJECT) for _ in range(10)]
    for client in stuck:
        client.setblocking(False)
        try:
            while client.send(encode(["GET", "big"]) * 1000):
                pass
        except BlockingIOError:
            pass
    ask(connect(SUBJECT), ["PING"], b"+PONG\r\n")
    grown = (memory() - before) // MEGABYTE
    assert grown < 300, f"ten clients that never read took {grown} MB"
    reader = stuck[0]
    reader.settimeout(PATIENCE)
    reply = b"$1048576\r\n" + b"x" * MEGABYTE + b"\r\n"
    for _ in range(200):
        assert receive(reader, len(reply)) == reply
    for client in stuck:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset
        client.close()
    ask(connect(SUBJECT), ["PING"], b"+PONG\r\n")


def connections_leave_no_descriptor_behind(program):
    ask(connect(SUBJECT), ["PING"], b"+PONG\r\n")
    before = descriptors()
    for number in range(200):
        client = connect(SUBJECT)
        client.sendall(b"*2\r\n$4\r\nEC")
        if number % 2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    wait_until(lambda: descriptors() <= before, "descriptors leak")


def keys_expire_and_idle_means_asleep(program):
    client = connect(SUBJECT)
    for number in range(100):
        deadline = str(300 - number % 10 * 20)
        ask(client, ["SET", f"e{number}", "1", "PX", deadline], b"+OK\r\n")
    ask(client, ["SET", "kept", "1", "PX", "150"], b"+OK\r\n")
    ask(client, ["SET", "kept", "2", "KEEPTTL"], b"+OK\r\n")
    ask(client, ["SET", "e1", "2"], b"+OK\r\n")
    ask(client, ["SET", "e2", "2", "PX", "100000"], b"+OK\r\n")
    ask(client, ["GET", "e0"], b"$1\r\n1\r\n")
    time.sleep(0.302)
    for number in range(100):
        expected = b"$1\r\n2\r\n" if number in (1, 2) else b"$-1\r\n"
        ask(client, ["GET", f"e{number}"], expected)
    ask(client, ["GET", "kept"], b"$-1\r\n")
    before = cpu_ticks()
    time.sleep(1)
    assert cpu_ticks() - before <= 3, f"{cpu_ticks() - before} ticks of CPU time in a second of silence"


CHECKS = [
    keys_expire_and_idle_means_asleep,
    it_answers_as_redis_does,
    requests_may_come_in_pieces_or_all_at_once,
    a_hundred_thousand_requests_are_pipelined,
    a_request_may_have_a_million_arguments,
    two_hundred_clients_share_the_threads,
    connections_leave_no_descriptor_behind,
    clients_that_never_read_delay_no_one_and_fill_no_memory,
]

# ---- Clients


def encode(request):
    if isinstance(request, str):
        return request.encode()
    if isinstance(request, bytes):
        return request
    arguments = [a.encode() if isinstance(a, str) else a for a in request]
    bulks = b"".join(b"$%d\r\n%b\r\n" % (len(argument), argument) for argument in arguments)
    return b"*%d\r\n" % len(arguments) + bulks


def connect(port, program=None):
    """With a program, which may still be starting, tries until it accepts."""
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            client = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return client
        except ConnectionRefusedError:
            if program is None or program.poll() is not None or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


def converse(port, *pieces):
    """All that comes back when these pieces are sent, and then no more."""
    received = bytearray()
    with connect(port) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)
            while chunk := client.recv(MEGABYTE):
                received += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass  # closed before all was read; what was written has come
    return bytes(received)


def ask(client, request, expected):
    client.sendall(encode(request))
    compare(encode(request), receive(client, len(expected)), expected)


def receive(client, length):
    received = bytearray()
    while len(received) < length and (chunk := client.recv(length - len(received))):
        received += chunk
    return bytes(received)


def compare(requests, received, expected):
    same = os.path.commonprefix([received, expected])
    at = max(0, len(same) - 50)
    assert received == expected, (
        f"\nrequest   {requests[:200]}\n"
        f"after {at} bytes, of {len(expected)} and {len(received)}:\n"
        f"expected  {expected[at : at + 200]}\nbut got   {received[at : at + 200]}"
    )


# ---- What /proc says of the program: all that runs here but redis-server and this script


def processes():
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        if int(path.name) != os.getpid() and (path / "comm").read_text() != "redis-server\n":
            yield path


def threads():
    return sum(len(list((path / "task").iterdir())) for path in processes())


def descriptors():
    return sum(len(list((path / "fd").iterdir())) for path in processes())


def memory():
    pages = sum(int((path / "statm").read_text().split()[1]) for path in processes())
    return pages * os.sysconf("SC_PAGESIZE")


def cpu_ticks():
    fields = [(path / "stat").read_text().rsplit(")")[-1].split() for path in processes()]
    return sum(int(field[11]) + int(field[12]) for field in fields)


def wait_until(condition, otherwise):
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, otherwise
        time.sleep(0.01)


def end(program):
    """Ends it and all that it started."""
    program.kill()
    for path in processes():
        if int((path / "stat").read_text().rsplit(")")[-1].split()[1]) in (1, program.pid):
            os.kill(int(path.name), 9)
    program.wait()
    wait_until(lambda: not is_listening(), "something still listens")


main()
