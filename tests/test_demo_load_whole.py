"""All of the demonstration or nothing, and the same for the same seed. In an installation that is empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from qsms.demo.load import loading
from qsms.org.models import Account, Organisation
from qsms.records.models import Record
from tests import larkfield
from tests.harness.clock import START
from tests.harness.kept import Kept
from tests.larkfield import SEED, load_small

pytestmark = pytest.mark.one_engine(
    "Services write it, each tried on both engines; test_demo_load.py loads it on both."
)


def told(*more: str) -> list[tuple[Any, ...]]:
    rows = Record.everywhere.order_by("organisation__code", "kind", "number")
    return list(rows.values_list("opened_at", "number", "title", *more))


@pytest.fixture
def usual(db: None) -> list[tuple[Any, ...]]:
    """What the small demonstration with its usual seed tells."""
    with transaction.atomic():
        load_small()
        rows = told("state", "due_on", "owner__name")
        transaction.set_rollback(True)
    return rows


def test_the_same_seed_on_the_same_day_tells_the_same(usual: list[tuple[Any, ...]]) -> None:
    loading.load(START, seed=SEED, quick=True)
    assert told("state", "due_on", "owner__name") == usual


def test_a_load_that_breaks_off_leaves_nothing_and_another_seed_tells_something_else(
    usual: list[tuple[Any, ...]],
) -> None:
    early: list[tuple[Any, ...]] = []

    def breaks(done: int, total: int) -> None:
        if done > total / 4:
            early.extend(told())
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError, match="the power went"):
        loading.load(START, seed=SEED + 1, quick=True, tell=breaks)
    assert not Organisation.objects.exists()
    assert not Account.objects.exists()
    assert len(early) > 10
    last = max(opened for opened, *_rest in early)
    assert last < START - dt.timedelta(days=100)
    assert sorted(early) != sorted(row[:3] for row in usual if row[0] <= last)


def test_the_harness_puts_every_row_back_as_it_was(usual: list[tuple[Any, ...]]) -> None:
    again = Kept(load_small).added
    # PostgreSQL puts rows where it finds room, so they are read in any order.
    assert {table: set(lines) for table, lines in again.items()} == {
        table: set(lines) for table, lines in larkfield.kept[0].added.items()
    }
