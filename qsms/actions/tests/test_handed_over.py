"""What was handed over for a check stays as it was: its fields, its day, its evidence, and what is signed about it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client

from qsms.actions import services
from qsms.actions.models import Action
from qsms.base import moment
from qsms.records import attachments, bulk, deed_words, history, proof, registry, signing
from qsms.records import services as spine
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment, Record, Signature
from qsms.records.signing import Proof
from tests.cast import PASSWORD, Cast

from .test_actions import DUE, NOON, give_password, raised

FOUND = {"check_result": "None leak"}


@pytest.fixture(autouse=True)
def november() -> object:
    with moment.at(NOON):
        yield


def photo(cast: Cast, record: Record, who: str = "site_owner", name: str = "tags.txt") -> Attachment:
    upload = io.BytesIO(f"Eight carts, {name}".encode())
    return attachments.add(cast.actor(who), record.pk, upload, name=name, role=attachments.EVIDENCE).attachment


def handed_over(cast: Cast, **values: object) -> tuple[Record, Attachment]:
    record = raised(cast, owner=cast.site_owner, **values)
    owner = cast.actor("site_owner")
    spine.move(owner, record.pk, "analyse")
    spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    shown = photo(cast, record)
    fields = {
        "done_summary": "All eight carts",
        "verifier": cast.colleague.pk,
        "check_on": NOON.date(),
        "check_method": "Audit ten",
    }
    return spine.move(owner, record.pk, "implement", fields=fields), shown


def sign_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


@pytest.mark.parametrize(
    "given",
    [
        {"check_result": "Works well"},
        {"check_on": dt.date(2027, 5, 1)},
        {"check_method": "A glance"},
        {"verifier": None},
        {"root_cause": "Nobody's fault"},
        {"plan": "Nothing"},
        {"done_summary": "Twenty carts"},
        {"due_on": dt.date(2027, 5, 1)},
    ],
    ids=lambda given: next(iter(given)),
)
def test_the_owner_changes_nothing_that_waits_for_the_check(cast: Cast, given: dict[str, object]) -> None:
    record, _shown = handed_over(cast)
    [name] = given
    with pytest.raises(Invalid) as refused:
        spine.edit(cast.actor("site_owner"), record.pk, record.version, given, reason="I want to")
    assert list(refused.value.errors) == [name]
    assert Action.objects.get(pk=record.pk).version == record.version
    assert f'name="{name}"' not in sign_in(cast, "site_owner").get(f"/r/action/{record.number}/edit/").content.decode()


def test_another_plans_the_check_anew_with_a_reason(cast: Cast) -> None:
    record, _shown = handed_over(cast)
    quality, given = cast.actor("quality"), {"check_on": dt.date(2027, 5, 1)}
    with pytest.raises(Invalid, match="Say why the check is planned anew"):
        spine.edit(quality, record.pk, record.version, given)
    spine.edit(quality, record.pk, record.version, given, reason="No cart flies before")
    assert history.entries(record)[0].reason == "No cart flies before"


def test_the_day_it_is_due_moves_by_more_time_or_by_who_may_give_it(cast: Cast) -> None:
    record = raised(cast, owner=cast.site_owner)
    client = sign_in(cast, "site_owner")
    with pytest.raises(Invalid, match="moves with “Ask for more time”"):
        spine.edit(cast.actor("site_owner"), record.pk, 1, {"due_on": dt.date(2027, 3, 1)}, reason="Busy")
    assert 'name="due_on"' not in client.get(f"/r/action/{record.number}/edit/").content.decode()
    sent = client.patch(
        f"/api/v1/action/{record.number}/", {"due_on": "2027-03-01"}, "application/json", headers={"If-Match": '"1"'}
    )
    assert sent.status_code == 422, sent.content
    with pytest.raises(Invalid, match="Say why it is due on another day"):
        spine.edit(cast.actor("quality"), record.pk, 1, {"due_on": dt.date(2027, 3, 1)})
    assert Action.objects.get(pk=record.pk).due_on == DUE

    page = sign_in(cast, "quality").get(f"/r/action/{record.number}/edit/").content.decode()
    assert 'name="reason"' in page
    spine.edit(cast.actor("quality"), record.pk, 1, {"due_on": dt.date(2027, 3, 1)}, reason="Parts come in February")
    assert history.entries(record)[0].reason == "Parts come in February"


def test_evidence_stays_from_the_handing_over_to_the_check(cast: Cast) -> None:
    record, shown = handed_over(cast)
    give_password(cast, "colleague")
    checker = sign_in(cast, "colleague")
    address = f"/r/action/{record.number}/move/verify/"
    page = checker.get(address)
    text = page.content.decode()
    assert f"{shown.name}, fingerprint {shown.sha256[:12]}" in text
    assert "As you write it below" in text
    for who in ("site_owner", "quality"):
        with pytest.raises(Refused, match="is evidence of what waits for a check"):
            attachments.remove(cast.actor(who), shown.pk, reason="The wrong one")
    # Another file is no harm, but whoever signs sees it first.
    photo(cast, record, name="more.txt")
    sent = {**FOUND, "password": PASSWORD, "shown": page.context["shown_hash"]}
    late = checker.post(address, sent)
    assert late.status_code == 422
    assert "The record changed since you opened this page" in late.content.decode()
    assert checker.post(address, {**sent, "shown": checker.get(address).context["shown_hash"]}).status_code == 303
    assert Action.objects.get(pk=record.pk).state == "closed"


def test_the_check_asks_for_evidence_as_the_way_to_it_did(cast: Cast) -> None:
    record, _shown = handed_over(cast)
    Attachment.everywhere.filter(record_id=record.pk).update(removed_at=moment.now())
    give_password(cast, "colleague")
    with pytest.raises(Refused, match="There is no evidence"):
        spine.move(cast.actor("colleague"), record.pk, "verify", fields=FOUND, proof=Proof(PASSWORD))


def test_the_signature_is_over_what_the_checker_says_and_the_files(cast: Cast) -> None:
    record, shown = handed_over(cast)
    give_password(cast, "colleague")
    sheet = registry.get("action")
    content = signing.content(sheet, Action.objects.get(pk=record.pk))
    assert content["files"] == [[shown.name, shown.sha256, "evidence"]]
    spine.move(cast.actor("colleague"), record.pk, "verify", fields=FOUND, proof=Proof(PASSWORD))
    content["fields"]["check_result"] = "None leak"
    assert Signature.everywhere.get(record_id=record.pk).content_hash == signing.hash_of(content)
    # What was signed is put together again from history alone.
    assert list(proof.records(cast.organisation.pk)) == []


def test_the_result_of_a_check_is_not_brought_along(cast: Cast) -> None:
    with pytest.raises(Invalid, match="is written in the step “Confirm and close”"):
        raised(cast, check_result="Works")


@pytest.mark.parametrize(("day", "said"), [(dt.date(1999, 1, 1), "is past"), (dt.date(9999, 1, 1), "too far ahead")])
def test_an_action_is_due_on_a_day_that_can_be_meant(cast: Cast, day: dt.date, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        raised(cast, due_on=day)
    record = raised(cast)
    with pytest.raises(Invalid, match=said):
        spine.edit(cast.actor("quality"), record.pk, 1, {"due_on": day}, reason="So be it")
    old = bulk.prepare(cast.actor("quality"), "action", bulk.Row({
        "title": "Of old", "description": "Done long ago", "action_kind": "correction", "due_on": dt.date(1999, 1, 1),
    }))  # fmt: skip
    assert old.errors == {}


def test_more_time_is_bounded_and_history_keeps_the_day_asked_for(cast: Cast) -> None:
    record = raised(cast, owner=cast.site_owner)
    owner, quality = cast.actor("site_owner"), cast.actor("quality")
    with pytest.raises(Invalid, match="too far ahead"):
        services.ask_extension(owner, record.pk, until=dt.date(9999, 1, 1), reason="Parts")
    services.ask_extension(owner, record.pk, until=dt.date(2026, 12, 11), reason="Parts")
    with pytest.raises(Invalid, match="too far ahead"):
        services.decide_extension(quality, record.pk, grant=True, until=dt.date(9999, 1, 1))
    [entry] = history.entries(record, limit=1)
    told = deed_words.said(registry.get("action"), entry, {})
    assert (told, entry.reason) == ("made the move “Ask for more time”, until 11 Dec 2026", "Parts")
