"""What an organisation judges and pastes itself, and editions side by side."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client

from qsms.base import moment
from qsms.org import actor as actors
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Deed
from qsms.rules.coverage import State
from qsms.rules.frameworks import Confidence, Reference
from qsms.standards import judging, library, standing, texts
from qsms.standards.commands import FORMS
from qsms.standards.judging import Judged
from qsms.standards.models import Adoption, ClauseText, Crosswalk
from tests.cast import Cast

from .makers import AS9100, ISO_9001, ISO_14001, action, adopted, bound, text

Login = Callable[[str], Client]
HERE, THERE = Reference(ISO_9001, "7.1.5.2"), Reference(ISO_14001, "9.1.1")


def state(cast: Cast, adoption: Adoption, number: str) -> State:
    return standing.of(cast.actor("quality"), adoption).coverage.covered[number].state


def test_a_shipped_pair_is_judged_otherwise_and_taken_back_through_the_pages(cast: Cast, login: Login) -> None:
    adopted(cast, ISO_9001)
    other = adopted(cast, ISO_14001)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    assert state(cast, other, "9.1.1") is State.PARTLY
    shipped = library.crosswalk()
    client = login("quality")
    page = text(client, "/standards/clause/iso-9001/2015/7.1.5.2/")
    path = "/standards/pairs/judge/?standard=iso-9001%2F2015&clause=7.1.5.2&other=iso-14001%2F2015&number=9.1.1"
    assert path in page
    assert "checked" in text(client, path), "what stands between the two is filled in"
    given = {"relation": "equal", "other": ISO_14001, "number": "9.1.1", "confidence": "secondary"}
    assert "Say why" in client.post(path, {**given, "why": "So"}).content.decode()
    assert client.post(path, {**given, "why": "Our instruments are for the environment alone."}).status_code == 303
    assert state(cast, other, "9.1.1") is State.PARTLY, "it waits for a second person"
    (waits,) = judging.own(cast.organisation.pk)
    assert client.post("/standards/pairs/confirm/", {"key": waits.key}).status_code == 403, "the author never confirms"
    assert "It waits for" in text(client, "/standards/pairs/")
    second = login("safety")
    assert "Confirm" in text(second, "/standards/pairs/")
    assert second.post("/standards/pairs/confirm/", {"key": waits.key}).status_code == 303
    assert second.post("/standards/pairs/confirm/", {"key": waits.key}).status_code == 404
    assert state(cast, other, "9.1.1") is State.MET
    page = text(client, "/standards/clause/iso-14001/2015/9.1.1/")
    assert "Judged in your organisation." in page
    assert library.crosswalk() == shipped, "the shipped one is no other"
    page = text(client, "/standards/pairs/")
    assert "Our instruments are for the environment alone." in page
    assert "Shipped:" in page

    assert second.post(path, {**given, "relation": "none", "why": "They measure other things here."}).status_code == 303
    assert state(cast, other, "9.1.1") is State.MET, "a contrary judgement takes nothing away"
    kept, contrary = judging.own(cast.organisation.pk)
    assert (kept.key, kept.counts, contrary.waits) == (waits.key, True, True)
    page = text(client, "/standards/pairs/")
    assert "Our instruments are for the environment alone." in page
    assert "They measure other things here." in page
    assert f"judged by {cast.people['safety'].name}" in page
    assert client.post("/standards/pairs/confirm/", {"key": contrary.key}).status_code == 303
    assert state(cast, other, "9.1.1") is State.NOT_ASSESSED
    assert len(judging.own(cast.organisation.pk)) == 1
    assert "Our instruments are for the environment alone." in text(client, "/standards/pairs/"), (
        "it is kept as replaced"
    )
    assert client.post("/standards/pairs/take-back/", {"key": contrary.key}).status_code == 303
    assert client.post("/standards/pairs/take-back/", {"key": contrary.key}).status_code == 404
    assert state(cast, other, "9.1.1") is State.PARTLY
    assert len(judging.every(cast.organisation.pk)) == 2
    assert Crosswalk.everywhere.filter(organisation=cast.organisation).count() == 5, "every revision is kept"
    verbs = list(Deed.everywhere.filter(subject="crosswalk").order_by("pk").values_list("verb", flat=True))
    assert verbs == [judging.JUDGED, judging.CONFIRMED, judging.JUDGED, judging.CONFIRMED, judging.TAKEN_BACK]


def test_a_pair_of_ones_own_is_of_this_organisation_alone(cast: Cast) -> None:
    judged = Judged(HERE, Reference(AS9100, "8.7.1"), "overlap", "Rejected tools are nonconforming output.",
                    Confidence.BACKGROUND)  # fmt: skip
    made = judging.judge(cast.actor("quality"), judged)
    assert judging.own(cast.organisation.pk) == [made]
    backwards = Judged(judged.right, judged.left, "overlap", "The very same, said by another.", Confidence.BACKGROUND)
    with pytest.raises(Invalid, match="Confirm that one"):
        judging.judge(cast.actor("safety"), backwards)
    judging.confirm(cast.actor("safety"), made.key)
    assert judging.own(cast.other.pk) == []
    assert [one.pair.rationale for one in library.relations(cast.organisation.pk, []).readings(HERE, AS9100)][:1] == [
        "Rejected tools are nonconforming output."
    ]
    assert judged.right not in {one.there for one in library.relations(cast.other.pk, []).readings(HERE, AS9100)}
    with pytest.raises(Refused):
        judging.judge(cast.actor("executive"), judged)
    for wrong, match in (
        (Judged(HERE, Reference(ISO_14001, "99"), "equal", "A good reason", Confidence.DOUBTFUL), "no requirement"),
        (Judged(HERE, Reference(ISO_9001, "7.2"), "equal", "A good reason", Confidence.DOUBTFUL), "another standard"),
        (Judged(HERE, THERE, "maybe", "A good reason", Confidence.DOUBTFUL), "how they relate"),
    ):
        with pytest.raises(Invalid, match=match):
            judging.judge(cast.actor("quality"), wrong)


def test_editions_stand_side_by_side_and_suggestions_are_told_as_such(login: Login) -> None:
    client = login("quality")
    assert "Choose at least 2 standards." in text(client, "/standards/side-by-side/?standard=iso-9001/2015")
    page = text(
        client,
        "/standards/side-by-side/?standard=iso-14001/2015&standard=iso-9001/2015&standard=as9100/D&standard=nobody/1",
    )
    row = next(one for one in page.split("<tr") if "/iso-14001/2015/9.1.1/" in one)
    assert "/iso-9001/2015/7.1.5/" in row
    assert "is part of what" in row or "asks more" in row
    assert "suggested" in page
    assert client.get("/standards/side-by-side/?standard=a").status_code == 200
    title = "Monitoring and measuring resources"
    assert title in row, "a number alone says little"
    query = "standard=iso-14001/2015&standard=iso-9001/2015"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/standards/side-by-side/?{query}&format=xlsx").content))
    lines = {line[0]: line for line in book.worksheets[0].values}
    assert f"7.1.5 {title}" in str(lines["9.1.1"][2])
    assert login("executive").get(f"/standards/side-by-side/?{query}&format=csv").status_code == 403


def test_a_licensed_text_stays_with_who_may_read_it_and_in_no_file(cast: Cast, login: Login) -> None:
    client, path = login("quality"), "/standards/text/?standard=iso-9001%2F2015&clause=7.2"
    assert path in text(client, "/standards/clause/iso-9001/2015/7.2/")
    licensed = "The licensed words of the publisher, bought by us."
    assert client.post(path, {"text": licensed}).status_code == 303
    assert client.post(path, {"text": licensed}).status_code == 303
    assert ClauseText.everywhere.count() == 1
    clause = "/standards/clause/iso-9001/2015/7.2/"
    assert licensed in text(client, clause)
    for who in ("director", "outsider"):
        assert licensed not in text(login(who), clause)
    assert texts.of(actors.system(cast.other.pk), Reference(ISO_9001, "7.2")) is None
    assert login("director").get(path).status_code == 403
    for form in FORMS:
        answer = client.get("/standards/edition/iso-9001/2015/export/", {"format": form})
        content = answer.content
        if form == "xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                content = b"".join(book.read(name) for name in book.namelist())
        assert b"7.1.5.2" in content
        assert licensed.encode() not in content
    adoption = adopted(cast, ISO_9001)
    assert licensed not in text(client, f"/standards/adopted/{adoption.number}/export/")
    assert not Deed.everywhere.filter(detail__icontains="licensed words").exists()
    assert client.post(path, {"text": ""}).status_code == 303
    assert licensed not in text(client, clause)
    assert [one.text for one in texts.versions(cast.actor("quality"), Reference(ISO_9001, "7.2"))] == ["", licensed]
    with pytest.raises(NotVisible):
        texts.paste(cast.actor("quality"), Reference(ISO_9001, "99"), "Words")


def test_a_pair_judged_before_a_second_person_was_asked_counts_as_it_did(cast: Cast, login: Login) -> None:
    adopted(cast, ISO_9001)
    other = adopted(cast, ISO_14001)
    bound(cast, action(cast), ISO_9001, "7.1.5.2")
    old = Judged(HERE, THERE, "equal", "Our instruments are for the environment alone.", Confidence.SECONDARY).data
    Crosswalk.everywhere.create(
        organisation_id=cast.organisation.pk, edition="own", revision=1, basis="Judged here", confidence_note="",
        pairs=[old[:-1]], checksum="as it was stored", brought_at=moment.now(),
    )  # fmt: skip
    assert state(cast, other, "9.1.1") is State.MET
    [one] = judging.own(cast.organisation.pk)
    assert (one.counts, one.by) == (True, None)
    client = login("quality")
    assert "Our instruments are for the environment alone." in text(client, "/standards/pairs/")
    assert client.post("/standards/pairs/take-back/", {"key": one.key}).status_code == 303
    assert state(cast, other, "9.1.1") is State.PARTLY
