"""Prepared queries give what the query itself gives, for every kind of value and column."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Count, Q

from qsms.base import moment
from qsms.base.prepared import Prepared, Several
from qsms.org.models import Grant, Organisation, Person
from tests.cast import Cast

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


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


def test_objects_come_with_what_they_point_at_and_their_annotations(cast: Cast, django_assert_num_queries: Any) -> None:
    def build(people: list[int], since: dt.datetime) -> Any:
        return (
            Person.objects.filter(pk__in=people, organisation__created_at__gt=since)
            .select_related("organisation", "site")
            .annotate(n_grants=Count("grants"))
            .order_by("pk")
        )

    prepared = Prepared(build, people=Several(3), since=dt.datetime)
    given: dict[str, Any] = {"people": [cast.people["safety"].pk, cast.outsider.pk], "since": LONG_AGO}
    expected = list(build(**given))
    assert len(expected) == 2
    prepared.objects(**given)
    with django_assert_num_queries(1):
        found = prepared.objects(**given)
        shown = [(one, one.organisation.name, one.site and one.site.name, one.n_grants, one.is_active) for one in found]
    assert shown == [(one, one.organisation.name, one.site and one.site.name, one.n_grants, True) for one in expected]
    found[0].name = "Renamed"
    found[0].save()
    assert Person.objects.get(pk=found[0].pk).name == "Renamed"
    assert prepared.objects(people=given["people"], since=moment.now() + dt.timedelta(days=1)) == []
    for wrong in ([], [1, 2, 3, 4]):
        with pytest.raises(ValueError, match="prepared for 1 to 3"):
            prepared.objects(people=wrong, since=LONG_AGO)


def test_a_query_of_values_has_no_instances(db: None) -> None:
    names = Prepared(lambda pk: Organisation.objects.filter(pk=pk).values_list("name"), pk=int)
    with pytest.raises(TypeError, match="ask for its rows"):
        names.objects(pk=1)


def test_what_cannot_be_prepared_is_refused(db: None) -> None:
    with pytest.raises(TypeError, match="float"):
        Prepared(lambda share: Organisation.objects.filter(pk=share).values_list("pk"), share=float).rows(share=1.0)
    forgetful = Prepared(lambda pk, name: Organisation.objects.filter(pk=pk).values_list("pk"), pk=int, name=str)
    with pytest.raises(ValueError, match="does not use name"):
        forgetful.rows(pk=1, name="x")
