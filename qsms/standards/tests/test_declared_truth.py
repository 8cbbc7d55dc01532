"""Nobody is led into declaring what is not so: what a declaration is judged by, what is signed, and when it ends."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable
from typing import Any

import pypdf
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qsms.base import moment
from qsms.records import history, moves, proof, registry, services, signing
from qsms.records.errors import Invalid
from qsms.records.models import Deed, Signature, Task
from qsms.standards import adopting, binding, holding_true, shipped
from qsms.standards.models import PART_5, Adoption, Declaration, Evidence
from tests.cast import PASSWORD, Cast

from . import makers
from .conftest import Login
from .test_leaving_out import left_out_of_old

SECTIONS = 25


@pytest.fixture(autouse=True)
def today(clock: time_machine.Traveller) -> None:
    clock.move_to(dt.datetime(2026, 11, 22, 18, 0, tzinfo=dt.UTC))


@pytest.fixture
def executive(cast: Cast, login: Login) -> Client:
    """The accountable executive, with a password to sign with."""
    account = cast.account("executive")
    account.set_password(PASSWORD)
    account.save()
    return login("executive")


def declaration(cast: Cast, kind: str = "part_135", **more: Any) -> Declaration:
    given = {"title": f"Certificate of {kind}", "certificate_kind": kind, "owner": cast.owner, **more}
    made = services.create(cast.actor("safety"), "declaration", {"held_since": "2019-03-01", **given})
    assert isinstance(made, Declaration)
    return made


def shown(cast: Cast, but: Iterable[str] = ()) -> list[Evidence]:
    """Evidence for every paragraph of Part 5 but these with all below them."""
    framework, record = shipped.frameworks()[PART_5], makers.action(cast)
    skipped = {below for number in but for below in framework.subtree(number)}
    now = moment.now()
    return Evidence.everywhere.bulk_create(
        Evidence(
            organisation=cast.organisation, record_id=record.pk, framework=PART_5, number=one.number,
            as_of=now.date(), at=now,
        )
        for one in framework.requirements
        if one.assessable and one.number not in skipped
    )  # fmt: skip


def words(client: Client, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", makers.text(client, path)).split())


def paper(client: Client, number: str) -> str:
    answer = client.get(f"/standards/declaration/{number}/pdf/")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def signed(cast: Cast, client: Client, one: Declaration) -> Declaration:
    url = f"/r/declaration/{one.number}/move/sign/"
    asked = client.get(url)
    answer = client.post(url, {"password": PASSWORD, "shown": asked.context["shown_hash"]})
    assert answer.status_code == 303, answer.content.decode()
    return Declaration.everywhere.get(pk=one.pk)


# By which certificate, and from which adoption.


def test_it_is_judged_by_its_own_certificate_whatever_else_is_held_or_left_out(cast: Cast, login: Login) -> None:
    """The airline holds Part 121 as well, and its adoption once left out what is for Part 135."""
    adoption = makers.adopted(cast, PART_5, by="safety")
    left_out_of_old(cast, adoption, "5.9", "We hold no Part 135 certificate.")
    declaration(cast, "part_121", sms_accepted_on="2018-03-09")
    one, maker = declaration(cast), declaration(cast, "part_21_pc")
    shown(cast, ["5.9", "5.11"])
    page = words(login("safety"), f"/r/declaration/{one.number}/")
    assert re.search(r"5\.9 [\w ,.-]+ Not judged 0 of \d met\.", page), page
    assert re.search(r"5\.7 [\w ,.-]+ Not applicable Not applicable: it is for “Part 121 operations”\.", page)
    assert re.search(r"5\.11 [\w ,]+ Not applicable Not applicable: it is for “Production", page)
    assert "5.9 is left out, which is not allowed." in page
    page = words(login("safety"), f"/r/declaration/{maker.number}/")
    assert re.search(r"5\.7 [\w ,.-]+ Not applicable Not applicable: it is for “Part 121 operations”\.", page)
    assert re.search(r"5\.11 [\w ,]+ Not judged 0 of \d met\.", page)
    assert re.search(r"5\.17 [\w ,]+ Covered (\d+) of \1 met\.", page)
    assert "5.9 is left out" not in page, "it does not apply to this certificate, by rule"


def test_of_several_adoptions_somebody_says_which(cast: Cast, login: Login, executive: Client) -> None:
    adopted = [makers.adopted(cast, PART_5, by="safety", site=cast.sites[site]) for site in ("LKF", "STV")]
    iso_9001 = makers.adopted(cast, makers.ISO_9001)
    one, client = declaration(cast), login("safety")
    page = words(client, f"/r/declaration/{one.number}/")
    assert "14 CFR Part 5 is adopted several times." in page
    for each, site in zip(adopted, ("Larkfield", "Stoneview"), strict=True):
        assert re.search(rf"{each.number} [^<]*, {cast.sites['LKF' if site == 'Larkfield' else 'STV'].name}", page)
    refused = words_of(executive.get(f"/r/declaration/{one.number}/move/sign/"))
    assert "Choose the one that this certificate is judged from." in refused
    answer = client.post(f"/standards/declaration/{one.number}/from/", {"adoption": adopted[1].number})
    assert answer.status_code == 303
    page = words(client, f"/r/declaration/{one.number}/")
    assert f"from the evidence of {adopted[1].number}" in page
    with pytest.raises(Invalid, match="is no adopted 14 CFR Part 5"):
        services.edit(
            cast.actor("safety"), one.pk, Declaration.everywhere.get(pk=one.pk).version, {"judged_from": iso_9001.pk}
        )
    moves.move(cast.actor("safety"), adopted[1].pk, "void", reason="Adopted twice")
    assert "is closed, or you may not see it" in words(client, f"/r/declaration/{one.number}/")


def words_of(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_what_is_missing_of_a_certificate_is_named(cast: Cast, login: Login) -> None:
    for number, more, said in (
        (1, {"kind": "part_121", "held_since": "2015-03-01"}, "Fill in: SMS accepted on ."),
        (2, {"kind": "part_135", "held_since": ""}, "Fill in: Held since ."),
        (3, {"kind": "part_121", "held_since": "2015-03-01", "sms_accepted_on": "2025-01-01"}, "No rule speaks of"),
    ):
        one = declaration(cast, **more)
        assert one.pk, number
        assert said in words(login("safety"), f"/r/declaration/{one.number}/")


# What is signed.


def test_the_dialog_shows_every_section_and_the_signature_is_over_them(
    cast: Cast, login: Login, executive: Client
) -> None:
    adoption = makers.adopted(cast, PART_5, by="safety", scope="All that flies at Larkfield.")
    one = declaration(cast, single_pilot=True)
    [piece] = [each for each in shown(cast) if each.number == "5.55(a)"]
    url = f"/r/declaration/{one.number}/move/sign/"
    dialog = words_of(asked := executive.get(url))
    for part in (
        f"Judged by the evidence of {adoption.number}", "All that flies at Larkfield",
        "sections apply to this certificate;", "5.55 Safety risk assessment and control Complete: 4 of 4 met.",
        "5.7 Domestic, flag and supplemental operations", "it is for “Part 121 operations”",
        "Not applicable: 5.9(e) (5.21(a)(4), 5.21(a)",
    ):  # fmt: skip
        assert part in dialog, (part, dialog)
    binding.end(cast.actor("safety"), piece.pk, "Taken back meanwhile")
    stale = executive.post(url, {"password": PASSWORD, "shown": asked.context["shown_hash"]})
    assert stale.status_code == 403, "one section is not complete any more"
    assert Declaration.everywhere.get(pk=one.pk).state == "draft"
    Evidence.everywhere.filter(pk=piece.pk).update(ended_at=None)
    old = executive.post(url, {"password": PASSWORD, "shown": "0" * 64})
    assert "changed since you opened this page" in old.content.decode()

    after = signed(cast, executive, one)
    assert after.judged_from_id == adoption.pk
    assert len(after.sections) == SECTIONS
    deed = Deed.everywhere.get(record_id=one.pk, verb="move.sign")
    assert len(deed.detail[signing.ALSO]) == SECTIONS + 2
    signature = Signature.everywhere.get(record_id=one.pk)
    assert signature.content_hash == asked.context["shown_hash"]
    assert signature.content_hash != signing.content_hash(registry.get("declaration"), one)
    assert list(proof.records(cast.organisation.pk)) == [], "history proves what was signed"
    text = paper(executive, one.number)
    for part in ("5.7", "it is for “Part 121", "5.21(a)(4)", "Complete", "4 of 4", "apply to this certificate"):
        assert part in text, part
    assert "not so any more" not in text


def test_what_was_left_out_of_old_blocks_the_signature_and_nothing_says_complete(
    cast: Cast, login: Login, executive: Client
) -> None:
    adoption = makers.adopted(cast, PART_5, by="safety")
    for number in ("Subpart B", "Subpart C", "Subpart D", "Subpart E", "5.5", "5.95"):
        left_out_of_old(cast, adoption, number, "Not wanted here")
    one = declaration(cast)
    page = words(login("safety"), f"/r/declaration/{one.number}/")
    assert "6 requirements are left out, which is not allowed, the first is Subpart B." in page
    assert "Every section that applies is complete" not in page
    assert "0 sections are not complete" not in page
    shown(cast)
    url = f"/r/declaration/{one.number}/move/sign/"
    assert "6 requirements are left out, which is not allowed" in executive.get(url).content.decode()
    assert executive.post(url, {"password": PASSWORD}).status_code == 403
    assert "It cannot be declared yet. 6 requirements are left out" in paper(login("safety"), one.number)
    for number in ("Subpart B", "Subpart C", "Subpart D", "Subpart E", "5.5", "5.95"):
        adopting.include(cast.actor("safety"), adoption.pk, number)
    assert "Every section that applies is complete." in words(login("safety"), f"/r/declaration/{one.number}/")
    signed(cast, executive, one)


# When it stops being true.


def test_what_stops_being_true_says_so_at_once_and_asks_its_owner_once(
    cast: Cast, login: Login, executive: Client, clock: time_machine.Traveller
) -> None:
    makers.adopted(cast, PART_5, by="safety")
    [*_rest, last] = shown(cast)
    one = signed(cast, executive, declaration(cast))
    before, path = one.sections, f"/r/declaration/{one.number}/"
    assert holding_true.watch() == 0
    assert "not so any more" not in words(login("safety"), path)

    binding.end(cast.actor("safety"), last.pk, "The procedure is gone")
    page = words(login("safety"), path)
    assert "What was signed is not so any more, by the evidence that you may see." in page
    assert "One section is not complete: 5.97." in page
    assert re.search(r"5\.97 [\w ]+ Partly \d of (\d) met\. When it was signed: Complete: \1 of \1 met\.", page), page
    assert "not so any more, by the evidence seen on 22 Nov 2026" in paper(login("safety"), one.number)
    assert (holding_true.watch(), holding_true.watch()) == (1, 0)
    task = Task.everywhere.get(record_id=one.pk, code=holding_true.TASK, done_at=None)
    assert task.person_id == cast.owner.pk
    after = Declaration.everywhere.get(pk=one.pk)
    assert (after.sections, after.state, after.version) == (before, "signed", one.version), "what was signed stands"
    assert history.entries(after)[0].reason.startswith("One section is not complete: 5.97.")
    assert list(proof.records(cast.organisation.pk)) == []

    Evidence.everywhere.filter(pk=last.pk).update(ended_at=None)
    assert holding_true.watch() == 1
    assert not Task.everywhere.filter(record_id=one.pk, code=holding_true.TASK, done_at=None).exists()
    clock.shift(dt.timedelta(days=1))
    moves.move(cast.actor("safety"), Adoption.everywhere.get().pk, "void", reason="Begun anew elsewhere")
    assert holding_true.watch() == 1
    assert "The adopted standard that it was judged from is not worked to" in history.entries(after)[0].reason
    assert "is closed, or you may not see it" in words(login("safety"), path)
    moves.move(cast.actor("safety"), one.pk, "take_back", reason="It is not so any more")
    assert Declaration.everywhere.get(pk=one.pk).untrue_since is None
    assert not Task.everywhere.filter(record_id=one.pk, code=holding_true.TASK, done_at=None).exists()


def test_its_page_asks_the_same_number_of_questions_however_much_there_is(cast: Cast, login: Login) -> None:
    makers.adopted(cast, PART_5, by="safety")
    one, client = declaration(cast), login("safety")

    def asked() -> int:
        client.get(f"/r/declaration/{one.number}/")
        with CaptureQueriesContext(connection) as caught:
            client.get(f"/r/declaration/{one.number}/")
        return len(caught)

    few = asked()
    shown(cast)
    declaration(cast, "part_121")
    left_out_of_old(cast, Adoption.everywhere.get(), "5.95")
    assert asked() <= few
