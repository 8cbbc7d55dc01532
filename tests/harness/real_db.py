"""A database in which several connections really meet: rows are committed, and emptied after the test.

History refuses to be emptied, so its triggers are taken away for that moment only. What stood there before the first
test is put back; Django would have the rooms ship it anew after each test, which takes longer than most tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from qsms.records import append_only


@pytest.fixture(scope="session", autouse=True)
def history_may_be_emptied() -> Iterator[None]:
    """Whoever empties the test database, a transactional test or the live server, empties the history as well."""
    plain = BaseDatabaseOperations.execute_sql_flush

    def empty(operations: Any, statements: list[str]) -> Any:
        connection = operations.connection
        append_only.run(append_only.unprotect(connection.vendor), connection)
        try:
            return plain(operations, statements)
        finally:
            append_only.run(append_only.protect(connection.vendor), connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", empty)
        yield


@pytest.fixture
def real_db(transactional_db: None) -> None:
    """Committed rows, seen by every thread and process."""
