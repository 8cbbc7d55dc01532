"""A register of documents that comes in, numbers by type, and requests to change."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.documents import distributing, effect
from qsms.documents.models import ChangeRequest, Document, Revision
from qsms.exchange import runs
from qsms.exchange.tests.shared import need_shared
from qsms.records import moves, registry, services, tasks
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Link
from tests.cast import Cast

from .makers import approved, document, effective, revision

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_register_of_an_authority_comes_in_once(cast: Cast, suffix: str) -> None:
    source = need_shared(f"spreadsheets/anac_document_register_MPR.{suffix}")
    quality = cast.actor("quality")
    for again in (False, True):
        with source.open("rb") as stream:
            run = runs.begin(quality, "document", [(source.name, stream)])
        runs.match_unattended(run, quality, given=None)
        runs.claim_check(run)
        runs.do_check(run, quality, lambda *_what: None)
        if again:
            assert runs.why_not(run, skip_bad=True) == "There is no row to import."
        else:
            runs.claim_run(run, skip_bad=True)
            runs.do_run(run, quality, lambda *_what: None)
    found = Document.everywhere.get(code="MPR-101-006")
    assert found.title == "Certificação de Projeto de Produto Aeronáutico"
    # A workbook knows the day as a day; a text says it as it is written there.
    edition = {"csv": "6, 28/05/2024", "xlsx": "6, 2024-05-28"}[suffix]
    assert (found.document_type, found.issuer, found.issuer_edition) == ("external", "ANAC", edition)
    assert found.issuer_url.endswith("MPR-101-R06.pdf")
    assert Document.everywhere.count() > 300


def test_numbers_follow_the_type_and_pass_over_what_is_taken(cast: Cast) -> None:
    document(cast, code="PRO-002")
    made = [document(cast).code for _one in range(2)]
    assert made == ["PRO-001", "PRO-003"]
    assert document(cast, document_type="policy").code == "POL-01"
    with pytest.raises(Invalid, match="is taken"):
        document(cast, code="PRO-003")


def test_one_revision_is_under_way_at_a_time_and_labels_go_on(cast: Cast) -> None:
    held = document(cast)
    first = revision(cast, held, label="C")
    with pytest.raises(Invalid, match="under way"):
        revision(cast, held)
    with pytest.raises(Refused, match="is under way"):
        moves.move(cast.actor("quality"), held.pk, "void", reason="Not needed")
    effective(cast, first)
    assert revision(cast, held).label == "2"


def test_a_request_names_its_document_and_is_done_with_the_revision(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    # Whoever is to name it has to see it: it was given to them.
    distributing.add_rule(cast.actor("safety"), held.pk, site_id=cast.sites["LKF"].pk)
    action = services.create(
        cast.actor("quality"), "action",
        {"title": "Say it in the procedure", "description": "x", "site": cast.sites["LKF"], "owner": cast.owner},
    )  # fmt: skip
    asked = services.create(
        cast.actor("owner"), "change_request",
        {"title": "Goggles are missing", "document": held.pk, "wanted": "Add goggles.", "site": cast.sites["LKF"]},
        raised_from=action,
    )  # fmt: skip
    assert isinstance(asked, ChangeRequest)
    assert Link.everywhere.filter(source=asked, target=held, relation="changes").exists()
    assert "decide" in {task.code for task in tasks.mine(cast.actor("safety"))}, "it waits for who owns the document"
    moves.move(cast.actor("safety"), asked.pk, "accept")
    [raising] = [one for one in registry.raisings("change_request") if one.kind == "revision"]
    client = Client()
    client.force_login(cast.account("safety"))
    assert "Write the revision" in client.get(f"/r/change_request/{asked.number}/").content.decode()
    with pytest.raises(Refused, match="No revision that was written for it"):
        moves.move(cast.actor("safety"), asked.pk, "finish")
    given = dict(raising.values(ChangeRequest.everywhere.get(pk=asked.pk)))
    given["owner"] = given["owner"].pk
    assert (given["summary"], "Clean both halves" in given["body"]) == ("Add goggles.", True)
    made = services.create(cast.actor("safety"), "revision", given, raised_from=asked)
    assert isinstance(made, Revision)
    with pytest.raises(Refused, match=made.number):
        moves.move(cast.actor("safety"), asked.pk, "finish")
    approved(cast, made, "safety")
    effect.run(cast.organisation.pk)
    assert moves.move(cast.actor("safety"), asked.pk, "finish").state == "done"


def test_a_value_that_does_not_fit_is_said_in_words_of_the_house(cast: Cast) -> None:
    for values, said in (
        ({"issuer_url": "example"}, "“example” is not the address of a page. Write one that begins with https://."),
        ({"review_months": -1}, "“-1” is too little. Write 0 at least."),
        ({"document_type": "poem"}, "“poem” is not a choice here. Choose one that is offered."),
        ({"title": "x" * 300}, "This has 300 characters, and 250 fit. Shorten it."),
        ({"due_on": "someday"}, "“someday” is not a date. Write 2026-11-24."),
        ({"review_months": "two"}, "“two” is not a whole number. Write it in figures, such as 24."),
    ):
        with pytest.raises(Invalid) as told:
            document(cast, **values)
        assert list(told.value.errors.values()) == [said]
