"""A crosswalk comes in from a table whole or not at all, waits for a second person, and goes out to come in again."""

from __future__ import annotations

import datetime as dt
import html
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from qsms.records.errors import Refused
from qsms.records.models import Deed
from qsms.rules.coverage import State
from qsms.rules.crosswalk import Relation
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Confidence, Reference
from qsms.standards import bringing_pairs, judging, library, pair_sheet, shipped, standing
from qsms.standards.bringing_pairs import Lines, Outcome
from qsms.standards.choices import STRANGERS
from qsms.standards.judging import Judged
from qsms.standards.models import Crosswalk
from tests.cast import Cast

from .makers import AS9100, ISO_9001, ISO_14001, action, adopted, bound, text

Login = Callable[[str], Client]
HEAD = "From framework,From clause,To framework,To clause,Relation,Rationale,Confidence\n"
# A shipped pair judged otherwise, and one that nobody judged before.
OURS = (
    f"{HEAD}iso-9001/2015,7.1.5.2,iso-14001/2015,9.1.1,equal,Our instruments are for the environment alone.,verified\n"
    "iso-9001/2015,8.5.3,iso-14001/2015,8.2,overlap,Property of customers is kept in the spill plan.,\n"
)


def looked(cast: Cast, content: str, who: str = "quality") -> Lines:
    actor = cast.actor(who)
    return bringing_pairs.look(actor, bringing_pairs.read(actor, content.encode(), "ours.csv"))


def brought(cast: Cast, content: str, who: str = "quality") -> Lines:
    actor = cast.actor(who)
    return bringing_pairs.bring(actor, bringing_pairs.read(actor, content.encode(), "ours.csv"), "ours.csv")


def outcomes(found: Lines) -> list[Outcome]:
    return [one.outcome for one in found.every]


def test_columns_standards_and_relations_are_known_by_the_words_of_the_field() -> None:
    table = (
        "Source standard;Source clause;Target standard;Target clause;Relationship;Reason\n"
        "ISO 9001:2015;7.2;AS9100;7.2;Subset of;What the one asks the other asks too\n"
        "AS9100/D;8.7.1;iso 14001 2015;10.2;intersects with;What went wrong is put right in both\n"
        "as9100/d;4.1;iso-14001/2015;4.1;No relationship;They look at other issues\n"
    )
    found = pair_sheet.read(table.encode(), "nist.csv", shipped.frameworks())
    assert [one.judged and (str(one.judged.left), one.judged.relation, str(one.judged.right)) for one in found] == [
        ("iso-9001/2015 7.2", "subset", "as9100/D 7.2"), ("as9100/D 8.7.1", "overlap", "iso-14001/2015 10.2"),
        ("as9100/D 4.1", STRANGERS, "iso-14001/2015 4.1"),
    ]  # fmt: skip
    assert {one.judged.confidence for one in found if one.judged} == {Confidence.SECONDARY}


def test_what_cannot_be_read_says_how_to_mend_it() -> None:
    wrong = (
        f"{HEAD}iso-9001,7.2,iso-14001/2015,7.2,equal,A good reason,\n"
        "iso-9001/2015,,nobody/1,7.2,sort of,A good reason,certain\n"
        "iso-9001/2015,7.2,iso-14001/2015,7.2,equal,A good reason,,and more\n"
    )
    first, second, third = pair_sheet.read(wrong.encode(), "ours.csv", shipped.frameworks())
    assert first.faults == ("“iso-9001” has several editions here. Write one of: iso-9001/2015, iso-9001/2026.",)
    assert second.faults == (
        "There is no standard “nobody/1” here. Write it as the list of standards names it.",
        "“From clause” is empty. Write the number of the requirement, such as 7.1.5.",
        "“sort of” is no relation. Write one of: equal, subset, superset, overlap, none.",
        "“certain” is no confidence. Write one of: verified, secondary, background, doubtful.",
    )
    assert (third.row, third.judged) == (4, None)
    assert "more cells than the table has columns" in third.faults[0]
    for content, name, said in (
        (b"Clause,Title\n1,x\n2,y\n", "x.csv", "There is no column “From framework”"),
        (HEAD.encode(), "x.csv", "no row with a pair"),
        (b"PK\x03\x04 not a workbook", "x.xlsx", "x.xlsx"),
        (b"\x00\x01\x02\xff" * 40, "x.csv", "x.csv"),
    ):
        with pytest.raises(DataError) as caught:
            pair_sheet.read(content, name, shipped.frameworks())
        assert said in str(caught.value)


def test_a_clause_that_the_spreadsheet_took_for_a_date_or_a_number_is_told_or_read() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEAD.strip().split(","))
    book.active.append([ISO_9001, 7.2, ISO_14001, 7.2, "equal", "A good reason", ""])
    book.active.append([ISO_9001, dt.date(2015, 7, 1), ISO_14001, 4, "equal", "A good reason", ""])
    content = io.BytesIO()
    book.save(content)
    first, second = pair_sheet.read(content.getvalue(), "x.xlsx", shipped.frameworks())
    assert first.judged is not None
    assert (first.judged.left.number, first.judged.right.number) == ("7.2", "7.2")
    assert second.faults == ("“2015-07-01” is a date or a time to the spreadsheet. Write the clause as text.",)


PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(PRINTED, st.sampled_from([*Relation, STRANGERS]), st.sampled_from(Confidence)), min_size=1),
       st.sampled_from(pair_sheet.FORMS))  # fmt: skip
def test_what_goes_out_comes_in_unchanged_whatever_the_reason_says(
    said: list[tuple[str, str, Confidence]], form: str
) -> None:
    here, there = Reference(ISO_9001, "7.1.5.2"), Reference(ISO_14001, "9.1.1")
    rows = [Judged(here, there, str(relation), f"{why}".strip(), sure) for why, relation, sure in said]
    found = pair_sheet.read(
        pair_sheet.write([(one, "counts") for one in rows], form), f"x.{form}", shipped.frameworks()
    )
    assert [one.judged for one in found] == rows


def test_many_pairs_come_in_as_one_revision_and_one_deed_and_count_once_confirmed(cast: Cast) -> None:
    adopted(cast, ISO_9001)
    other = adopted(cast, ISO_14001)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")

    def state() -> State:
        return standing.of(cast.actor("quality"), other).coverage.covered["9.1.1"].state

    assert outcomes(looked(cast, OURS)) == [Outcome.CHANGED, Outcome.NEW]
    assert not Crosswalk.everywhere.filter(organisation=cast.organisation).exists(), "only looked at"
    brought(cast, OURS)
    assert Crosswalk.everywhere.get(organisation=cast.organisation).revision == 1
    [deed] = Deed.everywhere.filter(subject="crosswalk")
    assert (deed.verb, deed.detail) == (bringing_pairs.BROUGHT, {"pairs": 2, "revision": 1, "file": "ours.csv"})
    waiting = judging.own(cast.organisation.pk)
    assert [(one.waits, one.by) for one in waiting] == [(True, cast.people["quality"].pk)] * 2
    assert state() is State.PARTLY

    for again in ("quality", "safety"):
        assert outcomes(brought(cast, OURS, again)) == [Outcome.SAME, Outcome.SAME], "whoever sends it again"
    assert Crosswalk.everywhere.filter(organisation=cast.organisation).count() == 1
    keys = [one.key for one in waiting]
    with pytest.raises(Refused, match="You judged this yourself"):
        judging.confirm_all(cast.actor("quality"), keys)
    assert judging.confirm_all(cast.actor("safety"), keys) == 2
    assert state() is State.MET
    assert Deed.everywhere.filter(subject="crosswalk").latest("pk").detail == {"pairs": 2, "revision": 2}
    assert outcomes(brought(cast, OURS)) == [Outcome.SAME, Outcome.SAME]
    assert judging.own(cast.other.pk) == []


def test_one_refused_row_keeps_all_out_and_every_one_is_told(cast: Cast) -> None:
    mine = Judged(Reference(AS9100, "8.7.1"), Reference(ISO_14001, "10.2"), "overlap", "What failed is put right.",
                  Confidence.BACKGROUND)  # fmt: skip
    judging.judge(cast.actor("safety"), mine)
    wrong = (
        f"{OURS}iso-14001/2015,8.2,iso-9001/2015,8.5.3,superset,They say more of it here than above.,\n"
        "iso-14001/2015,10.2,as9100/D,8.7.1,overlap,The very same in other words.,\n"
        "iso-9001/2015,99,iso-9001/2015,7.2,equal,Short,\n"
    )
    with pytest.raises(DataError) as caught:
        brought(cast, wrong)
    assert [str(one) for one in caught.value.sentences] == [
        "Row 4: It and row 3 judge the same two differently. Keep one of them.",
        "Row 5: Somebody else judged it so already. Confirm that one under “Our judgements”.",
        "Row 6: There is no requirement “99” in this standard. Choose one of its clauses.",
        "Row 6: Choose another standard: a crosswalk is between two of them.",
        "Row 6: Say why, so that an auditor can follow it.",
    ]
    assert len(judging.own(cast.organisation.pk)) == 1
    with pytest.raises(Refused):
        brought(cast, OURS, "executive")


@pytest.mark.parametrize("form", pair_sheet.FORMS)
def test_the_whole_crosswalk_goes_out_and_comes_in_without_a_change(cast: Cast, form: str) -> None:
    brought(cast, OURS)
    [instead] = [one for one in judging.own(cast.organisation.pk) if one.relation == "equal"]
    judging.confirm(cast.actor("safety"), instead.key)
    before = judging.every(cast.organisation.pk)
    content = bringing_pairs.send(cast.actor("quality"), form)
    lines = bringing_pairs.read(cast.actor("quality"), content, f"crosswalk.{form}")
    shipped_pairs = [one for one in library.crosswalk().rule.pairs if one.source != "contained"]
    assert len(lines) == len(shipped_pairs) + 2 - 1, "the one that ours stands before is told once"
    found = bringing_pairs.bring(cast.actor("quality"), lines, "crosswalk")
    assert set(outcomes(found)) == {Outcome.SAME}
    assert judging.every(cast.organisation.pk) == before
    assert Deed.everywhere.get(verb=bringing_pairs.SENT).detail == {"rows": len(lines), "form": form}


def test_a_file_is_looked_at_brought_in_and_confirmed_through_the_pages(cast: Cast, login: Login) -> None:
    client, path = login("quality"), "/standards/pairs/bring/"
    assert path in text(client, "/standards/pairs/")
    answer = client.post(path, {"file": SimpleUploadedFile("ours.csv", f"{OURS}a,b,c,d,e,f,g\n".encode())})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Row 4: There is no standard “a” here." in page
    assert "Nothing was brought in: 4 faults." in page
    assert "1 new, 1 changed, 0 the same, 1 refused" in page
    assert 'name="kept"' not in page, "what cannot come in is not offered"
    page = client.post(path, {"file": SimpleUploadedFile("ours.csv", OURS.encode())}).content.decode()
    assert "Bring 2 pairs in" in page
    assert "Our instruments are for the environment alone." in page
    assert "is partly the same as<small>" in page, "what it stands instead of"
    kept = page.split('name="kept" value="')[1].split('"')[0]
    assert client.post(path, {"kept": kept + "x"}).status_code == 404
    assert client.post(path, {"kept": kept}).headers["Location"] == "/standards/pairs/"
    assert "Nothing waits for you." in text(client, "/standards/pairs/waiting/")
    again = client.post(path, {"file": SimpleUploadedFile("ours.csv", OURS.encode())}).content.decode()
    assert "nothing to bring in" in again

    second = login("safety")
    assert "/standards/pairs/waiting/" in text(second, "/standards/pairs/")
    page = text(second, "/standards/pairs/waiting/")
    assert page.count("is partly the same as<small>") == 2, "one that was judged, and what the other stands instead of"
    keys = [one.key for one in sorted(judging.own(cast.organisation.pk), key=lambda one: one.relation)]
    assert all(f'value="{key}"' in page for key in keys)
    assert second.post("/standards/pairs/confirm/", {}).headers["Location"] == "/standards/pairs/waiting/"
    assert second.post("/standards/pairs/confirm/", {"row": keys[:1]}).status_code == 303
    assert second.post("/standards/pairs/take-back/", {"row": keys[1:]}).status_code == 303
    assert [one.counts for one in judging.own(cast.organisation.pk)] == [True]
    assert second.post("/standards/pairs/confirm/", {"row": keys}).status_code == 404, "what is answered is not there"
    assert b"Our instruments" in client.get("/standards/pairs/export/?format=csv").content
    assert login("executive").get(path).status_code == 403
    assert login("executive").get("/standards/pairs/export/").status_code == 403
