"""Every test starts at the same moment, so that no result depends on the day it runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, four weeks before summer time begins in Europe and six days before it does in America."""


def runs_at_real_time(item: pytest.Item) -> bool:
    """Browser tests do, because the browser does; `@pytest.mark.real_clock` asks for it elsewhere."""
    return bool(item.get_closest_marker("browser") or item.get_closest_marker("real_clock"))


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest) -> Iterator[time_machine.Traveller | None]:
    """The clock of the test: stands at START; `clock.shift(timedelta)` and `clock.move_to(moment)` move it.

    Waiting is not affected (time.monotonic and time.sleep are real).
    """
    if runs_at_real_time(request.node):
        yield None
        return
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller
