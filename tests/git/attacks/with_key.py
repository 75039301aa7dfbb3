#!/usr/bin/env python3
"""Runs a command with a secret of this name in the keyring of its session: with_key.py NAME COMMAND…"""

import ctypes
import os
import sys

KEYCTL_JOIN_SESSION_KEYRING, SESSION = 1, -3

add_key, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[os.uname().machine]
libc = ctypes.CDLL(None)
# Where the kernel has no keys, or none for us, there is nothing to inherit.
libc.syscall(keyctl, KEYCTL_JOIN_SESSION_KEYRING, None)
libc.syscall(add_key, b"user", sys.argv[1].encode(), b"secret", 6, SESSION)
os.execvp(sys.argv[2], sys.argv[2:])
