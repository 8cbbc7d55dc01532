"""Every registered kind, one after the other."""

from __future__ import annotations

import pytest

from qsms.records import registry

KINDS = sorted(sheet.kind for sheet in registry.all_types())


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)
