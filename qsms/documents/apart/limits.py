"""The program that takes limits upon itself and then runs another one: `limits.py MOST_BYTES PROGRAM ARGUMENT...`.

It is run on its own, never imported by the server: a hostile file may make a library use up all the memory and time
there is, and that is then this process's. The limits stand before the other program reads a byte.
"""

from __future__ import annotations

import resource
import runpy
import sys

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 20


def limit_itself(most_bytes: int) -> None:
    """Little memory, little time, no file longer than what may come out."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    limit_itself(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_path(sys.argv[0], run_name="__main__")
