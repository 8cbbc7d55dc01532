"""Training records are kept as long as somebody works here; the list says of those who left from when they may go."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.org.models import Person
from qsms.records.errors import Refused
from qsms.records.models import Deed
from qsms.training import keeping
from qsms.training.models import Holding
from tests.cast import Cast

from .makers import course, held

pytestmark = pytest.mark.django_db
LIST = "/training/matrix/leavers/"


def leave(cast: Cast, who: str, days_ago: int | None) -> Person:
    person = cast.people[who]
    day = None if days_ago is None else moment.now().date() - dt.timedelta(days=days_ago)
    Person.objects.filter(pk=person.pk).update(is_active=False, left_on=day)
    return person


def words(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    raw = b"".join(answer) if answer.streaming else answer.content
    return html.unescape(raw.decode())


def test_who_left_stands_on_the_list_with_the_first_day_and_nothing_goes(cast: Cast, client: Client) -> None:
    one = course(cast)
    for who in ("reporter", "owner", "director", "safety"):
        held(cast, one, who, days_ago=400)
    gone, today, unknown = leave(cast, "reporter", 10), leave(cast, "owner", 0), leave(cast, "director", None)
    client.force_login(cast.account("quality"))

    page = words(client, LIST)
    assert all(person.name in page for person in (gone, today, unknown))
    assert cast.safety.name not in page, "works here"
    assert page.count("May be disposed of<") == 1, "not on the last day of work, nor before it is known"
    due = words(client, f"{LIST}?due=1")
    assert gone.name in due
    assert today.name not in due
    assert unknown.name not in due

    # Ten days ago was the last day; with a year on top nothing may go yet.
    keeping.set_months(cast.actor("quality"), 12)
    assert gone.name not in words(client, f"{LIST}?due=1")
    assert Deed.everywhere.filter(verb=keeping.KEPT).exists()
    keeping.set_months(cast.actor("quality"), 0)
    rows = list(csv.DictReader(io.StringIO(words(client, f"{LIST}export/?due=1").lstrip("\ufeff"))))
    day = (moment.now().date() - dt.timedelta(days=9)).isoformat()
    assert [(row["Person"], row["May be disposed of from"]) for row in rows] == [(gone.name, day)]
    assert "May be disposed of from" in words(client, f"/training/matrix/person/{gone.pk}/")
    assert Holding.everywhere.count() == 4


def test_nobody_sees_leavers_of_other_places_and_the_list_asks_no_more_for_more_rows(
    cast: Cast, client: Client
) -> None:
    one = course(cast)
    held(cast, one, "reporter")
    gone = leave(cast, "reporter", 3)
    with pytest.raises(Refused):
        keeping.set_months(cast.actor("owner"), 3)
    for who in ("outsider", "other_site_auditor"):
        found, _more = keeping.leavers(cast.actor(who))
        assert gone.pk not in [each.person.pk for each in found]
    client.force_login(cast.account("quality"))
    counts = []
    for who in ("owner", "director"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            words(client, LIST)
        counts.append(len(seen))
        held(cast, one, who)
        leave(cast, who, 5)
    with CaptureQueriesContext(connection) as seen:
        words(client, LIST)
    assert len(seen) == counts[-1] <= 10
