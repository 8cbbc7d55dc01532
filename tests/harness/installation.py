"""An installation in a folder of its own, driven as its administrator does: by the command `qsms`."""

from __future__ import annotations

import fcntl
import hashlib
import itertools
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

TOP = Path(__file__).parents[2]


@dataclass
class Installation:
    """One QSMS_HOME, with the variables that its commands see."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """What the developer has in the environment has no say."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("QSMS_", "DJANGO_"))}
        # Without its bytecode kept, every command would compile the whole product anew.
        for name in ("DATABASE_URL", "PORT", "PYTHONDONTWRITEBYTECODE"):
            plain.pop(name, None)
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
            # Far beyond what any command takes, and beyond what a machine with other work makes of it.
            timeout=600,
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


Install = Callable[..., Installation]
NewDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """`install(home, variables)`: an installation whose tables are there, as `qsms migrate` has made them."""

    def copied(home: Path, variables: dict[str, str] | None = None) -> Installation:
        engine = "postgresql" if "DATABASE_URL" in (variables or {}) else "sqlite"
        shutil.copytree(migrated(shared_folder(tmp_path_factory), engine), home)
        return Installation(home, variables or {})

    return copied


MIGRATED = "qsms_migrated"
# Beside what pytest remembers itself; `make clean` removes it.
KEPT = TOP / ".pytest_cache" / "migrated"
# What has no part in tables and rows.
ASIDE = {"tests", "templates", "static", "__pycache__"}


def migrated(shared: Path, engine: str) -> Path:
    """The home of an installation whose tables are there, for copies only; on PostgreSQL they are in MIGRATED.

    The first process of the run that asks for it runs `qsms migrate`, the others wait for that. On a server that is
    not thrown away MIGRATED stays until the next run makes it anew. A file is kept for later runs of the same product.
    """
    home = shared / f"migrated-{engine}"
    with one_at_a_time(home):
        if not home.exists():
            if engine == "postgresql":
                server = Server()
                server.drop(MIGRATED)
                _migrate(home, DATABASE_URL=server.url(server.create(name=MIGRATED)))
            else:
                shutil.copytree(_kept_file(), home)
    return home


def _migrate(home: Path, **variables: str) -> None:
    """Make this home by `qsms migrate`: all of it, or none."""
    new = Installation(home.with_suffix(".new"), variables)
    shutil.rmtree(new.home, ignore_errors=True)
    done = new.run("migrate")
    assert done.returncode == 0, done.stderr
    new.home.rename(home)


def _kept_file() -> Path:
    """A home with SQLite, made anew whenever a file of the product or a library is another one than last time."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(KEPT / "sqlite"):
        home = KEPT / f"sqlite-{_product()}"
        if not home.exists():
            for old in KEPT.glob("sqlite-*"):
                shutil.rmtree(old)
            _migrate(home)
    return home


def _product() -> str:
    """A mark of everything that decides what `qsms migrate` makes."""
    mark = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version}".encode())
    product = (path.relative_to(TOP) for path in (TOP / "qsms").rglob("*") if path.is_file())
    files = sorted(path for path in product if not ASIDE.intersection(path.parts))
    for path in (Path("requirements-dev.lock"), *files):
        mark.update(f"\n{path}\n".encode() + (TOP / path).read_bytes())
    return mark.hexdigest()[:16]


_numbers = itertools.count()


class Server:
    """The PostgreSQL of this leg, for tests that need databases of their own there."""

    def __init__(self) -> None:
        self.address = os.environ["QSMS_TEST_DATABASE_URL"]

    def create(self, template: str = "template1", name: str = "") -> str:
        """The name of a new database."""
        name = name or f"qsms_own_{os.getpid()}_{next(_numbers)}"
        self._tell("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        """Take it away if it is there, whoever is still connected."""
        self._tell("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def url(self, name: str) -> str:
        """Its address."""
        head, _, tail = self.address.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{tail}"

    def _tell(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewDatabase]:
    """`new_database()`: the address of an empty database in the PostgreSQL of this leg; gone after the test.

    `new_database(with_tables=True)` has the tables of an installation.
    """
    server = Server()
    names: list[str] = []

    def made(*, with_tables: bool = False) -> str:
        if with_tables:
            migrated(shared_folder(tmp_path_factory), "postgresql")
        names.append(server.create(MIGRATED if with_tables else "template1"))
        return server.url(names[-1])

    yield made
    for name in names:
        server.drop(name)


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """No other process of this run is inside with the same path."""
    with path.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
