"""Prepared queries give what the query itself gives, for every kind of value and column."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q

from qsms.base.prepared import Prepared
from qsms.org.models import Grant, Organisation
from tests.cast import Cast


def test_rows_are_those_of_the_query_with_their_types(cast: Cast) -> None:
    def build(organisation: int, code: str, today: dt.date) -> Any:
        return (
            Grant.objects.filter(organisation_id=organisation, role__code=code)
            .filter(Q(starts_on=None) | Q(starts_on__lte=today), person__is_active=True)
            .values_list("person_id", "role__permissions", "starts_on", "person__is_active", "organisation__created_at")
        )

    prepared = Prepared(build, organisation=int, code=str, today=dt.date)
    today = dt.date(2026, 3, 2)
    grant = Grant.objects.get(role__code="safety_manager", organisation=cast.organisation)
    for starts, n in ((None, 1), (today, 1), (today + dt.timedelta(days=1), 0)):
        grant.starts_on = starts
        grant.save()
        for code in ("safety_manager", "reporter", "nothing", "it's %s"):
            given: dict[str, Any] = {"organisation": cast.organisation.pk, "code": code, "today": today}
            assert prepared.rows(**given) == list(build(**given))
        assert len(prepared.rows(organisation=cast.organisation.pk, code="safety_manager", today=today)) == n
    assert prepared.rows(organisation=cast.other.pk, code="safety_manager", today=today)[0][0] == cast.outsider.pk


def test_what_cannot_be_prepared_is_refused(db: None) -> None:
    with pytest.raises(TypeError, match="float"):
        Prepared(lambda share: Organisation.objects.filter(pk=share).values_list("pk"), share=float).rows(share=1.0)
    forgetful = Prepared(lambda pk, name: Organisation.objects.filter(pk=pk).values_list("pk"), pk=int, name=str)
    with pytest.raises(ValueError, match="does not use name"):
        forgetful.rows(pk=1, name="x")
