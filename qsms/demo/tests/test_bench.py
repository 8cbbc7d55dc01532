"""The bench gives its records a life like that of real ones."""

from __future__ import annotations

from random import Random

import pytest

from qsms.demo.bench import life
from qsms.records import registry, services
from qsms.records.models import Comment, Deed, Task
from tests.cast import Cast
from tests.contract import factory


@pytest.mark.parametrize("kind", ["report", "hazard"])
def test_records_get_history_tasks_and_actions(cast: Cast, kind: str) -> None:
    actor, sheet = cast.actor("safety"), registry.get(kind)
    begun = next(state.code for state in sheet.lifecycle.states if state.code != sheet.lifecycle.initial)
    given = [factory.values(actor, kind, owner=cast.owner) for _n in range(12)]
    records = [services.create(actor, kind, one, state=begun) for one in given]
    before = Task.everywhere.filter(record__in=records).count()
    life.follow(actor, sheet, records, Random(3))
    assert Task.everywhere.filter(record__in=records).count() == before + 12
    assert Deed.everywhere.filter(record__in=records).count() > 24
    assert Comment.everywhere.filter(record__in=records).exists()
