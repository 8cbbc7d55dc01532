"""What a page does by a verb of its own a program can do as well, under the same rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from qsms.api import openapi
from qsms.org import actor as actors
from qsms.records import registry, services, verbs
from qsms.records.models import Deed, Record, Signature, Task
from qsms.reports.models import Judgement, Message
from qsms.reports.services import mailbox
from qsms.reports.tests.scenes import file
from qsms.risk.models import Acceptance, Assessment
from tests.cast import PASSWORD, Cast
from tests.contract.factory import make
from tests.contract.one_record.test_api import asking

Ask = Callable[..., Any]


def read(ask: Ask, path: str) -> tuple[dict[str, Any], str]:
    """The record and its ETag."""
    answer = ask("GET", path)
    assert answer.status_code == 200, answer.content
    return answer.json(), answer["ETag"]


def test_a_report_is_triaged_without_a_page(cast: Cast) -> None:
    report = file(cast).report
    safety, path = asking(cast, "safety"), f"report/{report.number}/"
    _before, etag = read(safety, path)
    given = {"lens": "safety", "concerns": "yes", "severity": "B", "next": "actions", "note": "Near a wing."}
    assert safety("POST", f"{path}verbs/judge/", given).status_code == 428
    first = safety("POST", f"{path}verbs/judge/", given, If_Match=etag)
    assert (first.status_code, first.json()["state"], first.json()["disciplines"]) == (200, "triage", ["safety"])
    # Who read an earlier version does not write over what was said since.
    stale = safety("POST", f"{path}verbs/judge/", {**given, "concerns": "no"}, If_Match=etag)
    assert (stale.status_code, stale["ETag"], stale.json()["changed_by"]) == (412, first["ETag"], "Safety Person")
    assert safety("POST", f"{path}moves/finish_triage/", {}).status_code == 403
    etag = first["ETag"]
    for lens in ("quality", "environment"):
        answer = safety("POST", f"{path}verbs/judge/", {"lens": lens, "concerns": "no"}, If_Match=etag)
        etag = answer["ETag"]
    assert safety("POST", f"{path}moves/finish_triage/", {}).json()["state"] == "work"
    kept = Judgement.everywhere.order_by("lens").values_list("concerns", "severity", "next", "note")
    assert list(kept) == [("yes", "B", "actions", "Near a wing."), ("no", "", "", ""), ("no", "", "", "")]
    assert [one["lens"] for one in safety("GET", f"{path}verbs/judge/").json()["items"]] == [
        "safety", "quality", "environment",
    ]  # fmt: skip
    wrong = safety("POST", f"{path}verbs/judge/", {"lens": "taste", "colour": "red"}, If_Match=etag)
    assert (wrong.status_code, sorted(wrong.json()["errors"])) == (422, ["colour", "concerns", "lens"])


def test_a_question_sent_again_is_asked_once(cast: Cast) -> None:
    report = file(cast, "anonymous").report
    safety, path = asking(cast, "safety"), f"report/{report.number}/verbs/ask/"
    for _n in range(2):
        answer = safety("POST", path, {"text": "Which cart?"}, Idempotency_Key="q1")
        assert (answer.status_code, answer.json()["number"]) == (200, report.number)
    other = safety("POST", path, {"text": "Which wing?"}, Idempotency_Key="q1")
    assert (other.status_code, list(other.json()["errors"])) == (422, [""])
    assert list(Message.everywhere.filter(subject="question").values_list("text", flat=True)) == ["Which cart?"]
    assert asking(cast, "owner")("POST", path, {"text": "Who?"}).status_code == 404
    mailbox.answer(report, "The red one.")
    said = safety("GET", path).json()["items"]
    assert [(one["sender"], one["subject"], one["by"]) for one in said[-2:]] == [
        ("office", "question", "Safety Person"), ("reporter", "answer", ""),
    ]  # fmt: skip
    # Who only reported it reads where the office talks to them, and not what it notes.
    named = file(cast).report
    reporter = asking(cast, "reporter")
    for verb in ("ask", "judge"):
        assert reporter("GET", f"report/{named.number}/verbs/{verb}/").status_code == 403


def test_reports_are_merged_and_told_apart_by_number(cast: Cast) -> None:
    first, second, third = (file(cast).report for _n in range(3))
    safety = asking(cast, "safety")
    away = {"into": "REP-1999-0001"}
    nowhere = safety("POST", f"report/{second.number}/verbs/merge/", away)
    assert (nowhere.status_code, list(nowhere.json()["errors"])) == (422, ["into"])
    assert safety("POST", f"report/{third.number}/verbs/tell_apart/", {"from": second.pk}).status_code == 200
    merged = safety("POST", f"report/{second.number}/verbs/merge/", {"into": first.number, "reason": "Same stand"})
    assert (merged.status_code, merged.json()["state"]) == (200, "merged")
    again = safety("POST", f"report/{second.number}/verbs/merge/", {"into": first.number})
    assert (again.status_code, again.json()["type"]) == (409, "urn:openqsms:problem:clash")


def test_a_risk_is_rated_then_passed_on_or_signed(cast: Cast) -> None:
    hazard = make(actors.system(cast.organisation.pk), "hazard", site=cast.sites["LKF"], owner=cast.owner)
    safety, path = asking(cast, "safety"), f"hazard/{hazard.number}/"
    _before, etag = read(safety, path)
    rated = {"kind": "initial", "cell": "3B", "why": "Twice this year.", "lens": "safety"}
    assert (
        safety("POST", f"{path}verbs/rate_risk/", {**rated, "matrix": "tea-leaves"}, If_Match=etag).status_code == 422
    )
    one = safety("POST", f"{path}verbs/rate_risk/", rated, If_Match=etag, Idempotency_Key="r1")
    assert (one.status_code, one.json()["risk_cell"]) == (200, "3B")
    # Sent again, also from the version that it had then, it is rated once.
    again = safety("POST", f"{path}verbs/rate_risk/", rated, If_Match=etag, Idempotency_Key="r1")
    assert (again.status_code, again["ETag"]) == (200, one["ETag"])
    assert Assessment.everywhere.count() == 1
    [rating] = safety("GET", f"{path}verbs/rate_risk/").json()["items"]
    assert (rating["kind"], rating["lens"], rating["cell"], rating["by"]) == (
        "initial",
        "safety",
        "3B",
        "Safety Person",
    )
    assert asking(cast, "owner")("POST", f"{path}verbs/rate_risk/", rated, If_Match=one["ETag"]).status_code == 403


def test_accepting_signs_what_was_read_and_below_the_level_asks_those_who_may(cast: Cast) -> None:
    account = cast.account("director")
    account.set_password(PASSWORD)
    account.save()
    report = file(cast).report
    safety, director, path = asking(cast, "safety"), asking(cast, "director"), f"report/{report.number}/verbs/"
    etag = read(safety, f"report/{report.number}/")[1]
    rated = {"kind": "initial", "cell": "3B", "why": "Twice this year."}
    assert safety("POST", f"{path}rate_risk/", rated, If_Match=etag).status_code == 200
    refused = safety("POST", f"{path}accept_risk/", {"password": PASSWORD, "shown": "0" * 64})
    listed = {one["code"]: one for one in director("GET", path).json()["verbs"]}
    may = listed["accept_risk"]["to_sign"]
    if refused.status_code == 403:
        # Nothing is accepted, and the task to do so stays with who may.
        assert Task.everywhere.filter(record_id=report.pk, code="accept_risk", done_at=None).exists()
    assert [one["meaning"] for one in may] == ["accepted risk"]
    given = {**may[0]["given"], "password": PASSWORD, "conditions": "The stand stays closed."}
    blind = director("POST", f"{path}accept_risk/", {**given, "shown": "0" * 64})
    assert (blind.status_code, list(blind.json()["errors"])) == (422, ["password"])
    signed = director("POST", f"{path}accept_risk/", {**given, "shown": may[0]["shown"]})
    assert signed.status_code == 200, signed.content
    assert Acceptance.everywhere.get().conditions == "The stand stays closed."
    assert Signature.everywhere.get().person_id == cast.people["director"].pk


def test_more_time_is_asked_refused_and_granted(cast: Cast) -> None:
    due = dt.date(2026, 3, 20)
    given = {"title": "New hose", "description": "Replace it.", "due_on": due, "owner": cast.owner.pk}
    action = services.create(cast.actor("safety"), "action", {**given, "site": cast.sites["LKF"]})
    owner, quality, path = asking(cast, "owner"), asking(cast, "quality"), f"action/{action.number}/verbs/"
    wanted = {"until": "2026-04-10", "reason": "The part is late."}
    moves = {one["code"]: one for one in owner("GET", f"action/{action.number}/moves/").json()["moves"]}
    assert (moves["ask_extension"]["verb"], moves["ask_extension"]["by_hand"]) == ("ask_extension", False)
    odd = owner("POST", f"{path}ask_extension/", {"until": "next week"})
    assert (odd.status_code, sorted(odd.json()["errors"])) == (422, ["reason", "until"])
    assert owner("POST", f"{path}ask_extension/", wanted).status_code == 200
    # Nobody grants it to themselves.
    assert owner("POST", f"{path}grant_extension/", {}).status_code == 403
    assert quality("POST", f"{path}refuse_extension/", {}).status_code == 422
    refused = quality("POST", f"{path}refuse_extension/", {"reason": "Not over Easter."})
    assert (refused.status_code, refused.json()["due_on"]) == (200, "2026-03-20")
    assert owner("POST", f"{path}ask_extension/", wanted).status_code == 200
    granted = quality("POST", f"{path}grant_extension/", {"until": "2026-04-02", "answer": "Two weeks."})
    asked = owner("GET", f"{path}ask_extension/").json()["items"]
    assert [(one["state"], one["granted_to"], one["answer"]) for one in asked] == [
        ("refused", None, "Not over Easter."), ("granted", "2026-04-02", "Two weeks."),
    ]  # fmt: skip
    assert (granted.status_code, granted.json()["due_on"]) == (200, "2026-04-02")


def test_no_verb_is_done_from_outside(cast: Cast) -> None:
    report = file(cast).report
    outsider, deeds = asking(cast, "outsider"), Deed.everywhere.count()
    for verb in verbs.of("report"):
        for number in (report.number, "REP-1999-0001"):
            answer = outsider("POST", f"report/{number}/verbs/{verb.code}/", dict(verb.example), If_Match='"1"')
            assert (answer.status_code, answer.json()["type"]) == (404, "urn:openqsms:problem:not-found")
            assert outsider("GET", f"report/{number}/verbs/{verb.code}/").status_code == 404
    assert Deed.everywhere.count() == deeds
    assert asking(cast, "safety")("POST", f"report/{report.number}/verbs/launder/", {}).status_code == 404


@pytest.mark.parametrize("kind", [sheet.kind for sheet in registry.all_types() if list(verbs.of(sheet.kind))])
def test_every_verb_is_described_with_an_example_that_fits(db: None, kind: str) -> None:
    document = openapi.document()
    for verb in verbs.of(kind):
        operation = document["paths"][f"/{kind}/{{key}}/verbs/{verb.code}/"]["post"]
        content = operation["requestBody"]["content"]["application/json"]
        schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        assert set(schema.get("required", ())) <= content["example"].keys()
        assert content["example"].keys() <= schema["properties"].keys()
        for name, value in content["example"].items():
            assert value in schema["properties"][name].get("enum", [value])
        asked = {one["$ref"].rpartition("/")[2] for one in operation["parameters"] if "$ref" in one}
        assert ("If-Match" in asked, "Idempotency-Key" in asked) == (verb.writes_over, verb.to_sign is None)
        # A move that it makes is one of the kind that people do not make by hand.
        life = registry.get(kind).lifecycle
        assert all(not life.move(code).by_hand for code in verb.moves if code in {one.code for one in life.moves})
        assert Record.everywhere.count() == 0
