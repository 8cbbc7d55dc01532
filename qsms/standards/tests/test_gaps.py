"""A gap assessment: answered one by one, kept as it stands, compared, and judging once it is finished."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from qsms.records import history, moves, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Record, Task
from qsms.rules.coverage import State
from qsms.standards import adopting, assessing, standing
from qsms.standards.models import Adoption, GapAnswer, GapAssessment, GapSnapshot
from tests.cast import Cast

from .makers import AS9100, ISO_9001, action, adopted, bound, text

Login = Callable[[str], Client]


def assessment(cast: Cast, by: str = "quality", **values: object) -> GapAssessment:
    given = {"title": "Are we ready for the audit?", "framework": ISO_9001, **values}
    made = services.create(cast.actor(by), "gap_assessment", given)
    assert isinstance(made, GapAssessment)
    return made


def answered(
    cast: Cast, record: Record, number: str, code: str, note: str = "Seen on the floor", by: str = "quality"
) -> None:
    assessing.answer(cast.actor(by), record.pk, number, code, note)


def finished(cast: Cast, record: Record) -> None:
    moves.move(
        cast.actor("quality"), record.pk, "finish", fields={"conclusion": "Nearly"}, reason="The rest is next year's"
    )


def state(cast: Cast, adoption: Adoption, number: str, who: str = "quality") -> State:
    return standing.of(cast.actor(who), adoption).coverage.covered[number].state


def test_from_coverage_to_an_action_through_the_pages(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    client = login("quality")
    begin = "/r/gap_assessment/new/?framework=iso-9001%2F2015"
    assert begin in text(client, f"/standards/adopted/{adoption.number}/")
    page = text(client, begin)
    assert "Quality Person" in page, "whoever begins it is its assessor unless told otherwise"
    made = assessment(cast)
    assert Task.everywhere.get(record=made, code="assess").person == cast.quality
    here = f"/standards/gaps/{made.number}/"
    assert f"{here}answer/4.1/" in text(client, here)

    answer = client.post(f"{here}answer/4.1/", {"answer": "met", "note": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{here}answer/4.2/")
    answer = client.post(f"{here}answer/4.2/", {"answer": "gap", "note": ""})
    assert answer.status_code == 422
    assert "Say what is missing." in answer.content.decode()
    note = "Nobody has asked the airport what it expects of us."
    assert client.post(f"{here}answer/4.2/", {"answer": "gap", "note": note}).status_code == 303
    assert "Choose an answer." in client.post(f"{here}answer/4.3/", {"note": "?"}).content.decode()
    page = text(client, here)
    assert "Go on with 4.3" in page
    narrowed = text(client, f"{here}?answer=gap")
    assert "/answer/4.2/" in narrowed
    assert "/answer/4.1/" not in narrowed
    assert note in text(client, f"{here}answer/4.2/")

    raised = f"{here}action/4.2/"
    assert note in text(client, raised)
    given = {"title": "Ask the airport", "description": note, "owner": "Owner Person", "once": "one"}
    assert client.post(raised, given).status_code == 303
    row = GapAnswer.everywhere.get(number="4.2")
    assert row.action is not None
    assert (row.action.title, row.action.owner) == ("Ask the airport", cast.owner)
    assert Link.everywhere.filter(source=row.action, target=made, relation="raised_from").exists()
    assert row.action.number in text(client, here)
    assert row.action.number in text(client, f"{here}answer/4.2/")
    assert client.get(raised).status_code == 404, "one action for a gap"
    assert client.get(f"{here}action/4.1/").status_code == 404, "what is met is no gap"

    Record.everywhere.filter(pk=row.action.pk).update(confidential=True)
    for path in ("", "answer/4.2/", "export/"):
        assert row.action.number not in text(login("director"), f"{here}{path}"), path
    line = next(one for one in text(client, f"{here}export/").splitlines() if one.startswith("4.2,"))
    assert note in line
    assert row.action.number in line
    book = load_workbook(BytesIO(client.get(f"{here}export/?format=xlsx").content), read_only=True)
    rows = {one[0]: one for one in book.worksheets[0].values}
    assert rows["4.1"][2] == "Met"
    assert rows["4.3"][2] == "Not answered"
    assert [one.verb for one in history.entries(made)].count(assessing.ANSWERED) == 2


def test_answers_judge_once_it_is_finished_and_no_longer_when_it_is_opened_again(cast: Cast) -> None:
    adoption, other = adopted(cast, ISO_9001), adopted(cast, AS9100)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    made = assessment(cast)
    answered(cast, made, "7.1.5.2", "gap")
    answered(cast, made, "4.1", "partly")
    assert state(cast, adoption, "7.1.5.2") is State.MET, "it is not finished"
    with pytest.raises(Invalid, match="not answered"):
        moves.move(cast.actor("quality"), made.pk, "finish", fields={"conclusion": "Nearly"})
    finished(cast, made)
    assert state(cast, adoption, "7.1.5.2") is State.GAP
    assert state(cast, adoption, "4.1") is State.PARTLY
    assert state(cast, other, "7.1.5.2") is State.NOT_ASSESSED, "a gap lends nothing"
    assert not Task.everywhere.filter(record=made, done_at=None).exists()
    with pytest.raises(Refused, match="finished"):
        answered(cast, made, "4.1", "met")
    moves.move(cast.actor("quality"), made.pk, "reopen", reason="Looked at the wrong shop")
    assert state(cast, adoption, "7.1.5.2") is State.MET


def test_an_assessment_of_one_site_judges_that_site_alone(cast: Cast) -> None:
    everywhere, here = adopted(cast, ISO_9001), adopted(cast, ISO_9001, site=cast.sites["LKF"])
    made = assessment(cast, site=cast.sites["LKF"])
    answered(cast, made, "4.1", "gap")
    finished(cast, made)
    assert state(cast, here, "4.1") is State.GAP
    assert state(cast, everywhere, "4.1") is State.NOT_ASSESSED


def test_two_snapshots_tell_what_moved_which_way_and_why(cast: Cast, login: Login) -> None:
    made, client = assessment(cast), login("quality")
    here = f"/standards/gaps/{made.number}/"
    assert client.post(f"{here}keep/", {"label": "Too soon"}).status_code == 403
    assert client.get(f"{here}compare/").status_code == 404
    for number, code in (("4.1", "gap"), ("4.2", "met"), ("4.3", "met")):
        answered(cast, made, number, code, "As it was in spring")
    assert client.post(f"{here}keep/", {"label": "Spring"}).status_code == 303
    answered(cast, made, "4.1", "met", "The context is written down now")
    answered(cast, made, "4.2", "partly", "The list has not been kept up")
    finished(cast, made)
    assert [one.label for one in GapSnapshot.everywhere.order_by("pk")] == ["Spring", "Finished"]
    page = text(client, f"{here}compare/")
    worse, better = page.index("Worse than before"), page.index("Better than before")
    assert worse < page.index("The list has not been kept up") < better < page.index("The context is written down now")
    assert "1 requirement stands as before." in page
    first, last = GapSnapshot.everywhere.order_by("pk").values_list("pk", flat=True)
    back = text(client, f"{here}compare/?before={last}&after={first}")
    assert back.index("Worse than before") < back.index("4.1") < back.index("Better than before")
    assert "Nothing moved" in text(client, f"{here}compare/?before={last}&after={last}")
    assert client.get(f"{here}compare/?before={last}&after=999999").status_code == 404


def test_who_may_not_see_or_answer_it_does_not(cast: Cast, login: Login) -> None:
    made = assessment(cast, assessor=cast.colleague)
    secret = services.create(
        cast.actor("quality"), "gap_assessment", {"title": "Kept", "framework": ISO_9001}, fixed={"confidential": True}
    )
    answered(cast, made, "4.1", "met", by="colleague")
    with pytest.raises(Refused, match="assessor"):
        answered(cast, made, "4.1", "met", "Otherwise", by="executive")
    with pytest.raises(NotVisible):
        answered(cast, secret, "4.1", "met", by="director")
    adoption = adopted(cast, ISO_9001)
    answered(cast, secret, "5.3", "gap")
    finished(cast, secret)
    assert state(cast, adoption, "5.3") is State.GAP
    assert state(cast, adoption, "5.3", "director") is State.NOT_ASSESSED, "judged in secret"
    with pytest.raises(NotVisible):
        answered(cast, made, "4", "met")
    with pytest.raises(Invalid, match="Say why it does not apply"):
        answered(cast, made, "8.3.1", "not_applicable", "No")
    for path in ("", "answer/4.1/", "export/", "compare/"):
        assert login("outsider").get(f"/standards/gaps/{made.number}/{path}").status_code == 404
        assert login("director").get(f"/standards/gaps/{secret.number}/{path}").status_code == 404
    assert login("executive").get(f"/standards/gaps/{made.number}/").status_code == 200
    assert (
        login("executive")
        .post(f"/standards/gaps/{made.number}/answer/4.1/", {"answer": "gap", "note": "No"})
        .status_code
        == 403
    )


def test_an_assessment_stays_with_its_edition(cast: Cast) -> None:
    made = assessment(cast)
    with pytest.raises(Invalid, match="stays with its edition"):
        services.edit(cast.actor("quality"), made.pk, made.version, {"framework": AS9100})
    with pytest.raises(Invalid, match="not imported here"):
        assessment(cast, framework="own", own_edition="nobody/1")


def test_an_older_tab_replaces_no_answer_unseen(cast: Cast, login: Login) -> None:
    made = assessment(cast)
    client, path = login("quality"), f"/standards/gaps/{made.number}/answer/4.2/"
    older = re.findall(r'name="seen" value="([^"]*)"', text(client, path))[0]
    assert client.post(path, {"answer": "met", "note": "", "seen": older}).status_code == 303
    late = client.post(path, {"answer": "gap", "note": "Nobody asked the neighbours", "seen": older})
    assert late.status_code == 422
    said = html.unescape(late.content.decode())
    assert "while this page was open" in said
    assert "Nobody asked the neighbours" in said, "what was typed is still there"
    newer = re.findall(r'name="seen" value="([^"]*)"', said)[0]
    assert GapAnswer.everywhere.get(number="4.2").answer == "met"
    again = {"answer": "gap", "note": "Nobody asked the neighbours", "seen": newer}
    assert client.post(path, again).status_code == 303
    assert GapAnswer.everywhere.get(number="4.2").answer == "gap"


def test_what_is_left_out_is_answered_so_and_what_may_not_be_is_no_answer(cast: Cast, login: Login) -> None:
    why = "We build to the drawings of others alone."
    adoption = adopted(cast, ISO_9001, site=cast.sites["LKF"])
    adopting.exclude(cast.actor("quality"), adoption.pk, "8.3", why)
    elsewhere = assessment(cast)
    assert not GapAnswer.everywhere.exists(), "left out at one site, it is asked of all"
    made = assessment(cast, site=cast.sites["LKF"])
    found = assessing.answers(made)
    assert set(found) == {"8.3.1", "8.3.2", "8.3.3", "8.3.4", "8.3.5", "8.3.6"}
    assert {one.note for one in found.values()} == {f"Left out of {adoption.number}: {why}"}
    assert history.entries(made)[0].verb == assessing.ANSWERED
    client = login("quality")
    assert why in text(client, f"/standards/gaps/{made.number}/answer/8.3.1/")
    assert why not in text(client, f"/standards/gaps/{elsewhere.number}/answer/8.3.1/")
    answered(cast, made, "8.3.1", "met")
    with pytest.raises(Invalid, match=r"4\.3 may not be left out"):
        answered(cast, made, "4.3", "not_applicable", "We have no scope at all.")
    answered(cast, made, "8.4.1", "not_applicable", "Nothing is bought from outside.")
