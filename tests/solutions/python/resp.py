"""The protocol: requests out of the bytes that have come, and replies as bytes."""

import re

MAX_LINE = 64 * 1024
# What Redis calls a line that is longer; any other line is an inline request.
LINES = {b"*": "mbulk count string", b"$": "bulk count string"}
MAX_BULK = 512 * 1024 * 1024
MAX_ARGUMENTS = 2**31 - 1


class ProtocolError(Exception):
    """After it there is no way to tell where the next request begins."""


def requests(buffer):
    """Takes requests out of `buffer`, to which others append.

    Yields a list of arguments for each, and None when the rest of a request is still to come; then
    the next step goes on where this one stopped.
    """
    while True:
        line = yield from take_line(buffer)
        if not line.startswith(b"*"):
            yield line.split()
            continue
        count = integer(line[1:])
        if count is None or count > MAX_ARGUMENTS:
            raise ProtocolError("invalid multibulk length")
        arguments = []
        while len(arguments) < count:
            line = yield from take_line(buffer)
            if not line.startswith(b"$"):
                got = line[:1].decode("latin-1")
                raise ProtocolError(f"expected '$', got '{got}'")
            length = integer(line[1:])
            if length is None or not 0 <= length <= MAX_BULK:
                raise ProtocolError("invalid bulk length")
            while len(buffer) < length + 2:
                yield None
            arguments.append(bytes(buffer[:length]))
            del buffer[: length + 2]
        yield arguments


def take_line(buffer):
    while (end := buffer.find(b"\n")) < 0:
        if len(buffer) > MAX_LINE:
            raise ProtocolError("too big " + LINES.get(bytes(buffer[:1]), "inline request"))
        yield None
    line = bytes(buffer[:end])
    del buffer[: end + 1]
    return line.removesuffix(b"\r")


def integer(text):
    """A number of 64 bits as Redis reads it: no plus sign, no leading zero, no space."""
    if not re.fullmatch(rb"0|-?[1-9][0-9]{0,18}", text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def simple(text):
    return b"+%b\r\n" % text.encode()


def bulk(value):
    if value is None:
        return b"$-1\r\n"
    return b"$%d\r\n%b\r\n" % (len(value), value)


def error(message):
    line = message.replace("\r", " ").replace("\n", " ")
    return b"-%b\r\n" % line.encode("latin-1")
