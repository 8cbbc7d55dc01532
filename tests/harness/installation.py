"""An installation in a folder of its own, driven as its administrator does: by the command `qsms`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TOP = Path(__file__).parents[2]


@dataclass
class Installation:
    """One QSMS_HOME, with the variables that its commands see."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """What the developer has in the environment has no say."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("QSMS_", "DJANGO_"))}
        plain.pop("DATABASE_URL", None)
        plain.pop("PORT", None)
        return {**plain, "PYTHONPATH": str(TOP), "QSMS_HOME": str(self.home), **self.variables}

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Runs `qsms WORDS` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "qsms.cli", *map(str, words)],
            env=self.environment(),
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[str]]:
        """Runs `qsms serve` until its first line, which is the address, has been read; ends it afterwards."""
        server = subprocess.Popen(
            [sys.executable, "-m", "qsms.cli", "serve"],
            env=self.environment(),
            cwd=self.home.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield server
        finally:
            if server.poll() is None:
                server.terminate()
            server.communicate(timeout=60)


def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
