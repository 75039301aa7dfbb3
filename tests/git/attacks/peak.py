#!/usr/bin/env python3
"""Runs a command, and says how much memory the largest of its processes had: peak.py COMMAND…"""

import resource
import subprocess
import sys

subprocess.run(sys.argv[1:])
kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"peak memory: {kib >> 10} MiB", file=sys.stderr)
