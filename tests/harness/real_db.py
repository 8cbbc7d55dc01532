"""A database in which several connections really meet: rows are committed, and emptied after the test.

History refuses to be emptied, so its triggers are taken away for that moment only.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from qsms.records import append_only


@pytest.fixture
def history_guard(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Puts the triggers back once the test's rows are gone."""
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        append_only.run(append_only.unprotect(connection.vendor), connection)
        append_only.run(append_only.protect(connection.vendor), connection)


@pytest.fixture
def real_db(history_guard: None, transactional_db: None) -> Iterator[None]:
    """Committed rows, seen by every thread and process."""
    yield
    append_only.run(append_only.unprotect(connection.vendor), connection)
