"""The commands: what each is called, how many arguments it takes, and what it does."""

import resp
from store import now

# What the number behind an option of SET counts, in milliseconds, and since when.
UNITS = {b"EX": 1000, b"PX": 1, b"EXAT": 1000, b"PXAT": 1}
SPANS = {b"EX", b"PX"}
EXPIRIES = UNITS.keys() | {b"KEEPTTL"}
CONDITIONS = {b"NX", b"XX"}
FLAGS = CONDITIONS | {b"KEEPTTL", b"GET"}


class CommandError(Exception):
    pass


def execute(store, request):
    """The reply to a request, as bytes."""
    if not request:
        return b""  # an empty line or array, which Redis passes over as well
    name, *arguments = request
    name = name.lower()
    try:
        if name not in COMMANDS:
            raise CommandError(unknown(*request))
        run, least, most = COMMANDS[name]
        if not least <= len(arguments) <= most:
            raise CommandError(f"wrong number of arguments for '{name.decode()}' command")
        return run(store, *arguments)
    except CommandError as problem:
        return resp.error(f"ERR {problem}")


def unknown(name, *arguments):
    beginning = ""
    for argument in arguments:
        if len(beginning) >= 128:
            break
        beginning += f"'{argument[: 128 - len(beginning)].decode('latin-1')}' "
    shown = name[:128].decode("latin-1")
    return f"unknown command '{shown}', with args beginning with: {beginning}"


def ping(_, message=None):
    return resp.simple("PONG") if message is None else resp.bulk(message)


def echo(_, message):
    return resp.bulk(message)


def get(store, key):
    return resp.bulk(store.get(key))


def set_(store, key, value, *arguments):
    options = read_options(arguments)
    deadline = read_deadline(options)
    if b"KEEPTTL" in options:
        deadline = store.deadline(key)
    old = store.get(key)
    permitted = not (b"NX" in options and old is not None or b"XX" in options and old is None)
    if permitted:
        store.set(key, value, deadline)
    if b"GET" in options:
        return resp.bulk(old)
    return resp.simple("OK") if permitted else resp.bulk(None)


def read_options(arguments):
    """The options of SET, with their numbers; as in Redis, the last of the same kind counts."""
    options = {}
    rest = iter(arguments)
    for argument in rest:
        name = argument.upper()
        if name in UNITS:
            options[name] = next(rest, None)
        elif name in FLAGS:
            options[name] = b""
        else:
            raise CommandError("syntax error")
    contradictory = any(len(options.keys() & names) > 1 for names in (CONDITIONS, EXPIRIES))
    if contradictory or None in options.values():
        raise CommandError("syntax error")
    return options


def read_deadline(options):
    """In milliseconds since 1970, or None."""
    for name in options.keys() & UNITS.keys():
        number = resp.integer(options[name])
        if number is None:
            raise CommandError("value is not an integer or out of range")
        deadline = number * UNITS[name] + (now() if name in SPANS else 0)
        if number <= 0 or deadline >= 2**63:
            raise CommandError("invalid expire time in 'set' command")
        return deadline
    return None


# name: (function, least arguments, most arguments)
COMMANDS = {
    b"ping": (ping, 0, 1),
    b"echo": (echo, 1, 1),
    b"get": (get, 1, 1),
    b"set": (set_, 2, float("inf")),
}
