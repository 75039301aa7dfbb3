"""Has a thread for each client, made in advance, and hides how these threads wait, each in one way:

dup      in read(2), on a descriptor that another thread has closed meanwhile
scrub    in poll(2), while another thread takes the descriptor out of the array
select   in select(2), on a descriptor above FD_SETSIZE
restart  in poll(2) after a signal, which is another system call then
nap      not at all: they look again and again, and rarely where nobody asks for anything

With `rest` behind it, a thread that has answered first waits for a while as if another thread would call it.
"""

import ctypes
import fcntl
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time

from right import Client, Server

THREADS = 230
PSELECT = {"x86_64": 270, "aarch64": 72}[os.uname().machine]
POLLIN = 1
libc = ctypes.CDLL(None, use_errno=True)
lock = threading.Lock()


class Pool(Server):
    def __init__(self, how, rests):
        super().__init__()
        self.rests = rests
        self.wait = getattr(self, how)
        self.idle = queue.SimpleQueue()
        self.later = queue.SimpleQueue()
        self.busy, self.last = 0, time.monotonic()
        threading.stack_size(256 * 1024)
        threading.Thread(target=self.do_later, daemon=True).start()
        if how == "restart":
            self.start_signaller()
        for _ in range(THREADS):
            threading.Thread(target=self.work, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setblocking(True)
            self.idle.put(connection)

    def work(self):
        while True:
            connection = self.idle.get()
            self.busy += 1
            try:
                self.serve(connection)
            except OSError:
                pass
            connection.close()
            self.busy -= 1

    def serve(self, connection):
        client = Client(connection)
        connection.setblocking(True)
        answers = 0
        while not client.has_finished:
            data = self.wait(connection)
            if not data:
                return
            client.input += data
            with lock:
                self.answer(client)
            connection.sendall(client.output)
            client.output.clear()
            answers += 1
            if self.rests and answers > 1 and self.busy > 60:
                threading.Event().wait(1.2)

    def do_later(self):
        while True:
            moment, what = self.later.get()
            time.sleep(max(0, moment - time.monotonic()))
            what()

    def dup(self, connection):
        descriptor = fcntl.fcntl(connection, fcntl.F_DUPFD, 1500)
        self.later.put((time.monotonic() + 0.0015, lambda: os.close(descriptor)))
        return os.read(descriptor, 65536)

    def scrub(self, connection):
        polled = (ctypes.c_int * 2)(connection.fileno(), POLLIN)
        self.later.put((time.monotonic() + 0.004, lambda: polled.__setitem__(0, -1)))
        libc.poll(polled, ctypes.c_ulong(1), -1)
        return connection.recv(65536)

    def select(self, connection):
        descriptor = fcntl.fcntl(connection, fcntl.F_DUPFD, 1100)
        read = (ctypes.c_ubyte * 512)()
        read[descriptor // 8] |= 1 << descriptor % 8
        try:
            libc.syscall(PSELECT, descriptor + 1, read, 0, 0, 0, 0)
            return connection.recv(65536)
        finally:
            os.close(descriptor)

    def restart(self, connection):
        polled = (ctypes.c_int * 2)(connection.fileno(), POLLIN)
        os.write(self.bell, b"x")
        libc.poll(polled, ctypes.c_ulong(1), 100_000_000)
        return connection.recv(65536)

    def nap(self, connection):
        while True:
            try:
                data = connection.recv(65536, socket.MSG_DONTWAIT)
                self.last = time.monotonic()
                return data
            except BlockingIOError:
                is_calm = time.monotonic() - self.last > 0.025 and self.busy >= 20
                time.sleep(0.9 if is_calm else 0.015)

    def start_signaller(self):
        reader, self.bell = os.pipe()
        server = os.getpid()
        if os.fork() != 0:
            return
        self.listener.close()
        os.close(self.bell)
        while os.read(reader, 4096):
            time.sleep(0.003)
            os.kill(server, signal.SIGSTOP)
            os.kill(server, signal.SIGCONT)
        os._exit(0)


resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
Pool(sys.argv[1], sys.argv[2:] == ["rest"]).run()
