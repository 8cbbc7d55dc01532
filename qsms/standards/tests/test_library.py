"""The library: shipped once and never altered, found by whoever may look, read with few questions to the database."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.records.errors import NotVisible
from qsms.records.models import Deed
from qsms.rules import framework_data
from qsms.rules.frameworks import Framework
from qsms.standards import bringing, clause_sheet, elsewhere, library, shipped, shipping
from qsms.standards.commands import FORMS
from qsms.standards.models import Edition
from tests.cast import Cast

Login = Callable[[str], Client]
ISO_9001 = "iso-9001/2015"


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def own(cast: Cast, framework: Framework) -> Edition:
    return Edition.everywhere.create(
        organisation=cast.organisation, code=framework.code, edition=framework.edition, title=framework.title,
        publisher=framework.publisher, status="in_force", definition=framework_data.to_dict(framework),
        checksum=framework_data.checksum(framework), brought_at=moment.now(),
    )  # fmt: skip


def acme() -> Framework:
    return framework_data.from_dict(
        {
            "code": "acme", "edition": "1", "title": "Acme supplier rules, first edition", "publisher": "Acme",
            "status": "in_force", "basis": "Their own words", "confidence": "verified", "confidence_note": "Read",
            "requirements": [{"number": "1", "title": "Tell us", "intent": "Tell us of changes."}],
        }
    )  # fmt: skip


def test_everything_shipped_is_there_and_reads_as_it_was_written(cast: Cast) -> None:
    rows = library.newest(cast.organisation.pk)
    assert {key: row.rule for key, row in rows.items()} == dict(shipped.frameworks())
    assert library.crosswalk().rule.pairs == shipped.crosswalk().pairs
    assert not shipping.is_behind()
    assert shipping.ship() == 0


def test_what_people_call_an_edition_tells_two_of_one_standard_apart() -> None:
    called = {key: elsewhere.short_title(one) for key, one in shipped.frameworks().items()}
    assert len(set(called.values())) == len(called)
    assert called["icao-annex-19/3"] == "ICAO Annex 19 (edition 3)"
    assert called["us-14cfr-5/2024"] == "14 CFR Part 5"
    assert elsewhere.short_title(acme()) == "Acme supplier rules (edition 1)"


def test_an_edition_says_its_days_or_that_none_is_recorded(login: Login) -> None:
    """The management system came into Part-145 with Regulation (EU) 2021/1963, applicable since 2 December 2022."""
    none = "Its date is not recorded."
    known = text(login("quality").get("/standards/edition/easa-145/1321-2014/"))
    assert "<dt>Applicable</dt><dd>2022-12-02</dd>" in known
    assert "which later amendments are in it is not recorded" in known
    assert none not in known
    assert none in text(login("quality").get("/standards/edition/iso-9001/2026/"))


def test_a_changed_text_is_a_revision_beside_the_former_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    before = library.find(cast.organisation.pk, ISO_9001)
    frameworks = dict(shipped.frameworks())
    frameworks[ISO_9001] = replace(frameworks[ISO_9001], confidence_note="Compared with the printed standard")
    monkeypatch.setattr(shipped, "frameworks", lambda: frameworks)
    assert shipping.ship() == 1
    after = library.find(cast.organisation.pk, ISO_9001)
    assert (before.revision, after.revision) == (1, 2)
    assert after.rule.confidence_note == "Compared with the printed standard"
    again = Edition.everywhere.get(pk=before.pk)
    assert again.checksum == before.checksum
    assert again.rule.confidence_note != after.rule.confidence_note
    assert shipping.ship() == 0


def test_what_an_organisation_brought_is_its_own(cast: Cast, login: Login) -> None:
    own(cast, acme())
    assert library.find(cast.organisation.pk, "acme/1").rule == acme()
    with pytest.raises(NotVisible):
        library.find(cast.other.pk, "acme/1")
    ours, theirs = login("quality"), login("outsider")
    assert "Acme supplier rules" in text(ours.get("/standards/"))
    assert "Acme" not in text(theirs.get("/standards/"))
    for path in ("/standards/edition/acme/1/", "/standards/clause/acme/1/1/"):
        assert ours.get(path).status_code == 200
        assert theirs.get(path).status_code == 404


def test_standards_are_for_those_who_may_see_them(login: Login) -> None:
    for path in ("/standards/", "/standards/edition/iso-9001/2015/", "/standards/clause/iso-9001/2015/7.1.5.2/"):
        assert login("site_owner").get(path).status_code == 200
        assert login("reporter").get(path).status_code == 404
    assert login("quality").get("/standards/clause/iso-9001/2015/7.9/").status_code == 404
    assert login("quality").get("/standards/edition/iso-9001/1987/").status_code == 404


def test_a_clause_says_what_it_asks_and_where_else_it_is_asked(login: Login) -> None:
    page = text(login("quality").get("/standards/clause/iso-9001/2015/7.1.5.2/"))
    rule = shipped.frameworks()[ISO_9001].by_number["7.1.5.2"]
    assert rule.intent in page
    assert rule.evidence in page
    related, _mark, suggested = page.partition("Suggested, not counted")
    assert "is part of what is asked by" in related
    assert "AS9100D 7.1.5.2" in related
    assert "EASA Part-145 145.A.40" in related
    assert "by way of ISO 9001:2015" not in suggested, "a way leads over another edition"
    back = text(login("quality").get("/standards/clause/as9100/D/7.1.5.2/")).partition("Suggested, not counted")[0]
    assert "asks more than" in back
    assert "ISO 9001:2015 7.1.5.2" in back


def test_numbers_with_brackets_and_dots_have_their_page(login: Login) -> None:
    client = login("quality")
    for key, framework in shipped.frameworks().items():
        page = client.get(f"/standards/edition/{key}/").content.decode()
        for one in framework.requirements[:: max(1, len(framework.requirements) // 4)]:
            address = f"/standards/clause/{key}/{one.number}/"
            assert address in page.replace("%20", " ")
            assert client.get(address).status_code == 200


def test_a_tree_costs_few_questions(login: Login) -> None:
    client = login("quality")
    for path, most in (("/standards/", 10), ("/standards/edition/us-14cfr-5/2024/", 9)):
        client.get(path)
        with CaptureQueriesContext(connection) as caught:
            client.get(path)
        assert len(caught) <= most, [one["sql"][:80] for one in caught]


def test_an_edition_leaves_as_a_file_for_who_may_and_is_noted(cast: Cast, login: Login) -> None:
    own(cast, acme())
    client, path = login("quality"), "/standards/edition/acme/1/"
    page = text(client.get(path))
    assert "Text that you pasted into requirements stays here." in page
    assert page.count(f"{path}export/?format=") == len(FORMS)
    answer = client.get(f"{path}export/", {"format": "oscal-json"})
    assert answer["Content-Disposition"] == 'attachment; filename="acme-1.oscal.json"'
    assert json.loads(answer.content)["catalog"]["metadata"]["title"] == "Acme supplier rules, first edition"
    deed = Deed.everywhere.get(verb=bringing.SENT)
    assert (deed.detail, deed.actor_id) == ({"standard": "acme/1", "format": "oscal-json"}, cast.quality.pk)
    assert client.get(f"{path}export/", {"format": "doc"}).status_code == 403
    assert "Text that you pasted" not in text(login("director").get("/standards/edition/acme/1/"))
    for who, status in (("director", 403), ("outsider", 404)):
        assert login(who).get(f"{path}export/", {"format": "yaml"}).status_code == status
    assert Deed.everywhere.filter(verb=bringing.SENT).count() == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_of_clauses_comes_in_as_it_left(form: str) -> None:
    whole = shipped.frameworks()[ISO_9001]
    about = {"code": "ours", "edition": "1"}
    again = clause_sheet.read(clause_sheet.write(whole, form), f"clauses.{form}", about)

    def told(framework: Framework) -> list[tuple[str, ...]]:
        return [(one.number, one.title, one.parent, one.intent or "-", one.evidence) for one in framework.requirements]

    assert told(again) == told(whole)
