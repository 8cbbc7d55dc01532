"""Scenario 39 from end to end: a certificate of ISO 14001:2015 moves to the edition of 2026, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.records import services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Task
from qsms.rules.coverage import State
from qsms.rules.tests.test_edition_transition import NEW as SECOND
from qsms.rules.tests.test_edition_transition import OLD as FIRST
from qsms.rules.tests.test_findings import NEXT as THIRD
from qsms.standards import adopting, bringing, library, moving_on, standing
from qsms.standards.models import Adoption, Evidence, Exclusion, Finding
from qsms.standards.outputs.pack import Pack
from qsms.standards.outputs.statement import Statement
from tests.cast import Cast

from .makers import ISO_9001, ISO_14001, action, adopted, bound, text
from .test_findings import TODAY, finding

Login = Callable[[str], Client]
NEW = "iso-14001/2026"


def old_of(cast: Cast) -> Adoption:
    """An adoption at Larkfield with evidence that is carried, that must be judged again, and that leads elsewhere."""
    old = adopted(cast, ISO_14001, site=cast.sites["LKF"], owner=cast.owner)
    record = action(cast)
    for number in ("7.2", "4.1", "6.1.4", "10.3"):
        bound(cast, record, ISO_14001, number, owner_id=cast.colleague.pk if number == "4.1" else None, fresh_months=9)
    # Left out before anybody asked whether ISO 14001 lets it go.
    Exclusion.everywhere.create(
        organisation=cast.organisation, adoption=old, number="7.4.3", why="We speak to nobody outside.", at=moment.now()
    )
    return old


def test_39_the_way_to_the_next_edition_through_the_pages(cast: Cast, login: Login) -> None:
    old, client = old_of(cast), login("quality")
    kept = list(Evidence.everywhere.order_by("pk").values())
    path = f"/standards/adopted/{old.number}/transition/?to=iso-14001%2F2026"
    assert path in text(client, f"/standards/adopted/{old.number}/")
    page = text(client, path)
    assert Adoption.everywhere.count() == 1, "a preview writes nothing"
    assert "The transition period ends 2029-04; until then the former edition is still valid." in page
    assert "1 piece of evidence is carried over" in page
    assert "left out" not in page
    assert "Colleague Person is asked to judge 1 requirement." in page
    assert "Owner Person is asked to judge" in page
    new_group = page[page.index(">New</h2>") : page.index("Content from elsewhere</h2>")]
    assert "6.3" in new_group

    answer = client.post(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    new = Adoption.everywhere.get(framework=NEW)
    assert (new.state, new.site, new.owner) == ("planned", cast.sites["LKF"], cast.owner)
    assert Link.everywhere.filter(source=new, target=old, relation="supersedes").exists()
    assert list(Evidence.everywhere.filter(framework=ISO_14001).order_by("pk").values()) == kept, "nothing is lost"
    [carried] = Evidence.everywhere.filter(framework=NEW)
    assert (carried.number, carried.fresh_months, carried.as_of) == ("7.2", 9, kept[0]["as_of"])
    assert not Exclusion.everywhere.filter(adoption=new).exists(), "ISO 14001 allows none, so none is carried over"
    given = {task.person: task.title for task in Task.everywhere.filter(record=new, code=moving_on.TASK)}
    assert given[cast.colleague] == "Judge 1 requirement of ISO 14001:2026"
    assert set(given) == {cast.colleague, cast.owner}

    covered = standing.of(cast.actor("quality"), new).coverage.covered
    assert covered["7.2"].state is State.MET
    for number in ("6.1.4", "6.1.5", "6.3", "9.3.1", "9.3.2", "9.3.3", "10.1", "4.1"):
        assert covered[number].state is State.NOT_ASSESSED, number
    page = text(client, path)
    assert "still wait for a judgement" in page
    assert page.count("It shows this as well") >= 3
    number = action(cast).number
    take = f"/standards/bind/?record={Evidence.everywhere.first().record.number}&standard=iso-14001%2F2026&clause=4.1"  # type: ignore[union-attr]
    assert take in page
    assert number not in page
    assert client.post(take, {
        "record": Evidence.everywhere.first().record.number,  # type: ignore[union-attr]
        "standard": NEW, "clause": "4.1", "strength": "whole", "sure": "on",
    }).status_code == 303  # fmt: skip
    assert take not in text(client, path)
    assert client.post(path).status_code == 303
    assert Adoption.everywhere.count() == 2, "sent twice, it is begun once"


def test_what_may_be_left_out_stays_left_out_where_it_is_unchanged(cast: Cast) -> None:
    old = adopted(cast, ISO_9001)
    adopting.exclude(cast.actor("quality"), old.pk, "8.3", "We build to the drawings of others alone.")
    plan = moving_on.plan(cast.actor("quality"), old, library.find(cast.organisation.pk, "iso-9001/2026"))
    assert [one.number for one in plan.kept_out] == ["8.3"]
    new = moving_on.begin(cast.actor("quality"), old.pk, "iso-9001/2026")
    assert [one.number for one in Exclusion.everywhere.filter(adoption=new)] == ["8.3"]


def test_the_way_starts_only_where_one_may_and_an_edition_follows(cast: Cast, login: Login) -> None:
    old = old_of(cast)
    assert login("outsider").get(f"/standards/adopted/{old.number}/transition/").status_code == 404
    assert "Begin the transition" not in text(login("executive"), f"/standards/adopted/{old.number}/transition/")
    with pytest.raises(Refused, match="move this adoption on"):
        moving_on.begin(cast.actor("executive"), old.pk, NEW)
    as9100 = adopted(cast, "as9100/D")
    with pytest.raises(NotVisible):
        moving_on.begin(cast.actor("quality"), as9100.pk, "")
    newest = library.newest(cast.organisation.pk)
    assert [row.key for row in moving_on.successors(newest, ISO_9001)] == ["iso-9001/2026"]
    assert moving_on.successors(newest, NEW) == []


def test_open_findings_go_with_the_way_and_stay_when_the_old_edition_is_left(cast: Cast, login: Login) -> None:
    """A finding is closed by who verifies it, not by another year on the cover of the standard."""
    old, quality = adopted(cast, ISO_9001), cast.actor("quality")
    # 8.4.1 is carried over.
    bound(cast, action(cast), ISO_9001, "8.4.1")
    major = finding(cast, grade="iso/major", clause="8.4.1", title="Nobody judges the suppliers")
    finding(cast, grade="iso/minor", clause="7.5.3.2", title="Old forms on the shelf")
    plan = moving_on.plan(quality, old, library.find(cast.organisation.pk, "iso-9001/2026"))
    assert plan.struck == 2
    path = f"/standards/adopted/{old.number}/transition/?to=iso-9001%2F2026"
    page = text(login("quality"), path)
    assert "2 open findings count against the new edition too" in page
    assert page.count(major.title) == 1
    assert "ISO 9001:2026 is known here as a draft" in page

    new = moving_on.begin(quality, old.pk, "iso-9001/2026")
    for _round in ("beside the old one", "after it"):
        found = standing.of(quality, new)
        assert found.coverage.covered["8.4.1"].state is State.GAP, "carried evidence shows nothing while it is open"
        assert found.coverage.covered["7.5.3.2"].state is State.GAP
        assert found.n_open == 2
        about = dict(Statement(found, quality, moment.now()).facts())
        assert about["Open findings"] == "2"
        assert len([line for line in Statement(found, quality, moment.now()).lines() if line.findings]) == 2
        clause = text(login("quality"), "/standards/clause/iso-9001/2026/8.4.1/")
        assert "A new edition closes no finding" in clause
        assert "No requirement of another edition is known" not in clause
        if old.state == "planned":
            old = services.move(quality, old.pk, "adopt", fields={"adopted_on": TODAY})  # type: ignore[assignment]
            old = services.move(quality, old.pk, "leave", reason="We work to the new edition.")  # type: ignore[assignment]
    services.move(quality, major.pk, "void", reason="Withdrawn by the body.")
    found = standing.of(quality, new)
    assert (found.coverage.covered["8.4.1"].state, found.n_open) == (State.MET, 1)


def test_what_is_open_counts_across_two_changes_of_edition(cast: Cast, login: Login) -> None:
    """A chain of three editions: found against the first, told on the way from the second, counted in the third."""
    quality = cast.actor("quality")
    for edition in (FIRST, SECOND, THIRD):
        bringing.bring(quality, edition)
    second, third = adopted(cast, SECOND.key), adopted(cast, THIRD.key)
    for number in ("1", "6"):
        bound(cast, action(cast), THIRD.key, number)
    path, clause = f"/standards/adopted/{third.number}/", "/standards/clause/house/2031/6/"
    way = f"/standards/adopted/{second.number}/transition/?to=house%2F2031"
    client = login("quality")

    def queries(against: str) -> tuple[Finding, list[int]]:
        made = finding(cast, framework="own", own_edition=against, clause="2", title=f"Floor gives way, {against}")
        counted = []
        for page in (path, clause, way):
            text(client, page)
            with CaptureQueriesContext(connection) as asked:
                assert made.number in text(client, page) or page == path
            counted.append(len(asked))
        return made, counted

    nearer, of_one = queries(SECOND.key)
    services.move(quality, nearer.pk, "void", reason="Asked for the number of queries alone.")
    made, of_two = queries(FIRST.key)
    assert of_two == of_one, "no query more for a change more"
    found = standing.of(quality, third)
    assert [(number, one.state) for number, one in found.coverage.covered.items() if found.open_at(number)] == [
        ("6", State.PARTLY)
    ]
    assert found.n_open == 1
    statement = Statement(found, quality, moment.now())
    assert [(line.number, line.findings) for line in statement.lines() if line.findings] == [
        ("6", found.found_at("6")[0])
    ]
    assert f"{made.number} {made.title}" in found.found_at("6")[0]
    assert Pack(found, "", quality, moment.now())._chapter("6").state == "Partly"
    assert "stood here in an earlier edition" in text(client, clause)
    assert "1 open finding counts against the new edition too" in text(client, way)
    assert moving_on.plan(quality, second, library.find(cast.organisation.pk, THIRD.key)).struck == 1


def test_a_draft_is_put_in_force_for_a_reason_and_never_from_a_day_ahead(cast: Cast) -> None:
    quality = cast.actor("quality")
    draft, known = adopted(cast, "iso-9001/2026"), adopted(cast, ISO_14001)
    with pytest.raises(Invalid) as asked:
        services.move(quality, draft.pk, "adopt", fields={"adopted_on": TODAY})
    assert "ISO 9001:2026 is known here as a draft" in asked.value.errors["reason"]
    for one, reason in ((known, ""), (draft, "The body audits to it from now on.")):
        with pytest.raises(Invalid) as refused:
            services.move(quality, one.pk, "adopt", fields={"adopted_on": TODAY.replace(year=2031)}, reason=reason)
        assert set(refused.value.errors) == {"adopted_on"}
        made = services.move(quality, one.pk, "adopt", fields={"adopted_on": TODAY}, reason=reason)
        assert made.state == "in_force"
        facts = dict(Statement(standing.of(quality, Adoption.everywhere.get(pk=one.pk)), quality, moment.now()).facts())
        assert ("known here as a draft" in facts.get("Mind", "")) is (one is draft)
