"""Every registered kind, one after the other, and a record of it that belongs to a site."""

from __future__ import annotations

import pytest

from qsms.org import actor as actors
from qsms.records import registry
from qsms.records.models import Record
from tests.cast import Cast

from .factory import make

KINDS = sorted(sheet.kind for sheet in registry.all_types())


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def record(cast: Cast, kind: str) -> Record:
    """A record at Larkfield with an owner; the system made it."""
    return make(actors.system(cast.organisation.pk), kind, site=cast.sites["LKF"], owner=cast.owner)
