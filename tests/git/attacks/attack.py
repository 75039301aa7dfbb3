#!/usr/bin/env python3
"""Tries to get out of the sandbox: attack.py NAME [TARGET]. Each attempt is bounded, and would do no harm
if it succeeded. It prints one line: `refused: …` or `SUCCEEDED: …`."""

import ctypes
import fcntl
import os
import signal
import socket
import sys
import termios
import time

MIB = 1024 * 1024


class Refused(Exception):
    pass


def read_file(path):
    with open(path) as file:
        return file.read()


def read_through_link(path):
    """A link that was committed leads out of the checkout."""
    return read_file("link-to-the-host")


def write_file(path):
    with open(path, "a") as file:
        file.write("written by a learner's program\n")
    return path


def make_files_in_system(_):
    """Nothing is writable but the home and what is temporary."""
    for folder in ["/", "/usr", "/etc", "/offer", "/dev", "/proc"]:
        try:
            return write_file(os.path.join(folder, "new"))
        except OSError as error:
            reason = error
    raise reason


def connect(port):
    """To a listener of the host, on its loopback."""
    with socket.create_connection(("127.0.0.1", int(port)), timeout=2) as client:
        return client.recv(100)


def start_processes(limit):
    """A few more than the limit, which sleep for a moment."""
    children = []
    try:
        for _ in range(int(limit) + 20):
            child = os.fork()
            if child == 0:
                time.sleep(20)
                os._exit(0)
            children.append(child)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return len(children)


def use_memory(limit_mib):
    """A quarter more than the limit, in pieces."""
    pieces = []
    for _ in range(int(limit_mib) * 5 // 4 // 16):
        pieces.append(b"\1" * (16 * MIB))
    return sum(map(len, pieces))


def use_memory_together(limit_mib):
    """Each process stays below the limit; together they pass it."""
    half = int(limit_mib) // 2
    children = []
    for _ in range(3):
        child = os.fork()
        if child == 0:
            try:
                held = use_memory(half)
                time.sleep(2)
                os._exit(0 if held else 1)
            except MemoryError:
                os._exit(1)
        children.append(child)
    endings = [os.waitpid(child, 0)[1] for child in children]
    if any(endings):
        raise Refused(f"the processes ended with {endings}")
    return endings


def fill_disk(limit_mib):
    """A quarter more than the limit, in files that are removed at once afterwards."""
    return fill(os.path.expanduser("~"), int(limit_mib) * 5 // 4)


def fill_temporary_files(limit_mib):
    return fill("/tmp", int(limit_mib))


def fill(folder, size_mib):
    names = []
    try:
        for number in range(size_mib // 4):
            names.append(os.path.join(folder, f"filler{number}"))
            with open(names[-1], "wb") as file:
                file.write(bytes(4 * MIB))
    finally:
        for name in names:
            os.remove(name)
    return len(names)


def make_one_large_file(limit_mib):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    name = os.path.expanduser("~/large")
    with open(name, "wb") as file:
        try:
            os.truncate(file.fileno(), (int(limit_mib) + 1) * MIB)
        finally:
            os.remove(name)
    return name


def use_processor(seconds):
    """A few seconds more than the limit."""
    child = os.fork()
    if child == 0:
        while time.process_time() < int(seconds) + 3:
            pass
        os._exit(0)
    _, ending = os.waitpid(child, 0)
    if os.WIFSIGNALED(ending):
        raise Refused(f"killed by signal {os.WTERMSIG(ending)}")
    return ending


def outlive(marker):
    """A process of a session of its own, which nobody waits for."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in range(3):
                os.close(descriptor)
            os.execvp("python3", ["python3", "-c", "import time; time.sleep(60)", marker])
        os._exit(0)
    time.sleep(0.1)
    raise Refused("it is for the host to see whether the process is still there")


def signal_process(number):
    """SIGCONT does nothing to a process that runs."""
    os.kill(int(number), signal.SIGCONT)
    return number


def signal_parents(_):
    """Whoever started us, up to process 1 of the host."""
    seen = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
    names = [open(f"/proc/{number}/comm").read().strip() for number in seen]
    strangers = [name for name in names if name not in ("bwrap", "sh", "python3", "prlimit")]
    if not strangers:
        raise Refused(f"only our own processes are there: {names}")
    return strangers


def speak_to_terminal(_):
    """Escapes in what is printed, and to the terminal itself."""
    print("\x1b]0;a new title\x07\x1b[2J\x1b[31mred", flush=True)
    with open("/dev/tty", "w") as terminal:
        fcntl.ioctl(terminal, termios.TIOCSTI, b"\n")
    return "the terminal has read a line"


def enter_namespace(_):
    """As root of a user namespace, one could mount, and make networks."""
    CLONE_NEWUSER = 0x10000000
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "a user namespace"


def see_environment(name):
    return os.environ[name]


def see_environment_of_processes(name):
    """What was in the environment of whoever started us is in that of process 1, too."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        with open(f"/proc/{number}/environ") as file:
            for variable in file.read().split("\0"):
                if variable.startswith(name):
                    return variable
    raise Refused("no process has it")


def read_inherited_descriptors(_):
    for descriptor in range(3, 256):
        try:
            return os.read(descriptor, 100)
        except OSError:
            pass
    raise Refused("nothing was inherited")


def read_inherited_key(name):
    """A keyring of a session goes from process to process, whatever else is taken away. See keyrings(7)."""
    KEYCTL_SEARCH, KEYCTL_READ, SESSION = 10, 11, -3
    keyctl = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
    libc = ctypes.CDLL(None, use_errno=True)
    key = libc.syscall(keyctl, KEYCTL_SEARCH, SESSION, b"user", name.encode(), 0)
    if key < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    payload = ctypes.create_string_buffer(100)
    return libc.syscall(keyctl, KEYCTL_READ, key, payload, 100), payload.value


def plant_link_for_host(path):
    """Where the host will read what the build has made, a link waits that leads out."""
    home = os.path.expanduser("~")
    for name in [".kept.tar", "list", "cache"]:
        os.symlink(path, os.path.join(home, name))
    raise Refused("it is for the host to follow the link or not")


def main():
    attempt = globals()[sys.argv[1]]
    target = sys.argv[2] if len(sys.argv) > 2 else ""
    try:
        print(f"SUCCEEDED: {attempt(target)!r}", flush=True)
    except (OSError, MemoryError, KeyError, Refused) as error:
        print(f"refused: {error!r}", flush=True)


if __name__ == "__main__":
    main()
