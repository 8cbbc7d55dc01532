"""Requests to change documents: several at once, each answered by who owns it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.test import Client

from qsms.documents import asking, distributing, effect
from qsms.documents.models import ChangeRequest, Document, Revision
from qsms.exchange import runs
from qsms.records import history, moves, outbox, proof, registry, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Link, Record
from tests.cast import Cast

from .makers import approved, document, effective, revision

pytestmark = pytest.mark.django_db


def given_out(cast: Cast, by: str, **values: Any) -> Document:
    """In effect and given to everybody at Larkfield: whoever is to name it has to see it."""
    held = effective(cast, revision(cast, document(cast, by, **values), by), by)
    distributing.add_rule(cast.actor(by), held.pk, site_id=cast.sites["LKF"].pk)
    return Document.everywhere.get(pk=held.pk)


def test_each_document_of_a_request_is_revised_or_answered_by_its_owner(cast: Cast) -> None:
    first, second, third = given_out(cast, "safety"), given_out(cast, "quality"), given_out(cast, "quality")
    action = services.create(
        cast.actor("quality"), "action",
        {"title": "Say it in the procedure", "description": "x", "site": cast.sites["LKF"], "owner": cast.owner},
    )  # fmt: skip
    given = {"title": "Goggles are missing", "document": first.pk, "wanted": "Add goggles.", "site": cast.sites["LKF"]}
    several = {"also_documents": [second.number, f"{third.number} {third.title}", first.number]}
    with pytest.raises(Invalid, match="no record “DOC-1999-0001”"):
        services.create(cast.actor("owner"), "change_request", given | {"also_documents": ["DOC-1999-0001"]})
    with pytest.raises(Invalid, match="Name the first"):
        services.create(cast.actor("owner"), "change_request", given | several | {"document": None})
    asked = services.create(cast.actor("owner"), "change_request", given | several, raised_from=action)
    assert isinstance(asked, ChangeRequest)
    assert asked.also_documents == [second.number, third.number], "each once, and the first one not again"
    assert asked.documents == f"{first.code}, {second.code}, {third.code}"
    linked = Link.everywhere.filter(source=asked, relation="changes").values_list("target_id", flat=True)
    assert set(linked) == {first.pk, second.pk, third.pk}

    # What cannot be read in the form stays typed, with the sentence beside it.
    owner = Client()
    owner.force_login(cast.account("owner"))
    typed = {"title": "x", "wanted": "y", "document": first.number, "also_documents": ["DOC-1999-0001", ""]}
    back = owner.post("/r/change_request/new/", typed)
    assert back.status_code == 422
    assert 'value="DOC-1999-0001" id="f_also_documents_0"' in back.content.decode()
    assert "no record “DOC-1999-0001”" in back.content.decode()

    # Every owner decides on it, and none says no for the others.
    safety, quality = cast.actor("safety"), cast.actor("quality")
    assert {"decide"} == {task.code for who in (safety, quality) for task in waiting(who, asked)}
    moves.move(safety, asked.pk, "accept")
    [mine], [theirs] = waiting(safety, asked), waiting(quality, asked)
    assert (mine.code, mine.title) == ("revise", f"Revise {first.code}: Goggles are missing")
    assert theirs.title == f"Revise {second.code}, {third.code}: Goggles are missing"
    with pytest.raises(Refused, match=f"“needs no change”: {first.code}, {second.code}, {third.code}"):
        moves.move(safety, asked.pk, "finish")

    # One of them is revised, from the page of the request.
    client = Client()
    client.force_login(cast.account("quality"))
    page = client.get(f"/r/change_request/{asked.number}/").content.decode()
    assert "0 of 3 answered" in page
    assert f"raise/revision/?of={second.number}" in page
    form = client.get(f"/r/change_request/{asked.number}/raise/revision/?of={second.number}").content.decode()
    assert f'value="{second.number} {second.title}"' in form
    assert "Add goggles." in form
    [raising] = [one for one in registry.raisings("change_request") if one.kind == "revision"]
    assert raising.picked is not None
    for held, by in ((first, "safety"), (second, "quality")):
        source = ChangeRequest.everywhere.get(pk=asked.pk)
        values = dict(raising.picked(source, held.number))
        values["owner"] = values["owner"].pk
        made = services.create(cast.actor(by), "revision", values, raised_from=source)
        assert isinstance(made, Revision)
        assert made.document_id == held.pk
        with pytest.raises(Refused, match="answered"):
            moves.move(cast.actor(by), asked.pk, "finish")
        approved(cast, made, by)
        effect.run(cast.organisation.pk)
        outbox.deliver()
        # The owner of two is done with both only.
        assert [task.code for task in waiting(quality, asked)] == ["revise"]
    assert waiting(safety, asked) == []

    # The last needs no change: who owns it says why, and nobody else.
    address = f"/documents/request/{asked.number}/spare/?document={third.number}"
    with pytest.raises(Refused, match="Who owns"):
        asking.spare(cast.actor("owner"), asked.pk, third.number, "I think not.")
    with pytest.raises(NotVisible):
        asking.spare(quality, asked.pk, second.number, "It was revised already.")
    assert "Say why it needs no change" in client.post(address, {"why": " "}).content.decode()
    client.post(address, {"why": "It speaks of oil alone."})
    done = ChangeRequest.everywhere.get(pk=asked.pk)
    assert (done.state, waiting(quality, asked)) == ("done", [])
    assert "It speaks of oil alone." in client.get(f"/r/change_request/{asked.number}/").content.decode()
    assert asking.SPARED in {entry.verb for entry in history.entries(done)}
    assert client.get(address).status_code == 404
    assert list(proof.records(cast.organisation.pk)) == []


def waiting(actor: Any, asked: Record) -> list[tasks.Waiting]:
    return [task for task in tasks.mine(actor) if task.record.pk == asked.pk]


def test_others_named_later_are_asked_and_those_named_no_more_are_not(cast: Cast) -> None:
    first, second = given_out(cast, "safety"), given_out(cast, "quality")
    asked = services.create(
        cast.actor("quality"), "change_request",
        {"title": "Goggles", "document": first.pk, "wanted": "Add goggles.", "site": cast.sites["LKF"]},
    )  # fmt: skip
    for also, codes in (([second.number], ["decide"]), ([], [])):
        asked = services.edit(cast.actor("quality"), asked.pk, asked.version, {"also_documents": also})
        assert [task.code for task in waiting(cast.actor("quality"), asked)] == codes
    asked = moves.move(cast.actor("safety"), asked.pk, "accept")
    assert isinstance(asked, ChangeRequest)
    asked = services.edit(cast.actor("quality"), asked.pk, asked.version, {"also_documents": [second.number]})
    assert len(waiting(cast.actor("quality"), asked)) == 1
    services.edit(cast.actor("quality"), asked.pk, asked.version, {"also_documents": []})
    assert waiting(cast.actor("quality"), asked) == []
    assert list(Link.everywhere.filter(source=asked, relation="changes").values_list("target_id", flat=True)) == [
        first.pk
    ]


def test_the_documents_go_out_and_come_in_through_every_door(cast: Cast) -> None:
    first, second, secret = given_out(cast, "safety"), given_out(cast, "quality"), document(cast)
    client = Client()
    client.force_login(cast.account("quality"))
    sent = {
        "title": "Goggles", "wanted": "Add goggles.", "site": cast.sites["LKF"].pk, "document": first.number,
        "owner": cast.owner.pk, "also_documents": [{"id": second.pk}, secret.number],
    }  # fmt: skip
    made = client.post("/api/v1/change_request/", json.dumps(sent), content_type="application/json")
    assert made.status_code == 201, made.content
    assert [one["number"] for one in made.json()["also_documents"]] == [second.number, secret.number]
    wrong = client.post(
        "/api/v1/change_request/", json.dumps(sent | {"also_documents": [[1]]}), content_type="application/json"
    )
    assert wrong.status_code == 422
    assert "list of numbers" in wrong.content.decode()

    # Who does not see one of them, because it was not given out yet, is not told of it.
    other = Client()
    other.force_login(cast.account("owner"))
    number = made.json()["number"]
    assert [one["number"] for one in other.get(f"/api/v1/change_request/{number}/").json()["also_documents"]] == [
        second.number
    ]
    page = other.get(f"/r/change_request/{number}/").content.decode()
    assert second.title in page
    assert f"/r/document/{secret.number}/" not in page
    assert f"{first.code}, {second.code}" in client.get("/r/change_request/").content.decode()

    # What is exported comes in again, its documents by number.
    table = b"".join(client.get("/r/change_request/export/?format=csv&all=1"))
    assert f"{second.number}; {secret.number}".encode() in table, table
    head = "Title,What to change,Site,Document,Further documents"
    rows = f"{head}\nOil,Say oil,LKF,{first.code},{second.code}; {first.number}\n"
    run = runs.begin(cast.actor("quality"), "change_request", [("asked.csv", io.BytesIO(rows.encode()))])
    runs.match_unattended(run, cast.actor("quality"), given=None)
    runs.claim_check(run)
    runs.do_check(run, cast.actor("quality"), lambda *_what: None)
    runs.claim_run(run, skip_bad=False)
    runs.do_run(run, cast.actor("quality"), lambda *_what: None)
    came = ChangeRequest.everywhere.get(title="Oil")
    assert (came.document_id, came.also_documents) == (first.pk, [second.number])
    assert came.documents == f"{first.code}, {second.code}"
