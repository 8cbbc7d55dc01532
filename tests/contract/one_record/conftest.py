"""The cast and a record of one kind that belongs to a site: made once for all tests of a module with that kind."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from qsms.base import context
from qsms.org import actor as actors
from qsms.records.models import Record
from tests.cast import Cast, come
from tests.contract.factory import make
from tests.harness.standing import taken_back, written_at_start


@pytest.fixture(scope="module")
def _made(kind: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[bytes]:
    """The rows in the database, and the cast and the record as they were just after they came."""
    with taken_back(django_db_blocker):
        with written_at_start(django_db_blocker):
            cast = come()
            with context.organisation(cast.organisation.pk):
                system = actors.system(cast.organisation.pk)
                record = make(system, kind, site=cast.sites["LKF"], owner=cast.owner)
        yield pickle.dumps((cast, record))


@pytest.fixture
def _both(_made: bytes, db: None) -> tuple[Cast, Record]:
    both: tuple[Cast, Record] = pickle.loads(_made)
    return both


@pytest.fixture
def cast(_both: tuple[Cast, Record]) -> Iterator[Cast]:
    """Everybody, with the first organisation active."""
    with context.organisation(_both[0].organisation.pk):
        yield _both[0]


@pytest.fixture
def record(_both: tuple[Cast, Record]) -> Record:
    """A record at Larkfield with an owner; the system made it."""
    return _both[1]
