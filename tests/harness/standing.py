"""What several tests begin with, written once before the first of them and taken back after the last.

For fixtures of a wider scope than one test. Each test runs in a savepoint of its own inside, so it sees what was
written and leaves it to the next one as it was. What they remember of it in Python is for each test to have anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.db import transaction

from tests.harness.clock import START


@contextmanager
def written_at_start(blocker: Any) -> Iterator[None]:
    """The database is open and the clock stands at START inside, as it does for a test."""
    with blocker.unblock(), time_machine.travel(START, tick=False):
        yield


@contextmanager
def taken_back(blocker: Any) -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    whole = transaction.atomic()
    with blocker.unblock():
        whole.__enter__()
    try:
        yield
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            whole.__exit__(None, None, None)
