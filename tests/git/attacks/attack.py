#!/usr/bin/env python3
"""Tries to get out of the sandbox: attack.py NAME [TARGET]. Each attempt is bounded, and would do no harm
if it succeeded. It prints one line: `refused: …` or `SUCCEEDED: …`."""

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import struct
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


def use_memory_as_stack(limit_mib):
    """A mapping that grows downwards is a stack to the kernel, of which limits know nothing."""
    PRIVATE, ANONYMOUS, GROWS_DOWN, READ_WRITE = 2, 0x20, 0x100, 3
    size = int(limit_mib) * 2 * MIB
    libc.mmap.restype, libc.mmap.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_long] * 4
    found = libc.mmap(None, size, READ_WRITE, PRIVATE | ANONYMOUS | GROWS_DOWN, -1, 0)
    if found == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    most = resource.getrlimit(resource.RLIMIT_STACK)[1]
    return found, most


def open_terminal(_):
    """There is a number of them for all of the system."""
    return os.open("/dev/ptmx", os.O_RDWR)


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
    names = [open(f"/proc/{number}/comm").read().strip() for number in seen if number != 1]
    strangers = [name for name in names if name not in ("bwrap", "sh", "python3", "prlimit")]
    if not strangers and not os.listdir("/proc/1"):
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
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return "a user namespace"


def see_environment(name):
    return os.environ[name]


def see_environment_of_processes(name):
    """What was in the environment of whoever started us is in that of process 1, too."""
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/environ") as file:
                variables = file.read().split("\0")
        except FileNotFoundError:
            continue
        for variable in variables:
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


libc = ctypes.CDLL(None, use_errno=True)


def call(number, *arguments):
    """A system call by its number; its arguments are numbers, or bytes and structures by reference."""
    result = libc.syscall(number, *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def read_inherited_key(name):
    """A keyring of a session goes from process to process, whatever else is taken away. See keyrings(7)."""
    KEYCTL_SEARCH, KEYCTL_READ, SESSION = 10, 11, -3
    keyctl = {"x86_64": 250, "aarch64": 219}[os.uname().machine]
    key = libc.syscall(keyctl, KEYCTL_SEARCH, SESSION, b"user", name.encode(), 0)
    if key < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    payload = ctypes.create_string_buffer(100)
    return libc.syscall(keyctl, KEYCTL_READ, key, payload, 100), payload.value


def limits_of_process_1(limits):
    """Process 1 can be made to start others, which have its limits: data in MiB, processes."""
    data, processes = map(int, limits.split())
    found = [resource.prlimit(1, limit)[1] for limit in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC)]
    # Two processes are bubblewrap's own.
    if all(most != resource.RLIM_INFINITY for most in found) and (
        found[0] <= data * MIB and found[1] <= processes + 2
    ):
        raise Refused(f"process 1 has the limits {found}")
    return found


def trace_process_1(_):
    """A debugger can make it do anything. See ptrace(2)."""
    PTRACE_ATTACH, PTRACE_DETACH, WALL = 16, 17, 0x40000000
    call(X86_64["ptrace"], PTRACE_ATTACH, 1, 0, 0)
    os.waitpid(1, WALL)
    call(X86_64["ptrace"], PTRACE_DETACH, 1, 0, 0)
    return "process 1 was traced"


def write_to_process_1(_):
    """The same without a debugger's system call. Nothing is written."""
    for name in ["/proc/1/mem", "/proc/1/task/1/mem"]:
        try:
            with open(name, "r+b", buffering=0):
                return name
        except OSError as error:
            reason = error
    raise reason


def exec_in_process_1(script):
    """Makes process 1 become Python with a script, whose threads then are not the program's."""
    PEEK, POKE, GETREGS, SETREGS, ATTACH, DETACH, WALL = 1, 4, 12, 13, 16, 17, 0x40000000
    trace = X86_64["ptrace"]
    call(trace, ATTACH, 1, 0, 0)
    os.waitpid(1, WALL)
    registers = (ctypes.c_ulonglong * 27)()
    call(trace, GETREGS, 1, 0, ctypes.byref(registers))
    ORIG_RAX, RAX, RSI, RDI, RDX, RIP, RSP = 15, 10, 13, 14, 12, 16, 19
    base = (registers[RSP] - 4096) & ~15
    program, argument = b"/usr/bin/python3\0".ljust(64, b"\0"), script.encode().ljust(256, b"\0")
    vector = struct.pack("<QQQ", base, base + 64, 0)
    for at, text in [(base, program + argument + vector), (registers[RIP], b"\x0f\x05" + b"\x90" * 6)]:
        for offset in range(0, len(text), 8):
            call(trace, POKE, 1, at + offset, int.from_bytes(text[offset : offset + 8], "little", signed=True))
    registers[RAX], registers[ORIG_RAX] = 59, (1 << 64) - 1
    registers[RDI], registers[RSI], registers[RDX] = base, base + 320, 0
    call(trace, SETREGS, 1, 0, ctypes.byref(registers))
    call(trace, DETACH, 1, 0, 0)
    return "process 1 is somebody else's program"


# As unistd(2) numbers them on x86-64.
X86_64 = {
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_getfd": 438, "kcmp": 312,
    "io_uring_setup": 425, "add_key": 248, "request_key": 249, "keyctl": 250, "bpf": 321,
    "perf_event_open": 298, "userfaultfd": 323, "shmget": 29, "semget": 64, "msgget": 68,
    "io_setup": 206, "inotify_init1": 294, "fanotify_init": 300, "memfd_secret": 447,
    "modify_ldt": 154, "unshare": 272, "setns": 308, "mq_open": 240,
}


def make_calls_that_no_server_needs(_):
    """With arguments that do as little as possible. What the kernel does not know is refused, too."""
    KEYCTL_GET_KEYRING_ID, SESSION, PRIVATE, CREATE = 0, -3, 0, 0o1000
    done = []
    for name, arguments in {
        "process_vm_readv": (os.getpid(), 0, 0, 0, 0, 0),
        "process_vm_writev": (os.getpid(), 0, 0, 0, 0, 0),
        "pidfd_getfd": (-1, 0, 0),
        "kcmp": (os.getpid(), os.getpid(), 0, 0, 0),
        "io_uring_setup": (1, ctypes.create_string_buffer(256)),
        "add_key": (b"user", b"challenge", b"x", 1, SESSION),
        "request_key": (b"user", b"challenge", 0, 0),
        "keyctl": (KEYCTL_GET_KEYRING_ID, SESSION, 0),
        "bpf": (0, 0, 0),
        "perf_event_open": (0, 0, -1, -1, 0),
        "userfaultfd": (1,),
        "shmget": (PRIVATE, 4096, CREATE | 0o600),
        "semget": (PRIVATE, 1, CREATE | 0o600),
        "msgget": (PRIVATE, CREATE | 0o600),
        "io_setup": (1, ctypes.create_string_buffer(8)),
        "inotify_init1": (0,),
        "fanotify_init": (0, 0),
        "memfd_secret": (0,),
        "modify_ldt": (0, 0, 0),
        "unshare": (0,),
        "setns": (-1, 0),
        "mq_open": (b"challenge", os.O_CREAT | os.O_RDWR, 0o600, 0),
    }.items():
        try:
            done.append((name, call(X86_64[name], *arguments)))
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOSYS):
                done.append((name, error))
    if not done:
        raise Refused("none of these calls is permitted")
    return done


def open_odd_sockets(_):
    """Of families and protocols that no server needs, such as those between virtual machines."""
    SCTP, NETFILTER = 132, 12
    opened = []
    for family in range(64):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
            for protocol in (0, SCTP, NETFILTER):
                try:
                    socket.socket(family, kind, protocol).close()
                    opened.append((family, int(kind), protocol))
                except OSError:
                    pass
    usual = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
    odd = [each for each in opened if each[0] not in usual or each[2] != 0]
    if not odd:
        raise Refused(f"only usual sockets are there, {len(opened)} kinds of them")
    return odd


def speak_another_abi(_):
    """The kernel takes calls of 32-bit programs too, and numbers those of x32 differently."""
    X32, GETPID, GETPID_OF_I386 = 0x40000000, 39, 20
    try:
        return "x32", call(X32 | GETPID)
    except OSError as error:
        if error.errno != errno.EPERM:
            return "the kernel was asked", error
    child = os.fork()
    if child == 0:
        code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8" + GETPID_OF_I386.to_bytes(4, "little") + b"\xcd\x80\xc3")
        address = ctypes.addressof(ctypes.c_char.from_buffer(code))
        os._exit(0 if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 else 1)
    ending = os.waitpid(child, 0)[1]
    if ending == 0:
        return "i386"
    raise Refused(f"the process ended with {ending}")


def make_empty_files(count):
    """They take no space, and a kilobyte and a half of the kernel's memory each."""
    made = []
    for folder in ["/tmp", "/dev/shm", os.path.expanduser("~")]:
        names = [os.path.join(folder, f"empty{number}") for number in range(int(count))]
        used = 0
        try:
            for name in names:
                os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
                used += 1
            made.append((folder, used))
        except OSError as error:
            reason = error
        finally:
            for name in names[:used]:
                os.remove(name)
    if not made:
        raise reason
    return made


def hide_from_proc(_):
    """What a process has open cannot be read then by others of its account."""
    PR_SET_DUMPABLE = 4
    if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    return "nothing shows what this process has open"


def use_up_keys(_):
    """As many as an account can have: then the next session has the keys of the host's."""
    PROCESS = -2
    try:
        for number in range(250):
            call(X86_64["add_key"], b"user", b"challenge%d" % number, b"x", 1, PROCESS)
    except OSError as error:
        if error.errno != errno.EDQUOT:
            raise
    return "all keys"


def ask_for_signals(_):
    """A signal when a socket is ready, which wakes a thread that is not seen to wait for it."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    F_SETSIG, F_SETOWN_EX, FIOASYNC, FIOSETOWN, SIOCSPGRP = 10, 15, 0x5452, 0x8901, 0x8902
    one, _other = socket.socketpair()
    me = struct.pack("ii", 0, os.getpid())
    number = struct.pack("i", 1)
    attempts = {
        "F_SETOWN": lambda: fcntl.fcntl(one, fcntl.F_SETOWN, os.getpid()),
        "F_SETSIG": lambda: fcntl.fcntl(one, F_SETSIG, signal.SIGIO),
        "F_SETOWN_EX": lambda: fcntl.fcntl(one, F_SETOWN_EX, me),
        "O_ASYNC": lambda: fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK),
        "FIOASYNC": lambda: fcntl.ioctl(one, FIOASYNC, number),
        "FIOSETOWN": lambda: fcntl.ioctl(one, FIOSETOWN, me[4:]),
        "SIOCSPGRP": lambda: fcntl.ioctl(one, SIOCSPGRP, me[4:]),
    }
    done = []
    for name, attempt in attempts.items():
        try:
            done.append((name, attempt()))
        except PermissionError:
            pass
        except OSError as error:
            done.append((name, error))
    one.setblocking(False)  # this is as usual
    if not done:
        raise Refused("none of these is permitted")
    return done


def become_last_to_be_killed(_):
    """Where memory is short, the kernel ends others first."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("0")
    return "others are killed first"


def run_redis(_):
    """Somebody else's server."""
    found = []
    for folder in os.environ["PATH"].split(":"):
        for name in sorted(os.listdir(folder)):
            if name.startswith(("redis", "valkey")):
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        found.append((folder, name, file.read(4)))
                except OSError:
                    pass
    if not found:
        raise Refused("there is no such program")
    return found


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
