"""A database in which several connections really meet: rows are committed, and emptied after the test.

History refuses to be emptied, so its triggers are taken away for that moment only. That is the end of the whole test
and not of a fixture: the database of a live server is emptied after every fixture of the test is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from qsms.records import append_only

COMMITS = ("transactional_db", "live_server")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Takes the triggers away while a test that commits is cleaned up, and puts them back."""
    # Only fixtures that were really set up: a test that was skipped has touched no database.
    if not any(name in getattr(item, "funcargs", {}) for name in COMMITS):
        return (yield)
    blocker = item.config.stash[blocking_manager_key]
    with blocker.unblock():
        append_only.run(append_only.unprotect(connection.vendor), connection)
    try:
        return (yield)
    finally:
        # After the last test the database is gone with the session.
        if nextitem is not None:
            _protect(blocker)


def _protect(blocker: Any) -> None:
    with blocker.unblock():
        append_only.run(append_only.unprotect(connection.vendor), connection)
        append_only.run(append_only.protect(connection.vendor), connection)


@pytest.fixture
def real_db(transactional_db: None) -> None:
    """Committed rows, seen by every thread and process."""
