"""What a change touches, asking the owners in one step, and their answers; nobody learns of what they may not see."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.test import Client

from qsms.base import moment
from qsms.documents import distributing
from qsms.documents.models import Document
from qsms.documents.tests.makers import document, effective, revision
from qsms.impact import asking, circles, panels, told, touching
from qsms.impact.asking import Wish
from qsms.impact.models import Check
from qsms.org.models import Role
from qsms.records import history, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Record, Task
from qsms.risk import doors as risk
from qsms.rules.frameworks import Reference
from qsms.standards import adopting, binding
from qsms.standards.binding import Given
from qsms.training import requiring
from qsms.training.models import Course
from qsms.training.tests.makers import asked, course
from tests.cast import Cast

CLAUSE = Reference("iso-9001/2015", "7.1.5.2")
DUE = dt.date(2026, 12, 20)


def control(cast: Cast, **given: Any) -> Record:
    values = {"site": cast.sites["LKF"], "owner": cast.owner, **given}
    return risk.raise_control(cast.actor("safety"), None, title="Torque wrench check", level="engineering", **values)


def hazard(cast: Cast, title: str, **given: object) -> Record:
    values: dict[str, object] = {"description": title, "site": cast.sites["LKF"], "owner": cast.owner, **given}
    return services.create(cast.actor("safety"), "hazard", {"title": title, **values})


@pytest.fixture
def wrench(cast: Cast) -> Record:
    """A control that mitigates two hazards and shows a requirement of ISO 9001."""
    made = control(cast)
    for title, owner in (("Over-torqued bolts", cast.owner), ("Fuel leak after line work", cast.colleague)):
        risk.mitigate(cast.actor("safety"), made, hazard(cast, title, owner=owner))
    adopting.adopt(cast.actor("quality"), CLAUSE.framework)
    binding.bind(cast.actor("quality"), made.pk, CLAUSE, Given())
    return made


def titles(impact: touching.Impact) -> set[str]:
    return {record.title for record in impact.records.values()}


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def test_a_control_touches_its_hazards_and_the_requirements_that_it_shows(cast: Cast, wrench: Record) -> None:
    found = touching.of_record(cast.actor("safety"), wrench)
    assert titles(found) == {"Over-torqued bolts", "Fuel leak after line work"}
    assert [(one.standard, one.number) for one in found.clauses] == [("ISO 9001:2015", "7.1.5.2")]


def test_a_clause_touches_what_shows_it_what_hangs_on_that_and_what_asks_the_same(cast: Cast, wrench: Record) -> None:
    found = touching.of_clause(cast.actor("quality"), CLAUSE)
    why = {line.record.title: line.why for group in found.groups for line in group.lines}
    assert why == {
        wrench.title: "shows it",
        "Over-torqued bolts": f"by way of {wrench.number}",
        "Fuel leak after line work": f"by way of {wrench.number}",
    }
    assert "7.1.5.2" in {one.number for one in found.clauses if one.standard.startswith("AS9100")}
    with pytest.raises(NotVisible):
        touching.of_clause(cast.actor("quality"), Reference(CLAUSE.framework, "99"))


def test_what_the_reader_may_not_see_is_not_touched(cast: Cast, wrench: Record) -> None:
    hidden = hazard(cast, "Told in confidence", confidential=True, site=cast.sites["STV"], owner=None)
    Link.everywhere.create(
        organisation=cast.organisation, source=wrench, target=hidden, relation="mitigates", at=moment.now()
    )
    assert hidden.title in titles(touching.of_record(cast.actor("safety"), wrench))
    found = touching.of_record(cast.actor("site_owner"), wrench)
    assert titles(found) == {"Over-torqued bolts", "Fuel leak after line work"}
    page = signed_in(cast, "site_owner").get(f"/impact/?record={wrench.number}").content.decode()
    assert hidden.title not in page
    assert "2 records that you may see" in page
    assert signed_in(cast, "outsider").get(f"/impact/?record={wrench.number}").status_code == 404
    assert signed_in(cast, "colleague").get(f"/impact/?record={wrench.number}").status_code == 404


def test_what_is_closed_has_nothing_to_follow(cast: Cast, wrench: Record) -> None:
    action = services.create(
        cast.actor("quality"), "action",
        {"title": "Buy a tester", "description": "Buy a tester", "action_kind": "improvement", "owner": cast.owner},
        raised_from=wrench,
    )  # fmt: skip
    assert "Buy a tester" in titles(touching.of_record(cast.actor("safety"), wrench))
    Record.everywhere.filter(pk=action.pk).update(state="cancelled", phase=4)
    assert "Buy a tester" not in titles(touching.of_record(cast.actor("safety"), wrench))


def test_the_owners_are_asked_after_a_preview_with_counts_and_answer_on_the_record(cast: Cast, wrench: Record) -> None:
    client = signed_in(cast, "safety")
    url = f"/impact/?record={wrench.number}"
    rows = [record.pk for record in touching.of_record(cast.actor("safety"), wrench).records.values()]
    given = {"what": "The tester is read weekly, not monthly", "due_on": DUE.isoformat(), "row": rows}
    preview = client.post(url, given).content.decode()
    assert "2 tasks for 2 people" in " ".join(preview.split())
    assert not Check.objects.exists()
    answer = client.post(url, {**given, "sure": "1"})
    assert answer.status_code == 303, answer.content.decode()
    assert client.post(url, {**given, "sure": "1"}).status_code == 422  # A second click asks nobody twice.
    assert Check.objects.count() == 2

    [waiting] = [one for one in tasks.mine(cast.actor("owner")) if one.code == asking.TASK]
    assert waiting.due_at is not None
    assert waiting.due_at.astimezone(cast.actor("owner").tz).date() == DUE
    assert "read weekly" in waiting.title
    owner = signed_in(cast, "owner")
    home = owner.get("/").content.decode()
    assert f"/r/hazard/{waiting.record.number}/tab/impact/" in home
    tab = owner.get(f"/r/hazard/{waiting.record.number}/tab/impact/").content.decode()
    assert "The tester is read weekly, not monthly" in tab

    check = Check.objects.get(record=waiting.record, answer="")
    empty = owner.post(f"/impact/answer/{check.pk}/", {"answer": "will_change"})
    assert empty.status_code == 422
    assert "Say what is changed, or what will be and by when." in empty.content.decode()
    done = owner.post(f"/impact/answer/{check.pk}/", {"answer": "will_change", "words": "Job card 12 by Friday"})
    assert done.status_code == 303
    assert not [one for one in tasks.mine(cast.actor("owner")) if one.code == asking.TASK]
    page = client.get(url).content.decode()
    assert "1 of 2 answered" in page
    assert "Job card 12 by Friday" in page
    verbs = [entry.verb for entry in history.entries(waiting.record, reader=cast.actor("safety"))]
    assert {asking.ASKED, asking.ANSWERED} <= set(verbs)


def test_one_task_stands_for_two_changes_until_both_are_answered(cast: Cast, wrench: Record) -> None:
    actor, owner = cast.actor("safety"), cast.actor("owner")
    second = control(cast)
    target = next(one for one in touching.of_record(actor, wrench).records.values() if one.owner_id == cast.owner.pk)
    risk.mitigate(actor, second, target)
    for one in (wrench, second):
        asking.ask(actor, touching.of_record(actor, one), Wish("It is read weekly", {target.pk}))
    checks = list(Check.objects.order_by("pk"))
    assert Task.everywhere.filter(record=target, code=asking.TASK).count() == 1
    asking.answer(owner, checks[0].pk, "fits", "")
    assert Task.everywhere.filter(record=target, code=asking.TASK, done_at=None).count() == 1
    asking.answer(owner, checks[1].pk, "changed", "Card 12 is new")
    assert not Task.everywhere.filter(record=target, code=asking.TASK, done_at=None).exists()
    with pytest.raises(Refused, match="answered in the meantime"):
        asking.answer(owner, checks[1].pk, "fits", "")


def test_who_may_not_change_it_asks_nobody_and_who_is_not_asked_does_not_answer(cast: Cast, wrench: Record) -> None:
    actor = cast.actor("safety")
    onlooker = touching.of_record(cast.actor("executive"), wrench)
    with pytest.raises(Refused, match="may not ask"):
        asking.ask(cast.actor("executive"), onlooker, Wish("Weekly", set(onlooker.records)))
    impact = touching.of_record(actor, wrench)
    with pytest.raises(Invalid, match="past"):
        asking.ask(actor, impact, Wish("Weekly", set(impact.records), due_on=dt.date(2020, 1, 1)))
    with pytest.raises(Invalid, match="what changes"):
        asking.ask(actor, impact, Wish("  ", set(impact.records)))
    with pytest.raises(Invalid, match="at least one"):
        asking.ask(actor, impact, Wish("Weekly", set()))
    assert asking.ask(actor, impact, Wish("Weekly", set(impact.records))) == 2
    check = Check.objects.order_by("pk")[0]
    with pytest.raises(NotVisible):
        asking.answer(cast.actor("reporter"), check.pk, "fits", "")
    with pytest.raises(NotVisible):
        asking.answer(cast.actor("outsider"), check.pk, "fits", "")


def test_who_was_asked_is_paged_and_a_tab_leads_to_the_rest(
    cast: Cast, wrench: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, client = cast.actor("safety"), signed_in(cast, "safety")
    for n in range(3):
        risk.mitigate(actor, wrench, hazard(cast, f"Another {n}"))
    found = touching.of_record(actor, wrench)
    for record in found.records.values():
        asking.ask(actor, found, Wish(f"Look at {record.title}", {record.pk}))
    asked = [check.what for check in Check.objects.order_by("-pk")]
    assert len(asked) == 5
    url, tab = f"/impact/?record={wrench.number}", f"/r/control/{wrench.number}/tab/impact/"
    assert "0 of 5 answered" in client.get(url).content.decode()
    assert "0 of 5 answered" in client.get(tab).content.decode()
    monkeypatch.setattr(told, "PAGE", 2)
    monkeypatch.setattr(told, "FEW", 2)
    seen, pages = [], 0
    while url:
        page, pages = html.unescape(client.get(url).content.decode()), pages + 1
        seen += [what for what in asked if what in page]
        assert f"0 of these {min(2, 5 - 2 * (pages - 1))} answered" in page
        more = re.search(r'href="([^"]*)" rel="next"', page)
        url = more.group(1) if more else ""
    assert (seen, pages) == (asked, 3)
    short = html.unescape(client.get(tab).content.decode())
    assert [what for what in asked if what in short] == asked[:2]
    assert "All who were asked because of it" in short
    # A question about the record itself is never among what is left out.
    asking.ask(actor, touching.of_record(actor, found.groups[0].lines[0].record), Wish("Ask back", {wrench.pk}))
    monkeypatch.setattr(panels, "READ", 1)
    assert "Ask back" in client.get(tab).content.decode()


@pytest.fixture
def procedure(cast: Cast) -> Document:
    """A procedure in effect that two roles work to, taught by a course that is asked of them and of a duty."""
    made = document(cast)
    for role in ("process_owner", "auditor"):
        distributing.add_rule(
            cast.actor("quality"), made.pk, role_id=Role.objects.get(organisation=cast.organisation, code=role).pk
        )
    made = effective(cast, revision(cast, made))
    one = course(cast, "Hydraulics", document=made.pk, site=cast.sites["LKF"])
    asked(cast, one, "process_owner")
    asked(cast, one, "auditor", site_id=cast.sites["STV"].pk)
    requiring.require(cast.actor("quality"), one.pk, duty="verifier")
    return made


def test_a_document_touches_its_readers_its_courses_and_who_must_hold_them(cast: Cast, procedure: Document) -> None:
    quality = cast.actor("quality")
    found = touching.of_record(quality, procedure)
    [reach] = found.readers
    assert (reach.document.pk, reach.people, reach.asked, reach.acknowledged) == (procedure.pk, 2, 2, 0)
    [taught] = found.courses
    assert {one.whom: one.people for one in taught.asked} == {
        "Process owner or department manager": 1, "Auditor": 1, "Checks whether an action worked": None,
    }  # fmt: skip
    assert "Hydraulics" in titles(found), "Whoever owns the course can be asked."
    page = signed_in(cast, "quality").get(f"/r/document/{procedure.number}/tab/impact/").content.decode()
    assert "It reaches 2 people." in page
    assert "0 of 2 have acknowledged what is in effect." in page
    assert f"/r/document/{procedure.number}/tab/distribution/" in page
    assert page.count("one person whose training you see") == 2


def test_a_revision_touches_what_its_document_does_and_says_what_it_changes(cast: Cast, procedure: Document) -> None:
    quality = cast.actor("quality")
    adopting.adopt(quality, CLAUSE.framework)
    binding.bind(quality, procedure.pk, CLAUSE, Given())
    services.link(quality, procedure.pk, hazard(cast, "Hydraulic fluid in the eye").pk, "mitigates")
    told_of_it = "Goggles are worn when a line is opened"
    draft = revision(cast, procedure, summary=told_of_it, why="INV-12", effective_on=DUE)
    linked = hazard(cast, "Goggles fog over")
    services.link(quality, draft.pk, linked.pk, "relates")
    found = touching.of_record(quality, draft)
    why = {line.record.title: line.why for group in found.groups for line in group.lines}
    assert why["Hydraulic fluid in the eye"] == f"mitigates, by way of {procedure.number}"
    assert why[linked.title] == "relates to"
    assert "Hydraulics" in why, "Whoever owns the course that teaches it can be asked."
    assert procedure.title not in why
    assert [(one.document.pk, one.people) for one in found.readers] == [(procedure.pk, 2)]
    assert CLAUSE.number in {one.number for one in found.clauses}
    page = signed_in(cast, "quality").get(f"/impact/?record={draft.number}").content.decode()
    assert "Goggles are worn when a line is opened" in page
    assert "INV-12" in page
    assert "It takes effect on 20 December 2026." in page
    assert f"/revision/{draft.number}/changes/" in page
    assert procedure.effective is not None
    present = signed_in(cast, "quality").get(f"/impact/?record={procedure.effective.number}").content.decode()
    assert "It took effect on " in present
    tab = signed_in(cast, "quality").get(f"/r/revision/{draft.number}/tab/impact/").content.decode()
    assert "Goggles are worn when a line is opened" in tab
    assert f"/impact/?record={draft.number}" in tab
    # Once it is in effect nobody changes it, and whoever keeps the document still asks because of it.
    Record.everywhere.filter(pk=draft.pk).update(state="superseded", phase=3)
    kept = Record.everywhere.get(pk=draft.pk)
    assert touching.of_record(quality, kept).subject.may_ask
    assert not touching.of_record(cast.actor("executive"), kept).subject.may_ask


def test_a_clause_leads_to_the_people_of_the_documents_that_show_it(cast: Cast, procedure: Document) -> None:
    adopting.adopt(cast.actor("quality"), CLAUSE.framework)
    binding.bind(cast.actor("quality"), procedure.pk, CLAUSE, Given())
    found = touching.of_clause(cast.actor("quality"), CLAUSE)
    assert [one.document.pk for one in found.readers] == [procedure.pk]
    assert [one.course.title for one in found.courses] == ["Hydraulics"]


def test_a_record_counts_where_the_crosswalk_carries_it_in_a_standard_that_is_worked_to(cast: Cast) -> None:
    """Bound once to ISO 9001 7.1.5.2 it counts in AS9100D, which contains it; ISO 14001 asks for a part in 9.1.1."""
    quality = cast.actor("quality")
    made = document(cast)
    made = effective(cast, revision(cast, made))
    adopting.adopt(quality, CLAUSE.framework)
    binding.bind(quality, made.pk, CLAUSE, Given())
    alone = touching.of_record(quality, made).clauses
    assert [(one.standard, one.number, one.why) for one in alone] == [("ISO 9001:2015", "7.1.5.2", "")]
    adopting.adopt(quality, "as9100/D")
    both = {(one.standard, one.number): one.why for one in touching.of_record(quality, made).clauses}
    assert both[("ISO 9001:2015", "7.1.5.2")] == ""
    assert "ISO 9001:2015 7.1.5.2" in both[("AS9100D", "7.1.5.2")]
    assert both[("AS9100D", "7.1.5.2")].startswith("Counts through the crosswalk:")
    page = html.unescape(signed_in(cast, "quality").get(f"/impact/?record={made.number}").content.decode())
    assert both[("AS9100D", "7.1.5.2")] in page
    # The edition that follows is moved on to by hand, and what only supports carries nothing over.
    adopting.adopt(quality, "iso-9001/2026")
    assert ("ISO 9001:2026", "7.1.5.2") not in {
        (one.standard, one.number) for one in touching.of_record(quality, made).clauses
    }
    binding.bind(quality, made.pk, CLAUSE, Given(strength="supports"))
    assert {one.standard for one in touching.of_record(quality, made).clauses} == {"ISO 9001:2015"}


def test_people_are_asked_in_the_same_step_and_answer_where_they_may_look(cast: Cast, procedure: Document) -> None:
    """Nothing is linked with it, and yet everybody who works to it or takes its course is asked once."""
    client, url = signed_in(cast, "quality"), f"/impact/?record={procedure.number}"
    [reach] = touching.of_record(cast.actor("quality"), procedure).readers
    [course_of_it] = Course.everywhere.all()
    page = client.get(url).content.decode()
    assert f'name="people" value="{procedure.pk}"' in page
    assert f'name="people" value="{course_of_it.pk}"' in page
    given = {"what": "Goggles are worn", "due_on": DUE.isoformat(), "people": [procedure.pk, course_of_it.pk]}
    preview = " ".join(client.post(url, given).content.decode().split())
    assert "2 tasks for 2 people" in preview
    assert f"Readers of {procedure.number} {procedure.title}</b><small>2 people are asked." in preview
    assert "are asked above, and once is enough." in preview or "is asked above, and once is enough." in preview
    assert not Check.objects.exists()
    assert client.post(url, {**given, "sure": "1"}).status_code == 303
    assert Check.objects.count() == reach.people == 2
    assert client.post(url, {**given, "sure": "1"}).status_code == 422, "A second click asks nobody twice."

    for who in ("site_owner", "other_site_auditor"):
        [waiting] = [one for one in tasks.mine(cast.actor(who)) if one.code == asking.PEOPLE_TASK]
        assert waiting.record.pk == procedure.pk, "Asked once, and on what they read."
    # What others are asked is not on the page of the record, and nobody answers for somebody else.
    mine, others = (Check.objects.get(person=cast.people[one]) for one in ("site_owner", "other_site_auditor"))
    reader = signed_in(cast, "site_owner")
    home = html.unescape(reader.get("/").content.decode())
    assert f"/impact/asked/?record={procedure.number}" in home
    told_here = reader.get(f"/impact/asked/?record={procedure.number}").content.decode()
    assert f"/impact/answer/{mine.pk}/" in told_here
    assert f"/impact/answer/{others.pk}/" not in told_here
    assert "Goggles are worn" in told_here
    keeper = client.get(f"/r/document/{procedure.number}/tab/impact/").content.decode()
    assert "/impact/answer/" not in keeper
    assert client.post(f"/impact/answer/{mine.pk}/", {"answer": "seen"}).status_code == 403
    assert reader.post(f"/impact/answer/{mine.pk}/", {"answer": "fits"}).status_code == 422
    empty = reader.post(f"/impact/answer/{mine.pk}/", {"answer": "clashes"})
    assert "Say what does not fit." in empty.content.decode()
    assert reader.post(f"/impact/answer/{mine.pk}/", {"answer": "seen"}).status_code == 303
    assert not [one for one in tasks.mine(cast.actor("site_owner")) if one.code == asking.PEOPLE_TASK]
    assert [one for one in tasks.mine(cast.actor("other_site_auditor")) if one.code == asking.PEOPLE_TASK]
    page = client.get(url).content.decode()
    assert "1 of 2 answered" in page
    assert "One of them was asked already." in page
    verbs = [entry.verb for entry in history.entries(procedure, reader=cast.actor("quality"))]
    assert {asking.ASKED, asking.ASKED_PEOPLE, asking.ANSWERED} <= set(verbs)


def test_who_may_not_see_what_they_would_be_asked_about_is_left_out_and_said(cast: Cast, procedure: Document) -> None:
    quality = cast.actor("quality")
    [course_of_it] = Course.everywhere.all()
    impact = touching.of_record(quality, procedure)
    takers = [one for one in circles.offered(quality, impact) if one.is_course]
    [seen] = circles.turnouts(quality, takers, ())
    assert (len(seen.people), seen.unseeing) == (2, 0)
    Record.everywhere.filter(pk=course_of_it.pk).update(confidential=True)
    impact = touching.of_record(quality, procedure)
    takers = [one for one in circles.offered(quality, impact) if one.is_course]
    [hidden] = circles.turnouts(quality, takers, ())
    assert (len(hidden.people), hidden.unseeing) == (0, 2)
    with pytest.raises(Invalid, match="people"):
        asking.ask(quality, impact, Wish("Weekly", circles=[str(course_of_it.pk)]))
    assert not Check.objects.exists()
    # Who may change what touches it, and only reads the document of another site, does not ask its readers.
    Record.everywhere.filter(pk=procedure.pk).update(site=cast.sites["STV"], owner=None)
    linked = hazard(cast, "Fluid in the eye", owner=cast.owner)
    services.link(quality, procedure.pk, linked.pk, "mitigates")
    found = touching.of_record(cast.actor("site_owner"), linked)
    assert found.subject.may_ask
    assert [one.document.pk for one in found.readers] == [procedure.pk]
    assert [one for one in circles.offered(cast.actor("site_owner"), found) if not one.is_course] == []


def test_where_nothing_hangs_on_it_somebody_is_asked_by_name(cast: Cast) -> None:
    alone = control(cast)
    client, url = signed_in(cast, "safety"), f"/impact/?record={alone.number}"
    assert "Whom to ask" in client.get(url).content.decode()
    given = {"what": "The tester is read weekly", "person": cast.people["outsider"].name}
    assert client.post(url, given).status_code == 422, "No person of another organisation."
    unseeing = client.post(url, {**given, "person": cast.people["other_site_auditor"].name})
    assert f"They may not see {alone.number}." in unseeing.content.decode()
    given["person"] = cast.people["quality"].name
    assert "One task for one person" in " ".join(client.post(url, given).content.decode().split())
    assert client.post(url, {**given, "sure": "1"}).status_code == 303
    again = client.post(url, {**given, "sure": "1"})
    assert "They were asked already because of this change." in again.content.decode()
    [waiting] = [one for one in tasks.mine(cast.actor("quality")) if one.code == asking.PEOPLE_TASK]
    assert waiting.record.pk == alone.pk
    check = Check.objects.get()
    assert check.subject_id == check.record_id == alone.pk
    asking.answer(cast.actor("quality"), check.pk, "clashes", "The tester is at Stavnes on Mondays")
    page = client.get(url).content.decode()
    assert "The tester is at Stavnes on Mondays" in page
    # Whoever may not change it asks nobody, and is not offered to.
    assert "Whom to ask" not in signed_in(cast, "executive").get(url).content.decode()


def test_nobody_counts_people_or_courses_that_they_may_not_see(cast: Cast, procedure: Document) -> None:
    """Of a course out of sight nothing is told, and people of another site are not counted."""
    [taught] = touching.of_record(cast.actor("site_owner"), procedure).courses
    figures = {one.whom: one.people for one in taught.asked}
    assert (figures["Process owner or department manager"], figures["Auditor"]) == (1, 0), (
        "The auditor works elsewhere."
    )
    assert touching.of_record(cast.actor("other_site_auditor"), procedure).courses == ()
    Record.everywhere.filter(pk__in=Course.everywhere.values("pk")).update(confidential=True, owner=None)
    hidden = touching.of_record(cast.actor("site_owner"), procedure)
    assert hidden.courses == ()
    assert "Hydraulics" not in titles(hidden)


def test_an_owner_who_may_not_see_what_changes_does_not_learn_its_number(cast: Cast) -> None:
    actor = cast.actor("safety")
    secret = hazard(cast, "Told in confidence", confidential=True, owner=cast.safety, site=cast.sites["STV"])
    touched = hazard(cast, "Over-torqued bolts", owner=cast.site_owner)
    services.link(actor, secret.pk, touched.pk, "relates")
    asking.ask(actor, touching.of_record(actor, secret), Wish("Look at the torque again", {touched.pk}))
    owner = signed_in(cast, "site_owner")
    for page in ("/", f"/r/hazard/{touched.number}/", *(
        f"/r/hazard/{touched.number}/tab/{tab}/" for tab in ("impact", "history", "links")
    )):  # fmt: skip
        told = owner.get(page).content.decode()
        assert "Look at the torque again" in told or "links" in page, page
        assert secret.number not in told, page
        assert secret.title not in told, page
