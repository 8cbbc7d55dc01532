"""Evidence that has to be renewed: the list, its counts, and what is asked before something counts."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.base import moment
from qsms.records.errors import Invalid
from qsms.standards.models import Evidence
from tests.cast import Cast

from .makers import ISO_9001, action, adopted, bound, text

Login = Callable[[str], Client]


def ago(days: int) -> dt.date:
    return moment.now().date() - dt.timedelta(days=days)


def test_what_is_stale_or_soon_is_listed_counted_and_sent_as_a_file(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    stale, soon, fresh, over = (action(cast, f"Look at the gauges, round {n}") for n in range(4))
    bound(cast, stale, ISO_9001, "7.2", as_of=ago(400), fresh_months=12, owner_id=cast.owner.pk)
    bound(cast, soon, ISO_9001, "7.3", as_of=ago(340), fresh_months=12)
    bound(cast, fresh, ISO_9001, "7.4", as_of=ago(10), fresh_months=12)
    bound(cast, over, ISO_9001, "7.5.2", as_of=ago(10), expires_on=ago(1))
    client = login("quality")
    home = text(client, "/standards/")
    assert "1 counts no more, 1 past the freshness limit, 1 within 60 days." in home
    page = text(client, "/standards/evidence/")
    assert [one.number in page for one in (stale, soon, fresh, over)] == [True, True, False, True]
    assert page.index(over.number) < page.index(stale.number) < page.index(soon.number)
    narrowed = text(client, "/standards/evidence/?how=stale")
    assert (stale.number in narrowed, soon.number in narrowed) == (True, False)
    lines = text(client, "/standards/evidence/?how=soon&format=csv").strip().splitlines()
    assert len(lines) == 2
    assert soon.number in lines[1]
    assert "3 pieces of evidence for standards are to be renewed" in text(client, "/overview/")
    assert stale.number not in text(login("other_site_auditor"), "/standards/evidence/"), "not of a site of theirs"
    assert login("other_site_auditor").get("/standards/evidence/?format=csv").status_code == 403
    assert stale.number not in text(login("outsider"), "/standards/evidence/")
    Evidence.everywhere.filter(record=stale).update(ended_at=moment.now())
    assert "2 pieces of evidence" in text(client, "/overview/")
    assert adoption.number in home


def test_a_slip_is_asked_about_before_a_record_counts(cast: Cast, login: Login) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast)
    client, path = login("quality"), f"/standards/bind/?standard={ISO_9001}&clause=7.2"
    given = {"record": record.number, "standard": ISO_9001, "clause": "7.2", "strength": "whole"}
    asked = client.post(path, given)
    assert asked.status_code == 422
    assert f"{record.number} is not finished" in asked.content.decode()
    assert not Evidence.everywhere.exists()
    old = client.post(path, {**given, "strength": "part", "as_of": "2024-01-01", "fresh_months": "12"})
    assert "past its freshness limit already" in old.content.decode()
    assert f"{record.number} was opened on 2 Mar 2026, and you say that it shows how it was on 1 Jan 2024." in (
        html.unescape(old.content.decode())
    )
    for slip, said in (
        ({"as_of": "0001-01-01"}, "is too far back. Check the year"),
        ({"as_of": "1989-12-31", "sure": "on"}, "is too far back. Check the year"),
        ({"fresh_months": "999999"}, "Write 1 to 120"),
        ({"fresh_months": "-3"}, "Write 1 to 120"),
    ):
        answer = client.post(path, {**given, **slip})
        assert answer.status_code == 422, slip
        assert said in answer.content.decode(), slip
        assert "I have looked" not in answer.content.decode(), "a typing mistake is no question"
    assert client.post(path, {**given, "sure": "on"}).status_code == 303
    assert Evidence.everywhere.get().strength == "whole"
    ahead = client.post(path, {**given, "as_of": "9999-12-31", "sure": "on"})
    assert "still to come" in ahead.content.decode()
    with pytest.raises(Invalid, match="Choose a record that shows it"):
        bound(cast, adoption, ISO_9001, "7.2")


def test_who_may_not_say_what_counts_is_not_shown_the_way_to_end_it(cast: Cast, login: Login) -> None:
    adopted(cast, ISO_9001)
    row = bound(cast, action(cast), ISO_9001, "7.2")
    assert login("quality").get(f"/standards/unbind/?evidence={row.pk}").status_code == 200
    assert login("executive").get(f"/standards/unbind/?evidence={row.pk}").status_code == 403
