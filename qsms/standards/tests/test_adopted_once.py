"""One edition is adopted once for the same places; the refusal leads to the adoption that is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from qsms.org import services as org
from qsms.org.models import Role
from qsms.records import moves, services
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Record
from qsms.standards import adopting
from qsms.standards.models import Adoption
from tests.cast import Cast

from .makers import ISO_9001, adopted, text

Login = Callable[[str], Client]


def number() -> int:
    return Adoption.everywhere.count()


def test_the_same_is_not_adopted_twice_and_the_page_leads_to_what_is_there(cast: Cast, login: Login) -> None:
    one, client = adopted(cast, ISO_9001), login("quality")
    link = f'<a href="/r/adoption/{one.number}/">{one.number}</a>'
    assert "Adopt it for another site" in text(client, "/standards/edition/iso-9001/2015/")
    answer = client.post("/standards/adopt/", {"standard": ISO_9001})
    assert (answer.status_code, link in answer.content.decode()) == (422, True)
    again = {"title": "Ours", "framework": ISO_9001, "own_edition": "", "once": "a"}
    answer = client.post("/r/adoption/new/", again)
    assert (answer.status_code, link in answer.content.decode()) == (422, True)
    assert number() == 1
    assert client.post("/r/adoption/new/", {**again, "site": cast.sites["LKF"].pk}).status_code == 303
    assert number() == 2


def test_no_way_leads_to_a_second_one_of_the_same_places(cast: Cast) -> None:
    actor, site, other = cast.actor("quality"), cast.sites["LKF"], cast.sites["STV"]
    everywhere, here = adopted(cast, ISO_9001), adopted(cast, ISO_9001, site=site)
    with pytest.raises(Invalid, match=everywhere.number):
        services.edit(actor, here.pk, here.version, {"site": None})
    there = adopted(cast, ISO_9001, site=other)
    adopting.place(actor, here.pk, [other.pk], [])
    with pytest.raises(Invalid, match=here.number):
        adopting.place(actor, there.pk, [site.pk], [])
    moves.move(actor, there.pk, "void", reason="Not meant")
    adopted(cast, ISO_9001, site=other)

    moves.move(actor, everywhere.pk, "adopt", fields={"adopted_on": "2026-01-05"})
    moves.move(actor, everywhere.pk, "leave", reason="The next edition")
    second = adopted(cast, ISO_9001)
    with pytest.raises(Refused, match=second.number):
        moves.move(actor, everywhere.pk, "return", reason="Not yet")
    moves.move(actor, second.pk, "void", reason="The first one goes on")
    assert moves.move(actor, everywhere.pk, "return", reason="Not yet").state == "planned"


def test_what_somebody_may_not_see_is_not_told_to_them(cast: Cast) -> None:
    hidden = adopted(cast, ISO_9001)
    Record.everywhere.filter(pk=hidden.pk).update(confidential=True)
    rights = ["adoption.view", "adoption.create"]
    Role.objects.create(organisation=cast.organisation, code="adopter", title="Adopter", permissions=rights)
    org.grant(cast.people["director"], "adopter", axis="all")
    seen = adopted(cast, ISO_9001, by="director")
    with pytest.raises(Invalid, match=seen.number):
        adopted(cast, ISO_9001, by="director")
