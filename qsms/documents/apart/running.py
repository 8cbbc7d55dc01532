"""Starting such a process and waiting for its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from . import limits

LIMITS = Path(limits.__file__)
# So long it may take by the clock, however little of the processor it gets.
SECONDS = 60
NEVER_ENDED = -1


def run(
    program: Path, *arguments: str, stdin: IO[Any], stdout: IO[Any], most_bytes: int, seconds: float = SECONDS
) -> int:
    """Its exit status; negative when it was ended. At most `most_bytes` go to `stdout`. Raises OSError when it could
    not be started."""
    # -I: neither the folder one stands in nor the environment decides what is imported.
    words = [sys.executable, "-I", str(LIMITS), str(most_bytes), str(program), *arguments]
    with subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, env={}) as started:
        try:
            return started.wait(seconds)
        except subprocess.TimeoutExpired:
            started.kill()
            return NEVER_ENDED
