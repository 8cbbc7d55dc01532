"""A record is bound once and counts wherever that surely follows, for whoever may see it and for nobody else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from qsms.base import moment
from qsms.org import actor as actors
from qsms.records import history, moves, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Record
from qsms.rules.coverage import State
from qsms.standards import adopting, binding, shipped, shipping, standing
from qsms.standards.models import Adoption, Evidence, Exclusion
from tests.cast import Cast
from tests.contract.strangers import PASSING

from .makers import AS9100, ISO_9001, ISO_14001, PART_145, action, adopted, bound, day, text

Login = Callable[[str], Client]


def state(cast: Cast, adoption: Adoption, number: str, who: str = "quality") -> State:
    return standing.of(cast.actor(who), adoption).coverage.covered[number].state


# The whole way through the pages: adopt, bind once, look at three standards.


def test_a_record_bound_once_counts_in_three_standards_with_relation_and_direction(cast: Cast, login: Login) -> None:
    record = action(cast)
    client = login("quality")
    for key in (ISO_9001, AS9100, ISO_14001):
        answer = client.post("/standards/adopt/", {"standard": key})
        assert answer.status_code == 303
    one = {adoption.key: adoption for adoption in Adoption.everywhere.all()}
    page = text(client, "/standards/clause/iso-9001/2015/7.1.5.2/")
    assert "There is no evidence of its own that you may see." in page
    answer = client.post(
        f"/standards/bind/?standard={ISO_9001}&clause=7.1.5.2",
        {
            "record": record.number,
            "standard": ISO_9001,
            "clause": "7.1.5.2",
            "strength": "whole",
            "note": "All 14",
            "sure": "on",
        },
    )
    assert answer.status_code == 303, answer.content.decode()
    assert answer.headers["Location"] == "/standards/clause/iso-9001/2015/7.1.5.2/"
    assert Evidence.everywhere.count() == 1

    page = text(client, "/standards/clause/iso-9001/2015/7.1.5.2/")
    assert "Fresh evidence shows all of it." in page
    assert record.title in page

    page = text(client, "/standards/clause/as9100/D/7.1.5.2/")
    assert "Evidence for another standard counts here through the crosswalk." in page
    assert "ISO 9001:2015 7.1.5.2</a> is contained in this requirement, which adds to it." in page
    assert "Its evidence counts here as a part." in page
    assert record.number in page

    page = text(client, "/standards/clause/iso-14001/2015/9.1.1/")
    assert "ISO 9001:2015 7.1.5.2</a> overlaps this. Its evidence counts here as a part." in page
    assert record.number in page

    for key, number, word in (
        (ISO_9001, "7.1.5.2", "Covered"),
        (AS9100, "7.1.5.2", "Partly"),
        (ISO_14001, "9.1.1", "Partly"),
    ):
        page = text(client, f"/standards/adopted/{one[key].number}/")
        [line] = re.findall(rf'<span class="num">{re.escape(number)}</span>.*?</div>', page)
        assert word in line
        assert ("ISO 9001:2015 7.1.5" in line) is (key != ISO_9001)
        assert "1 record" in line or key != ISO_9001
    page = text(client, f"/r/action/{record.number}/tab/evidence/")
    assert "ISO 9001:2015 7.1.5.2 Measurement traceability" in page


def test_what_is_adopted_stands_first_with_figures_that_lead_on(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    page = text(login("quality"), "/standards/")
    total = sum(one.assessable for one in shipped.frameworks()[ISO_9001].requirements)
    assert f"1 of {total}" in page
    assert f"/standards/adopted/{adoption.number}/?state=met" in page
    narrowed = text(login("quality"), f"/standards/adopted/{adoption.number}/?state=met")
    assert set(re.findall(r'<span class="num">([^<]*)</span>', narrowed)) == {"7", "7.1", "7.1.5", "7.1.5.2"}
    assert "No requirement is in this state." in text(
        login("quality"), f"/standards/adopted/{adoption.number}/?state=gap"
    )


# Who may know.


def test_who_may_not_see_the_record_sees_neither_title_nor_count_nor_what_follows(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    other = adopted(cast, AS9100)
    secret = services.create(
        actors.system(cast.organisation.pk), "action",
        {"title": "Quokka of the confidential drawer", "description": "Kept", "site": cast.sites["LKF"]},
        fixed={"confidential": True},
    )  # fmt: skip
    places = [
        "/standards/", "/standards/clause/iso-9001/2015/7.1.5.2/", "/standards/clause/as9100/D/7.1.5.2/",
        *(f"/standards/adopted/{one.number}/" for one in (adoption, other)),
        *(f"/standards/adopted/{one.number}/export/" for one in (adoption, other)),
    ]  # fmt: skip
    hidden_from = login("director")
    before = [PASSING.sub("", text(hidden_from, place)) for place in places]
    bound(cast, secret, ISO_9001, "7.1.5.2")
    assert [PASSING.sub("", text(hidden_from, place)) for place in places] == before
    assert "Quokka" in text(login("quality"), "/standards/clause/iso-9001/2015/7.1.5.2/")
    row = Evidence.everywhere.get()
    assert hidden_from.get(f"/standards/unbind/?evidence={row.pk}").status_code == 404
    assert hidden_from.get(f"/standards/bind/?record={secret.number}").status_code == 404
    with pytest.raises(NotVisible):
        binding.end(cast.actor("director"), row.pk, "Not mine")
    with pytest.raises(NotVisible):
        bound(cast, secret, ISO_9001, "7.2", by="director")


def test_another_organisation_knows_nothing(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    theirs = login("outsider")
    assert theirs.get(f"/standards/adopted/{adoption.number}/").status_code == 404
    assert "Recalibrate" not in text(theirs, "/standards/clause/iso-9001/2015/7.1.5.2/")
    assert adoption.number not in text(theirs, "/standards/")


def test_binding_needs_the_right_and_an_adopted_standard(cast: Cast) -> None:
    record = action(cast)
    with pytest.raises(Refused, match="has not adopted"):
        bound(cast, record, ISO_9001, "7.1.5.2")
    adopted(cast, ISO_9001)
    with pytest.raises(Refused, match="may not say"):
        bound(cast, record, ISO_9001, "7.1.5.2", by="executive")
    with pytest.raises(Invalid, match="There is no requirement"):
        bound(cast, record, ISO_9001, "7.9")
    with pytest.raises(Invalid, match="before the day"):
        bound(cast, record, ISO_9001, "7.2", as_of=day(2026, 2), expires_on=day(2026))
    with pytest.raises(Invalid, match="months"):
        bound(cast, record, ISO_9001, "7.2", fresh_months=500)
    assert not Evidence.everywhere.exists()


# What counts, and how long.


def test_evidence_ages_by_itself_and_ends_with_a_reason(cast: Cast) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast)
    now = moment.now().date()
    bound(cast, record, ISO_9001, "7.3", as_of=now.replace(year=now.year - 1), fresh_months=6)
    assert state(cast, adoption, "7.3") is State.PARTLY
    bound(
        cast, record, ISO_9001, "7.3", as_of=now.replace(year=now.year - 1), expires_on=now.replace(year=now.year - 1)
    )
    assert state(cast, adoption, "7.3") is State.GAP
    row = bound(cast, record, ISO_9001, "7.3")
    assert state(cast, adoption, "7.3") is State.MET
    assert Evidence.everywhere.count() == 1
    with pytest.raises(Invalid, match="Say why"):
        binding.end(cast.actor("quality"), row.pk, " ")
    binding.end(cast.actor("quality"), row.pk, "Another procedure took its place")
    assert state(cast, adoption, "7.3") is State.NOT_ASSESSED
    verbs = [one.verb for one in history.entries(Record.everywhere.get(pk=record.pk))]
    assert verbs[:4] == [binding.ENDED, binding.CHANGED, binding.CHANGED, binding.BOUND]
    assert history.entries(record)[0].reason == "Another procedure took its place"


def test_the_tree_says_how_old_the_newest_evidence_is_and_how_much_is_not_fresh(cast: Cast, login: Login) -> None:
    adoption, client = adopted(cast, ISO_9001), login("quality")
    today = moment.now().astimezone(cast.actor("quality").tz).date()
    page = f"/standards/adopted/{adoption.number}/"
    bound(cast, action(cast), ISO_9001, "7.3", as_of=today - dt.timedelta(days=200), fresh_months=6)
    assert "1 record, newest 6 months old, 1 of 1 no longer fresh" in text(client, page)
    with CaptureQueriesContext(connection) as before:
        text(client, page)
    bound(cast, action(cast, "Newer"), ISO_9001, "7.3", as_of=today - dt.timedelta(days=8))
    bound(cast, action(cast, "As new"), ISO_9001, "7.2", as_of=today)
    with CaptureQueriesContext(connection) as after:
        told = text(client, page)
    assert "2 records, newest 8 days old, 1 of 2 no longer fresh" in told
    assert "1 record, newest today" in told
    assert len(after) == len(before)


def test_a_void_record_shows_nothing(cast: Cast, login: Login) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast)
    bound(cast, record, ISO_9001, "7.3")
    moves.move(actors.system(cast.organisation.pk), record.pk, "void", reason="Raised twice")
    assert state(cast, adoption, "7.3") is State.NOT_ASSESSED
    assert "Void, does not count" in text(login("quality"), "/standards/clause/iso-9001/2015/7.3/")


def test_an_adoption_of_one_site_counts_what_is_of_that_site_or_of_none(cast: Cast) -> None:
    adoption = adopted(cast, ISO_9001, site=cast.sites["STV"])
    bound(cast, action(cast, site=cast.sites["LKF"]), ISO_9001, "7.3")
    assert state(cast, adoption, "7.3") is State.NOT_ASSESSED
    bound(cast, action(cast), ISO_9001, "7.3")
    assert state(cast, adoption, "7.3") is State.MET


def test_a_standard_that_was_left_lends_nothing(cast: Cast) -> None:
    source, adoption = adopted(cast, ISO_9001), adopted(cast, AS9100)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    assert state(cast, adoption, "7.1.5.2") is State.PARTLY
    actor = cast.actor("quality")
    moves.move(actor, source.pk, "adopt", fields={"adopted_on": day(2026)})
    moves.move(actor, source.pk, "leave", reason="Part of AS9100 now")
    assert state(cast, adoption, "7.1.5.2") is State.NOT_ASSESSED


# What is left out.


def test_what_is_left_out_has_a_reason_and_lends_nothing(cast: Cast, login: Login) -> None:
    source, adoption = adopted(cast, ISO_9001), adopted(cast, AS9100)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    client, path = login("quality"), f"/standards/adopted/{source.number}/exclude/?clause=7.1.5"
    assert "Say why it does not apply" in client.post(path, {"why": "No"}).content.decode()
    assert not Exclusion.everywhere.exists()
    reason = "We measure nothing that a customer relies on."
    assert client.post(path, {"why": reason}).status_code == 303
    assert state(cast, source, "7.1.5.2") is State.NOT_APPLICABLE
    assert state(cast, adoption, "7.1.5.2") is State.NOT_ASSESSED
    page = text(client, f"/standards/adopted/{source.number}/")
    assert reason in page
    assert reason in text(client, "/standards/clause/iso-9001/2015/7.1.5.2/")
    with pytest.raises(Refused):
        adopting.exclude(cast.actor("director"), source.pk, "8.3", "We design nothing at all here.")
    assert client.post(f"/standards/adopted/{source.number}/include/", {"clause": "7.1.5"}).status_code == 303
    assert state(cast, source, "7.1.5.2") is State.MET
    assert [one.verb for one in history.entries(source)][:2] == [adopting.INCLUDED, adopting.EXCLUDED]


# A newer text.


def test_a_newer_text_waits_until_somebody_takes_it_over(
    cast: Cast, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    adoption = adopted(cast, ISO_9001)
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/"
    assert "There is a newer text." not in text(client, path)
    frameworks = dict(shipped.frameworks())
    old = frameworks[ISO_9001]
    changed = tuple(replace(one, title="Skill") if one.number == "7.2" else one for one in old.requirements)
    frameworks[ISO_9001] = replace(old, requirements=changed)
    monkeypatch.setattr(shipped, "frameworks", lambda: frameworks)
    shipping.ship()
    page = text(client, path)
    assert "There is a newer text." in page
    assert "7.2 Skill is worded anew." in page
    assert "<span>Competence</span>" in page
    assert client.post(f"{path}renew/").status_code == 303
    page = text(client, path)
    assert "<span>Skill</span>" in page
    assert "There is a newer text." not in page
    assert history.entries(Record.everywhere.get(pk=adoption.pk))[0].verb == adopting.RENEWED


# Files and figures.


def test_the_coverage_leaves_as_a_file(cast: Cast, login: Login) -> None:
    adoption, record = adopted(cast, ISO_9001), action(cast, site=cast.sites["LKF"])
    bound(cast, record, ISO_9001, "7.1.5.2")
    client, path = login("quality"), f"/standards/adopted/{adoption.number}/export/"
    [line] = [one for one in text(client, path).splitlines() if one.startswith("7.1.5.2,")]
    assert 'Partly,"Fresh evidence shows all of it, but not at every site.' in line
    assert record.number in line
    book = load_workbook(BytesIO(client.get(f"{path}?format=xlsx").content), read_only=True)
    rows = {row[0]: row for row in book.worksheets[0].values}
    why = "Fresh evidence shows all of it, but not at every site. Shown at 1 of 3 sites: Larkfield."
    assert rows["7.1.5.2"][2:6] == ("Requirement", "Partly", why, record.number)
    assert len(rows) == len(shipped.frameworks()[ISO_9001].requirements) + 1
    assert login("site_owner").get(path).status_code == 404, "at one site, and this is of all"


def test_coverage_of_much_evidence_asks_little(cast: Cast, login: Login) -> None:
    """Issue 3: 5,000 pieces over six adopted standards in under 2 s of work; the questions do not grow with them."""
    keys = [ISO_9001, AS9100, ISO_14001, PART_145, "iso-45001/2018", "us-14cfr-5/2024"]
    adoptions = [adopted(cast, key) for key in keys]
    client, path = login("quality"), f"/standards/adopted/{adoptions[1].number}/"

    def asked(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    pages = (path, "/standards/", "/standards/clause/iso-9001/2015/7.1.5.2/")
    few = [asked(page) for page in pages]
    places = [None, *cast.sites.values()]
    records = [action(cast, f"Look {n}", site=places[n % len(places)]) for n in range(40)]
    numbers = [(key, one.number) for key in keys for one in shipped.frameworks()[key].requirements]
    now = moment.now()
    rows = [
        Evidence(
            organisation=cast.organisation, record_id=record.pk, framework=key, number=number, as_of=now.date(), at=now
        )
        for record in records
        for key, number in numbers[:: 1 + len(numbers) // 125]
    ]
    Evidence.everywhere.bulk_create(rows[:5000])
    assert len(rows) >= 4000
    assert [asked(page) for page in pages] == few
    assert max(few) <= 15
    found = standing.of_all(cast.actor("quality"), adoptions)
    assert all(one.coverage.tally.met for one in found)


def test_an_adoption_is_of_one_edition_that_is_there(cast: Cast) -> None:
    with pytest.raises(Invalid, match="not imported here"):
        services.create(
            cast.actor("quality"), "adoption", {"title": "Ours", "framework": "own", "own_edition": "nobody/1"}
        )
    with pytest.raises(Invalid, match="Leave this empty"):
        services.create(
            cast.actor("quality"), "adoption", {"title": "Both", "framework": ISO_9001, "own_edition": "nobody/1"}
        )
    one = adopted(cast, ISO_9001)
    with pytest.raises(Invalid, match="stays with its edition"):
        services.edit(cast.actor("quality"), one.pk, one.version, {"framework": AS9100})
