"""All of the demonstration or nothing, and the same for the same seed. In an installation that is empty."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction

from qsms.demo.load import loading
from qsms.org.models import Account, Organisation
from qsms.records.models import Record
from tests.harness.clock import START


@pytest.mark.django_db
def test_a_load_that_breaks_off_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Counter[str]()

    def breaks(organisation_id: int) -> None:
        steps["rounds"] += 1
        if steps["rounds"] == 9:
            raise RuntimeError("the power went")

    monkeypatch.setattr(loading, "_round", breaks)
    with pytest.raises(RuntimeError, match="the power went"):
        loading.load(START, quick=True)
    assert not Organisation.objects.exists()
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_the_same_seed_on_the_same_day_tells_the_same() -> None:
    told = []
    for seed in (3, 3, 4):
        with transaction.atomic():
            loading.load(START, seed=seed, quick=True)
            rows = Record.everywhere.order_by("organisation__code", "kind", "number")
            told.append(list(rows.values_list("number", "title", "state", "opened_at", "due_on", "owner__name")))
            transaction.set_rollback(True)
    assert told[0] == told[1]
    assert told[0] != told[2]
