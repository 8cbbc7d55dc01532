"""A register of documents that comes in, numbers by type, and requests to change."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client
from pypdf import PdfReader

from qsms.documents import distributing, reminding
from qsms.documents.models import Document, Revision, Step
from qsms.documents.reviewing import REVIEW
from qsms.exchange import matching, runs, shelf
from qsms.exchange.models import ImportRun
from qsms.exchange.tests.shared import need_shared
from qsms.records import moves, proof, registry, tally
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Clock
from tests.cast import Cast

from .makers import document, effective, revision

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
    # In force there already, so in effect here without a route; its day is known.
    assert (found.state, found.revision_label, found.effective_since) == ("effective", "6", dt.date(2024, 5, 28))
    everything = Document.everywhere.values_list("state", "taken_over", "effective__state", "clocks__rule").distinct()
    assert list(everything) == [("effective", True, "effective", REVIEW)]
    days = {"csv": 86, "xlsx": 363}[suffix]
    assert Document.everywhere.filter(effective_since__isnull=False).count() == days
    assert Document.everywhere.filter(revision_label="first issue").count() == 16
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


# A register of what is in effect already.


def imported(cast: Cast, rows: str, *, stand: str = "", skip_bad: bool = True) -> ImportRun:
    """A list as somebody brings it, its columns matched by their names and, if so, the choice how its rows stand."""
    quality = cast.actor("quality")
    run = runs.begin(quality, "document", [("register.csv", io.BytesIO(rows.encode()))])
    sheet = registry.get("document")
    with shelf.lying_at(run.files[0]["hash"]) as path:
        choices = matching.suggest(sheet, shelf.table_of(run.files[0], path), cast.organisation.pk)
    runs.match(run, matching.mapping_from(sheet, choices, stand=stand), by_hand=True)
    runs.claim_check(run)
    runs.do_check(run, quality, lambda *_what: None)
    run.refresh_from_db()
    if run.new:
        runs.claim_run(run, skip_bad=skip_bad)
        runs.do_run(run, quality, lambda *_what: None)
    return run


ROWS = """Document No.,Title,Document type,Revision,Effective date,Next review
OPS-1,Operations manual,Manual,C,2025-01-15,2026-09-30
OPS-2,Fuel policy,Policy,4,2025-06-01,
OPS-3,De-icing plan,Plan,,,
"""


def test_what_is_in_effect_already_comes_in_marked_and_on_its_clock(cast: Cast) -> None:
    imported(cast, ROWS)
    found = {one.code: one for one in Document.everywhere.select_related("effective")}
    states = {code: (one.state, one.revision_label, one.taken_over) for code, one in found.items()}
    assert states == {
        "OPS-1": ("effective", "C", True), "OPS-2": ("effective", "4", True), "OPS-3": ("preparing", "", False),
    }  # fmt: skip
    manual, policy = found["OPS-1"], found["OPS-2"]
    assert (manual.due_on, policy.due_on) == (dt.date(2026, 9, 30), dt.date(2027, 3, 2)), "else a year from today"
    clocks = Clock.everywhere.filter(rule=REVIEW, stopped_at=None).values_list("record_id", flat=True)
    assert set(clocks) == {manual.pk, policy.pk}
    one = manual.effective
    assert one is not None
    assert (one.state, one.label, one.taken_over, Step.everywhere.count()) == ("effective", "C", True, 0)
    assert tally.recount(cast.organisation.pk) == {}
    assert list(proof.records(cast.organisation.pk)) == []
    # Nobody is asked to sign what was not approved here; the executive may have another one written.
    assert reminding.ask_for_signatures(cast.organisation.pk) == 0
    client = Client()
    client.force_login(cast.account("quality"))
    distributing.add_rule(cast.actor("quality"), manual.pk, site_id=cast.sites["LKF"].pk)
    pages = (f"/r/document/{manual.number}/", f"/r/revision/{one.number}/", f"/documents/read/{manual.number}/")
    for page in pages:
        assert "not approved here" in client.get(page).content.decode(), page
    answer = client.get(f"{pages[2]}copy.pdf")
    assert answer.status_code == 200
    copy = PdfReader(io.BytesIO(answer.getvalue()))
    words = " ".join("\n".join(page.extract_text() for page in copy.pages).split())
    assert "Taken over, not approved here. It was in effect before" in words
    assert "revision C, taken over, not approved here, as of" in words
    # The next revision goes its route, and the mark is gone.
    effective(cast, revision(cast, manual))
    manual = Document.everywhere.get(pk=manual.pk)
    assert (manual.taken_over, manual.revision_label) == (False, "2")
    assert Revision.everywhere.get(pk=one.pk).state == "superseded"


def test_the_import_says_how_the_rows_stand(cast: Cast) -> None:
    imported(cast, ROWS, stand="preparing")
    assert set(Document.everywhere.values_list("state", "revision_label")) == {("preparing", "")}
    second = ROWS.replace("OPS", "MX")
    run = imported(cast, second, stand="effective")
    assert (run.new, Document.everywhere.filter(state="effective").count()) == (2, 2)
    assert "write which revision" in str(run.problems)
    # A column that says it goes before the choice; a row that leaves it empty follows the choice.
    stated = "Document No.,Title,State,Revision\nQ-1,One,In preparation,1\nQ-2,Two,,2\n"
    imported(cast, stated, stand="effective")
    states = Document.everywhere.filter(code__startswith="Q-").values_list("code", "state", "revision_label")
    assert set(states) == {("Q-1", "preparing", ""), ("Q-2", "effective", "2")}


def test_days_that_cannot_be_are_refused_and_what_is_not_kept_is_told(cast: Cast) -> None:
    """Columns as registers call them: “Issue” is the revision, of an external document the issuer's edition too."""
    run = imported(
        cast,
        """Document No.,Title,Type,Issue,Effective date,Next review
R-1,In force,Procedure,3,2025-01-15,2027-01-15
R-2,In force in five years,Procedure,1,2031-01-15,
R-3,Reviewed before it was there,Procedure,1,2025-01-15,2024-01-15
R-4,Overdue,Procedure,2,2019-01-15,2020-01-01
R-5,Not written yet,Procedure,,2025-01-15,2020-01-01
R-6,A standard,External document,2015,2016-01-01,
""",
    )
    columns = ("code", "state", "revision_label", "issuer_edition", "due_on")
    stands = {code: told for code, *told in Document.everywhere.order_by("code").values_list(*columns)}
    assert stands == {
        "R-1": ["effective", "3", "", dt.date(2027, 1, 15)],
        "R-4": ["effective", "2", "", dt.date(2020, 1, 1)],
        "R-5": ["preparing", "", "", None],
        "R-6": ["effective", "2015", "2015", dt.date(2026, 9, 2)],
    }
    assert run.problems["stands"] == {"effective": 3, "preparing": 1}
    wrong = {row["row"]: " ".join(said for _column, said in row["wrong"]) for row in run.problems["bad"]}
    assert "15 Jan 2031 is still to come" in wrong[3]
    assert "before 15 Jan 2025, when it took effect" in wrong[4]
    warned = {row["row"]: " ".join(said for _column, said in row["wrong"]) for row in run.problems["warned"]}
    assert set(warned) == {5, 6}
    assert "overdue since 1 Jan 2020" in warned[5]
    assert "15 Jan 2025 is not kept" in warned[6]
    assert "1 Jan 2020 is past" in warned[6]
    assert list(proof.records(cast.organisation.pk)) == []


def test_a_value_that_does_not_fit_is_said_in_words_of_the_house(cast: Cast) -> None:
    for values, said in (
        ({"issuer_url": "example"}, "“example” is not the address of a page. Write one that begins with https://."),
        ({"review_months": -1}, "“-1” is too little. Write 0 at least."),
        ({"document_type": "poem"}, "“poem” is not a choice here. Choose one from the list."),
        ({"title": "x" * 300}, "This has 300 characters, and 250 fit. Shorten it."),
        ({"due_on": "someday"}, "“someday” is not a date. Write 2026-11-24."),
        ({"review_months": "two"}, "“two” is not a whole number. Write it in figures, such as 24."),
    ):
        with pytest.raises(Invalid) as told:
            document(cast, **values)
        assert list(told.value.errors.values()) == [said]
