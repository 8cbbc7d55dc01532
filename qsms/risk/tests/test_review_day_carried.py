"""A database of an earlier version: review days become due days, told in the history and counted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from qsms.records import proof, tally
from qsms.records.models import Change, Record
from tests.cast import Cast
from tests.harness import older

from .makers import hazard

DAY = dt.date(2026, 5, 10)


@pytest.mark.usefixtures("real_db")
def test_review_days_of_an_earlier_version_are_due_days_now(cast: Cast) -> None:
    plain, both, none = (
        hazard(cast, title="Ice"), hazard(cast, title="Oil", due_on=dt.date(2026, 1, 2)), hazard(cast, title="Snow"),
    )  # fmt: skip
    try:
        former = older.go_back_to("risk", "0003_acceptance_warned").get_model("risk", "Hazard")
        former.everywhere.filter(pk__in=[plain.pk, both.pk]).update(review_on=DAY)
        former.everywhere.filter(pk=none.pk).update(review_on=None)
    finally:
        call_command("migrate", verbosity=0)
    days = dict(Record.everywhere.values_list("pk", "due_on"))
    assert days == {plain.pk: DAY, both.pk: DAY, none.pk: None}
    told = Change.objects.filter(field="due_on").order_by("deed__record").values_list("deed__record", "old", "new")
    assert list(told) == [(plain.pk, "", "2026-05-10"), (both.pk, "2026-01-02", "2026-05-10")]
    assert tally.recount(cast.organisation.pk) == {}
    assert list(proof.records(cast.organisation.pk)) == []
