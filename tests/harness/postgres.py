"""Runs a command with a PostgreSQL of its own: `python -m tests.harness.postgres COMMAND...`.

QSMS_TEST_DATABASE_URL, if set, is used as it is. Else a cluster is made in a temporary folder from the server
programs of this machine, reachable through a socket in that folder only, and removed when the command ends, or
when this process dies in whatever way.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qsms.site.postgres import find_program
from tests.harness.legs import in_ci

# A socket's path may have about a hundred bytes, which the temporary folder of macOS would use up.
SHORT_FOLDER = "/tmp"

# Nothing here must survive a power cut.
FAST = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
    "checkpoint_timeout=1h", "max_wal_size=4GB", "autovacuum=off", "jit=off", "max_connections=60",
)  # fmt: skip

# The janitor waits until the other end of its standard input is gone, then clears up.
JANITOR = """
cat >/dev/null
kill -INT "$1"
tries=0
while kill -0 "$1" 2>/dev/null && [ $tries -lt 200 ]; do sleep 0.05; tries=$((tries + 1)); done
rm -rf "$2"
"""


def _server_program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise LookupError(name)
    return found


def _unprivileged() -> str | None:
    """The user under whom the server runs: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise SystemExit("PostgreSQL does not run as root, and there is no user postgres or nobody to run it.")


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a new, empty PostgreSQL that exists inside the `with` only."""
    folder = Path(tempfile.mkdtemp(prefix="qsms-pg-", dir=SHORT_FOLDER))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    group = pwd.getpwnam(user).pw_gid if user else None
    groups: list[str | int] | None = [] if user else None
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": locale, "TZ": "UTC"}
    data = folder / "data"
    made = subprocess.run(
        [
            _server_program("initdb"),
            "-D",
            data,
            "-U",
            "qsms",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--no-instructions",
        ],
        user=user,
        group=group,
        extra_groups=groups,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise SystemExit(f"initdb failed:\n{made.stdout}{made.stderr}")
    options = [word for setting in FAST for word in ("-c", setting)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [_server_program("postgres"), "-D", data, "-k", folder, "-h", "", *options],
            user=user,
            group=group,
            extra_groups=groups,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    janitor = subprocess.Popen(
        ["/bin/sh", "-c", JANITOR, "janitor", str(server.pid), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_it_answers(server, folder)
        yield f"postgresql://qsms@/postgres?host={folder}"
    finally:
        assert janitor.stdin is not None
        janitor.stdin.close()
        server.wait()
        janitor.wait()


def _wait_until_it_answers(server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ready = "database system is ready" in (folder / "log").read_text(errors="replace")
        if ready and (folder / ".s.PGSQL.5432").exists():
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("The throw-away PostgreSQL did not start:\n" + (folder / "log").read_text(errors="replace"))


def main(command: list[str]) -> int:
    """Runs `command` with QSMS_TEST_DATABASE_URL set, and returns its exit code."""
    if os.environ.get("QSMS_TEST_DATABASE_URL"):
        return subprocess.call(command)
    if find_program("initdb") is None or find_program("postgres") is None:
        sys.stderr.write(
            "\n*** THE POSTGRESQL LEG DID NOT RUN. ***\n"
            "No PostgreSQL server programs were found. Install them (Debian: apt install postgresql; "
            "macOS: brew install postgresql), or name a database in QSMS_TEST_DATABASE_URL.\n\n"
        )
        return 1 if in_ci() else 0
    with cluster() as address:
        return subprocess.call(command, env={**os.environ, "QSMS_TEST_DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
