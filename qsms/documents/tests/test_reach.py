"""Whom a document reaches: one person by name, each once, foretold before it is given out or takes effect."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.documents import distributing, reaching, reading
from qsms.documents.models import Document, Receipt, Rule
from qsms.org import services as org
from qsms.org.models import Person, Role
from qsms.records import moves, tasks
from qsms.records.errors import Invalid
from tests.cast import Cast

from .makers import document, effective, revision, sent

pytestmark = pytest.mark.django_db


def role(cast: Cast, code: str) -> int:
    return Role.objects.get(organisation=cast.organisation, code=code).pk


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def words(page: bytes) -> str:
    """The text of a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode()))


def test_one_person_gets_it_by_name_and_reads_why(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast)))
    quality = cast.actor("quality")
    given: dict[str, Any] = {"person_id": cast.colleague.pk, "why": "You lead the trial at Stand 4"}
    distributing.add_rule(quality, held.pk, days=7, **given)
    reader = cast.actor("colleague")
    assert [task.record.pk for task in tasks.mine(reader) if task.code == "read"] == [held.pk]
    held.refresh_from_db()
    receipt = reading.receipt(reader, held)
    assert receipt is not None
    assert receipt.why == "By name: You lead the trial at Stand 4"
    assert "You lead the trial at Stand 4" in words(browser(cast, "colleague").get("/documents/").content)
    # Reached by their site too, for information, they have it once and answer as they are asked by name.
    distributing.add_rule(quality, held.pk, site_id=cast.sites["LKF"].pk, acknowledge=False)
    assert Receipt.everywhere.filter(document_id=held.pk, person=cast.colleague).count() == 1
    wrong = [
        ({**given, "why": " "}, "why"), ({**given, "site_id": cast.sites["LKF"].pk}, "person"),
        ({**given, "person_id": cast.outsider.pk}, "person"), ({**given, "why": "w" * 201}, "why"), (given, ""),
    ]  # fmt: skip
    for values, field in wrong:
        with pytest.raises(Invalid) as caught:
            distributing.add_rule(quality, held.pk, **values)
        assert field in caught.value.errors
    # Without the rule of the site nobody else is left; without the name only who is reached by the site.
    named = Rule.everywhere.get(document_id=held.pk, person=cast.colleague)
    distributing.remove_rule(quality, held.pk, named.pk)
    assert cast.colleague.pk in reaching.of(reaching.rules(held), moment.now().date()).people


def test_each_rule_reaches_whom_it_says_and_nobody_counts_twice(cast: Cast) -> None:
    held = document(cast)
    quality, sites = cast.actor("quality"), cast.sites
    wide = org.add_person(cast.organisation, name="Wide Auditor", email="w@larkfield.test", site=sites["DOR"])
    org.grant(wide, "auditor", axis="all")
    gone = org.add_person(cast.organisation, name="Gone Auditor", email="g@larkfield.test", site=sites["STV"])
    org.grant(gone, "auditor", axis="site")
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    auditor = cast.other_site_auditor.pk
    here = set(Person.objects.filter(site=sites["LKF"], is_active=True).values_list("pk", flat=True))
    wanted: list[tuple[dict[str, Any], set[int]]] = [
        ({"role_id": role(cast, "auditor")}, {wide.pk, auditor}),
        ({"role_id": role(cast, "auditor"), "site_id": sites["STV"].pk}, {auditor}),
        ({"site_id": sites["LKF"].pk}, here),
        ({"unit_id": cast.units["MX"].pk}, set()),
        ({"person_id": auditor, "why": "Asked for it"}, {auditor}),
        ({}, here | {wide.pk, auditor}),
    ]  # fmt: skip
    made = [distributing.add_rule(quality, held.pk, **given) for given, _people in wanted]
    with CaptureQueriesContext(connection) as asked:
        reach = reaching.now(Document.everywhere.get(pk=held.pk))
    assert len(asked) == 3, "the document, its rules, and everybody whom they reach"
    assert [(way.rule.pk, set(way.people)) for way in reach.ways] == [
        (rule.pk, people) for rule, (_given, people) in zip(made, wanted, strict=True)
    ]
    rows = reaching.who(cast.organisation.pk, reaching.rules(held), moment.now().date())
    assert sorted(rows.values_list("pk", flat=True)) == sorted(reach.people)
    assert reach.reasons(auditor)[0] == "By name: Asked for it"


def test_the_dialog_foretells_whom_it_reaches(cast: Cast) -> None:
    held = document(cast)
    keeper = browser(cast, "quality")
    give = f"/documents/give/{held.number}/"
    everybody = Person.objects.filter(organisation=cast.organisation, is_active=True).count()
    page = words(keeper.get(give).content)
    assert page.count(f"It reaches {everybody} people.") == 1
    refused = keeper.post(give, {"acknowledge": "yes", "days": "0", "why": "To know"})
    assert "“0” is not a number of days. Write 1 to" in words(refused.content)
    distributing.add_rule(cast.actor("quality"), held.pk, role_id=role(cast, "auditor"))
    told = keeper.get(f"{give}reach/", {"person": cast.other_site_auditor.name, "acknowledge": "yes"})
    assert "It reaches one person." in words(told.content)
    assert "One of them gets it already, and gets it once. All together: 1." in words(told.content)
    assert "They get it once a revision takes effect." in words(told.content)
    nobody = keeper.get(f"{give}reach/", {"unit": cast.units["MX"].pk})
    assert "It reaches nobody today." in words(nobody.content)
    # Without script a button asks; nothing is saved by it.
    looked = keeper.post(give, {"unit": cast.units["MX"].pk, "acknowledge": "yes", "look": "1"})
    assert looked.status_code == 200
    assert "It reaches nobody today." in words(looked.content)
    assert Rule.everywhere.filter(document_id=held.pk).count() == 1
    # The people behind the number, before it is saved.
    [url] = re.findall(r'href="(/documents/reach/[^"]+)"', told.content.decode())
    listed = words(keeper.get(url.replace("&amp;", "&")).content)
    assert cast.other_site_auditor.name in listed
    assert "if you give it to them" in listed
    # Who neither gives it out nor audits learns nothing of others.
    reader = browser(cast, "colleague")
    distributing.add_rule(cast.actor("quality"), held.pk, person_id=cast.colleague.pk, why="To know")
    effective(cast, revision(cast, held))
    assert reader.get(f"/documents/reach/{held.number}/").status_code == 403
    assert reader.get(f"{give}reach/").status_code == 403
    assert browser(cast, "outsider").get(f"/documents/reach/{held.number}/").status_code == 404


def test_a_revision_foretells_whom_it_will_reach(cast: Cast) -> None:
    held = document(cast, document_type="form")
    draft = revision(cast, held)
    page = f"/r/revision/{draft.number}/"
    keeper = browser(cast, "quality")
    assert "It reaches nobody. Once it takes effect, nobody is told." in words(keeper.get(page).content)
    sent(cast, draft)
    approver = browser(cast, "quality_2")
    dialog = f"{page}move/approve/"
    assert "It reaches nobody yet" in words(approver.get(dialog).content)
    distributing.add_rule(cast.actor("quality"), held.pk, role_id=role(cast, "auditor"))
    assert "Once it takes effect it reaches one person." in words(approver.get(dialog).content)
    assert "Once it takes effect it reaches one person." in words(keeper.get(page).content)
    moves.move(cast.actor("quality"), draft.pk, "withdraw", reason="Another one is written")
    assert "Once it takes effect it reaches" not in words(keeper.get(page).content)


def test_the_list_is_read_a_page_at_a_time(cast: Cast) -> None:
    held = document(cast)
    for n in range(60):
        org.add_person(cast.organisation, name=f"Reader {n}", email=f"r{n}@larkfield.test")
    distributing.add_rule(cast.actor("quality"), held.pk)
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    keeper, url, found = browser(cast, "quality"), f"/documents/reach/{held.number}/", []
    while url:
        page = keeper.get(url).content.decode()
        found += re.findall(r'<div class="top2"><span>([^<]+)</span>', page)
        after = re.search(r'href="(\?[^"]*after=\d+)"', page)
        url = f"/documents/reach/{held.number}/{after[1]}" if after else ""
    everybody = Person.objects.filter(organisation=cast.organisation, is_active=True)
    assert sorted(found) == sorted(everybody.values_list("name", flat=True))
