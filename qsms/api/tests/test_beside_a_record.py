"""What stands beside a record: moves, links, history, comments, tasks."""

from __future__ import annotations

from collections.abc import Callable

from qsms.records import services
from qsms.records.models import Comment, Link, Signature
from tests.cast import PASSWORD, Cast
from tests.newtype.models import Spill

from .conftest import Program

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


def test_moves_tell_why_they_are_shut(program: Programs, spill: Make, keeper: Cast) -> None:
    made = spill(owner=keeper.colleague)
    shut = program("colleague").get(f"spill/{made.number}/moves/").json()
    assert (shut["state"], shut["version"]) == ("found", 1)
    clean, void = shut["moves"]
    assert (clean["code"], clean["open"], clean["to"], clean["asks"]) == (
        "clean",
        False,
        "cleaned",
        ["cleaned", "checker"],
    )
    assert clean["reasons"] == ["You may not do this. Ask Safety Person or Quality Person or Site Owner Person."]
    assert (void["needs_reason"], clean["needs_reason"], clean["signature"]) == (True, False, None)
    assert [one["open"] for one in program("safety").get(f"spill/{made.number}/moves/").json()["moves"]] == [True, True]


def test_a_move_takes_fields_a_reason_and_a_signature(program: Programs, spill: Make, keeper: Cast) -> None:
    made, safety, quality = spill(), program("safety"), program("quality")
    path = f"spill/{made.number}/moves/"
    wrong = safety.post(f"{path}clean/", {"fields": {"cleaned": "Sand", "litres": 3}})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["litres"])
    lacking = safety.post(f"{path}clean/", {"fields": {"cleaned": "Sand"}})
    assert list(lacking.json()["errors"]) == ["checker"]
    done = safety.post(f"{path}clean/", {"fields": {"cleaned": "Sand", "checker": keeper.quality.pk}})
    assert (done.status_code, done.json()["state"], done.json()["version"]) == (200, "cleaned", 2)
    late = safety.post(f"{path}clean/", {"fields": {"cleaned": "Sand", "checker": keeper.quality.pk}})
    assert (late.status_code, late.json()["type"]) == (409, "urn:openqsms:problem:clash")
    assert "is now “Cleaned”" in late.json()["reasons"][0]

    [task] = quality.get("tasks/").json()["items"]
    assert (task["title"], task["record"]["number"]) == ("Check that the stand is clean", made.number)
    [check, _void] = quality.get(path).json()["moves"]
    assert check["signature"]["meaning"] == "checked"
    assert quality.post(f"{path}check/").json()["errors"] == {"password": "Type your password to sign."}
    assert quality.post(f"{path}check/", {"password": "guess"}).status_code == 422
    old = quality.post(f"{path}check/", {"password": PASSWORD, "shown": "0" * 64})
    assert "changed since you opened" in old.json()["errors"]["password"]
    blind = quality.post(f"{path}check/", {"password": PASSWORD})
    assert "not known what you have read" in blind.json()["errors"]["password"]
    signed = quality.post(f"{path}check/", {"password": PASSWORD, "shown": check["signature"]["shown"]})
    assert (signed.status_code, signed.json()["state"], signed.json()["phase"]) == (200, "closed", "done")
    assert Signature.everywhere.get().person_id == keeper.quality.pk
    assert quality.get("tasks/").json()["items"] == []
    assert quality.get(f"spill/{made.number}/history/").json()["items"][0]["signed_as"] == "checked"


def test_a_move_that_is_none_and_one_without_right_or_reason(program: Programs, spill: Make) -> None:
    made = spill("colleague")
    assert program("safety").post(f"spill/{made.pk}/moves/launder/").status_code == 404
    refused = program("colleague").post(f"spill/{made.pk}/moves/void/", {"reason": "No"})
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:openqsms:problem:forbidden")
    assert refused.json()["reasons"]
    assert list(program("safety").post(f"spill/{made.pk}/moves/void/").json()["errors"]) == ["reason"]
    made.refresh_from_db()
    assert made.state == "found"


def test_links_go_both_ways_and_leave_with_a_reason(program: Programs, spill: Make) -> None:
    one, two, safety = spill(), spill(title="The same again"), program("safety")
    made = safety.post(f"spill/{one.number}/links/", {"target": two.number, "relation": "duplicates"})
    assert made.status_code == 201, made.json()
    assert made.json()["record"]["title"] == "The same again"
    again = safety.post(f"spill/{one.pk}/links/", {"target": two.pk, "relation": "duplicates"})
    assert again.json()["id"] == made.json()["id"]
    [back] = safety.get(f"spill/{two.number}/links/").json()["items"]
    assert (back["outward"], back["words"], back["record"]["number"]) == (False, "has the duplicate", one.number)
    path = made["Location"]
    assert path == f"/api/v1/spill/{one.number}/links/{back['id']}/"
    assert safety("DELETE", path).status_code == 422
    other = spill()
    assert safety("DELETE", f"spill/{other.pk}/links/{back['id']}/?reason=x").status_code == 404
    assert program("colleague")("DELETE", f"{path}?reason=x").status_code == 404
    assert safety("DELETE", f"{path}?reason=Mistaken").status_code == 204
    assert Link.everywhere.count() == 0
    told = safety.get(f"spill/{two.pk}/history/").json()["items"]
    assert [(deed["verb"], deed["reason"]) for deed in told[:2]] == [("unlinked", "Mistaken"), ("linked", "")]
    assert told[0]["other"]["number"] == one.number


def test_what_cannot_be_linked(program: Programs, spill: Make, keeper: Cast) -> None:
    made, secret = spill("colleague"), spill("reporter", site=keeper.sites["STV"])
    safety, colleague = program("safety"), program("colleague")
    answers = [
        program("site_owner").post(f"spill/{made.pk}/links/", {"target": target, "relation": "relates"})
        for target in (secret.pk, secret.number, 999_999, "SPL-1999-0001", 2**62, "", "0")
    ]
    assert {answer.status_code for answer in answers} == {422}
    words = {answer.json()["errors"]["target"].partition("“")[0] for answer in answers}
    assert words == {"There is no record "}
    assert colleague.post(f"spill/{made.pk}/links/", {"target": made.pk, "relation": "relates"}).status_code == 422
    assert safety.post(f"spill/{made.pk}/links/", {"target": secret.pk, "relation": "eats"}).status_code == 422
    assert safety.post(f"spill/{made.pk}/links/", {"target": 2**70, "relation": "relates"}).status_code == 422


def test_history_is_paged_and_names_only_what_is_seen(program: Programs, spill: Make, keeper: Cast) -> None:
    made, secret = spill("colleague"), spill(site=keeper.sites["STV"], title="Elsewhere")
    services.link(keeper.actor("safety"), made.pk, secret.pk, "relates")
    services.edit(keeper.actor("safety"), made.pk, 1, {"title": "New title"}, reason="Clearer")
    whole = program("safety").get(f"spill/{made.pk}/history/").json()["items"]
    assert [deed["verb"] for deed in whole] == ["edited", "linked", "created"]
    assert whole[0]["changes"] == [{"field": "title", "old": "Fuel under the wing", "new": "New title"}]
    assert (whole[0]["by"]["name"], whole[0]["reason"], whole[0]["version"]) == ("Safety Person", "Clearer", 2)
    assert whole[1]["other"]["title"] == "Elsewhere"
    assert whole[2]["values"]["fuel"] == "Jet A-1"
    answer = program("colleague").get(f"spill/{made.pk}/history/")
    assert "Elsewhere" not in answer.content.decode()
    assert [sorted(whole[1].keys() - deed.keys()) for deed in answer.json()["items"]][1] == ["other"]
    first = program("safety").get(f"spill/{made.pk}/history/?limit=2").json()
    last = program("safety").get(f"spill/{made.pk}/history/?after={first['next']}").json()
    assert [deed["verb"] for deed in last["items"]] == ["created"]
    assert last["next"] is None


def test_comments(program: Programs, spill: Make, keeper: Cast) -> None:
    made = spill("colleague")
    path = f"spill/{made.number}/comments/"
    said = program("safety").post(path, {"text": "Whose is it?", "mentions": [keeper.colleague.pk, keeper.outsider.pk]})
    assert said.status_code == 201
    assert said.json()["mentions"] == [{"id": keeper.colleague.pk, "name": "Colleague Person"}]
    assert program("colleague").post(path, {"text": "Mine"}).status_code == 201
    listed = program("safety").get(f"{path}?limit=1").json()
    assert listed["items"] == [said.json()]
    after = program("safety").get(f"{path}?after={listed['next']}").json()
    assert [one["text"] for one in after["items"]] == ["Mine"]
    for wrong in ({"text": " "}, {}, {"text": 5}, {"text": "x", "colour": "red"}, {"text": "x", "mentions": "all"}):
        assert program("safety").post(path, wrong).status_code == 422
    assert Comment.everywhere.count() == 2
