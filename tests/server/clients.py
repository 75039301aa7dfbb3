"""Python's redis package talks to a stage: python3 clients.py PORT STAGE"""

import sys
import time

import redis

port, stage = map(int, sys.argv[1:])
# Version 3 of the protocol, this package's default since 8.0, begins with HELLO. No stage has that, and
# at the error the package gives up; with version 2, as with any server before Redis 6, it goes on.
client = redis.Redis(port=port, protocol=2, socket_timeout=10)
binary = bytes(range(256))

assert client.ping() is True
assert client.echo(binary) == binary

if stage >= 4:
    assert client.get("key") is None
    assert client.set("key", binary) is True
    assert client.get("key") == binary
    pipeline = client.pipeline(transaction=False)
    for number in range(1000):
        pipeline.set(f"key:{number}", number).get(f"key:{number}")
    assert pipeline.execute() == [
        reply for number in range(1000) for reply in (True, b"%d" % number)
    ]

if stage >= 5:
    assert client.set("key", "new", nx=True) is None
    assert client.set("key", "new", xx=True, get=True) == binary
    assert client.set("key", "brief", px=100) is True
    patience = time.monotonic() + 10
    while client.get("key") is not None:
        assert time.monotonic() < patience, "the key has outlived its deadline"
