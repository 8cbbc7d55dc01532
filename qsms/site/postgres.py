"""Where PostgreSQL's own programs are on this machine, and how they are told which database is meant."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qsms.base.console import Refused

FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Library/PostgreSQL/*/bin",
)

# The words of a connection that libpq reads from the environment, as Django and its options spell them.
VARIABLES = {
    "NAME": "PGDATABASE",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
    "passfile": "PGPASSFILE",
}


def find_program(name: str) -> str | None:
    """The path of one of PostgreSQL's programs: the newest version that is installed, else what PATH offers.

    Debian keeps the server programs of each version in a folder of its own, outside PATH, and puts a wrapper for
    the others into PATH that asks for a cluster of its own.
    """
    found = [path for pattern in FOLDERS for path in Path("/").glob(f"{pattern.lstrip('/')}/{name}")]
    if found:
        return str(max(found, key=lambda path: [int(digits) for digits in re.findall(r"\d+", str(path))]))
    return shutil.which(name)


def client_program(name: str) -> str:
    """The path of one of PostgreSQL's client programs; refuses, and says how to get it, when there is none."""
    found = find_program(name)
    if found is None:
        raise Refused(f"{name} was not found. Install PostgreSQL's clients (Debian: apt install postgresql-client).")
    return found


def environment(database: Mapping[str, Any]) -> dict[str, str]:
    """The variables that lead PostgreSQL's programs to `database`, given as Django describes it.

    A password on the command line would be seen by everybody on the machine.
    """
    words = {**database, **database.get("OPTIONS", {})}
    return {variable: str(words[word]) for word, variable in VARIABLES.items() if words.get(word)}
