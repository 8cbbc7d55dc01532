"""The life of a document end to end: written, reviewed, approved, in effect, read; and what must never happen."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from qsms.base import moment
from qsms.documents import distributing, doors, effect, reading, reminding, routing
from qsms.documents.models import Document, Receipt, Step
from qsms.org import services as org
from qsms.org.models import Delegation, Grant
from qsms.records import moves, outbox, services, signing, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Outbox, Signature
from tests.cast import PASSWORD, Cast
from tests.harness.clock import START as NOW

from .makers import TEXT, again, approved, document, effective, revision, sent, sign, signer

pytestmark = pytest.mark.django_db


# 34. The author of a document tries to approve it.


def test_34_the_author_never_approves_neither_as_deputy_nor_through_the_task_of_a_role(cast: Cast) -> None:
    org.grant(cast.quality, "department_director", axis="all")
    one = revision(cast, document(cast, "quality"), "quality")
    second = org.add_person(cast.organisation, name="Second", email="second@larkfield.test")
    org.grant(second, "quality_manager", axis="all")
    cast.people["second"] = second
    sent(cast, one, "quality")
    sign(cast, "second", one, "review")
    assert again(one).state == "in_approval"

    def refused(who: str) -> str:
        with pytest.raises(Refused) as told:
            moves.move(cast.actor(who), one.pk, "approve", proof=signer(cast, who))
        return " ".join(told.value.reasons)

    # They hold the role that is asked, and its task does not even come to them.
    assert "one of its authors" in refused("quality")
    assert not [task for task in tasks.mine(cast.actor("quality")) if task.record.pk == one.pk]
    # Standing in for the director changes nothing about who wrote it.
    Delegation.objects.create(
        organisation=cast.organisation, giver=cast.director, taker=cast.quality, reason="Leave",
        starts_on=NOW.date(), ends_on=NOW.date(),
    )  # fmt: skip
    assert "one of its authors" in refused("quality")
    # Nor may somebody who stands in for the author, whatever roles they hold themselves.
    org.grant(cast.safety, "department_director", axis="all")
    Delegation.objects.create(
        organisation=cast.organisation, giver=cast.quality, taker=cast.safety, reason="Leave",
        starts_on=NOW.date(), ends_on=NOW.date(),
    )  # fmt: skip
    assert "You stand in for one of its authors" in refused("safety")
    Delegation.objects.filter(taker=cast.safety).update(revoked_at=NOW)
    # Whoever put a hand to the text later is an author as well.
    moves.move(cast.actor("quality"), one.pk, "recall", reason="A word is missing")
    draft = again(one)
    services.edit(cast.actor("director"), one.pk, draft.version, {"body": draft.body + "\nMore."})
    sent(cast, one, "quality")
    sign(cast, "second", one, "review")
    assert "one of its authors" in refused("director")
    assert Signature.everywhere.filter(record_id=one.pk, meaning="approved").count() == 0


def test_a_signature_is_bound_to_the_content_and_asks_for_the_password(cast: Cast) -> None:
    one = sent(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    quality = cast.actor("quality")
    for proof in (None, signing.Proof("wrong")):
        with pytest.raises(Invalid):
            moves.move(quality, one.pk, "review", proof=proof)
    with pytest.raises(Invalid, match="changed since"):
        moves.move(quality, one.pk, "review", proof=signing.Proof(signer(cast, "quality").password, "0" * 64))
    sign(cast, "quality", one, "review")
    [step] = Step.everywhere.filter(revision_id=one.pk, done_at__isnull=False)
    assert step.content_hash == one.content_hash != ""
    # What is under way is not edited, by nobody; and if it were, it would not pass on.
    with pytest.raises(Refused):
        services.edit(cast.actor("safety"), one.pk, again(one).version, {"body": "Other words"})
    with pytest.raises(Invalid, match="follows from the content"):
        services.edit(cast.actor("safety"), revision(cast, document(cast, "safety"), "safety").pk, 1, {
            "content_hash": "0" * 64})  # fmt: skip


def test_two_who_may_sign_the_same_step_end_with_one_signature(cast: Cast) -> None:
    org.grant(cast.colleague, "department_director", axis="all")
    one = sent(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    sign(cast, "quality", one, "review")
    sign(cast, "director", one)
    with pytest.raises(Refused):
        moves.move(cast.actor("colleague"), one.pk, "approve", proof=signer(cast, "colleague"))
    assert not routing.go_on(cast.organisation.pk, one.pk), "it went on once"
    assert again(one).state == "approved"
    assert not [task for task in tasks.mine(cast.actor("colleague")) if task.record.pk == one.pk]


# From approval to the reader.


def test_it_takes_effect_on_its_day_once_and_supersedes_the_one_before(cast: Cast) -> None:
    first = revision(cast, document(cast))
    held = effective(cast, first)
    assert (held.state, held.revision_label) == ("effective", "1")
    later = moment.now().date() + dt.timedelta(days=7)
    body = TEXT.replace("Wear gloves.", "Wear gloves and goggles.") + "\n1. Open the valve slowly.\n"
    second = revision(cast, held, body=body, effective_on=later, training_impact=True, title="Hydraulic servicing")
    approved(cast, second)
    assert effect.run(cast.organisation.pk) == 0, "not before its day"
    assert Document.everywhere.get(pk=held.pk).effective_text == again(first).plain_text
    Outbox.objects.all().delete()
    with time_machine.travel(NOW + dt.timedelta(days=7), tick=False):
        assert effect.run(cast.organisation.pk) == 1
        assert effect.run(cast.organisation.pk) == 0, "twice is once"
        assert not effect.take_effect(cast.organisation.pk, second.pk, later)
    assert (again(first).state, again(second).state) == ("superseded", "effective")
    held = Document.everywhere.get(pk=held.pk)
    assert (held.title, held.revision_label, "goggles" in held.effective_text) == ("Hydraulic servicing", "2", True)
    [told] = [row.payload for row in Outbox.objects.filter(event=doors.EFFECTIVE)]
    assert {key: told[key] for key in ("document", "revision", "training_impact")} == {
        "document": held.pk, "revision": second.pk, "training_impact": True,
    }  # fmt: skip
    assert doors.in_effect([held.pk])[held.pk].revision_id == second.pk
    # The reader sees what changed, marked in words.
    found = reading.text(held)
    assert found is not None
    html = "".join(page.html for page in found.pages)
    assert html.count('<span class="tag">changed</span>') == 1
    assert html.count('<span class="tag">new</span>') == 1


def test_the_controlled_copy_says_what_is_in_effect_and_who_signed_it(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast), body=f"{TEXT}\n\n#let x = 1 \\ $ *bold*"))
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    client = Client()
    client.force_login(cast.account("reporter"))
    answer = client.get(f"/documents/read/{held.number}/copy.pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    made = io.BytesIO(answer.getvalue())
    words = "\n".join(page.extract_text() for page in PdfReader(made).pages)
    for said in ("PRO-001", "Revision", "2 Mar 2026", "Uncontrolled when printed", "Page 1 of", "Clean both halves",
                 "Director Person", "#let x = 1"):  # fmt: skip
        assert said in words, said
    client.force_login(cast.account("outsider"))
    assert client.get(f"/documents/read/{held.number}/copy.pdf").status_code == 404


def test_a_temporary_revision_holds_for_its_time_and_the_one_before_comes_back(cast: Cast) -> None:
    first = revision(cast, document(cast))
    held = effective(cast, first)
    last = moment.now().date() + dt.timedelta(days=10)
    short = revision(cast, held, body="## For now\n\nUse the other cart.", expires_on=last)
    effective(cast, short)
    assert (again(first).state, again(short).state) == ("set_aside", "effective")
    # It adds to the procedure, which is read, found and printed besides.
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    client = Client()
    client.force_login(cast.account("reporter"))
    page = f"/documents/read/{held.number}/"
    told, beside = (client.get(f"{page}{of}").content.decode() for of in ("", "?lasting=1"))
    assert "Use the other cart" in told
    assert "It adds to revision 1" in told
    assert "?lasting=1" in told
    assert "Clean both halves" in beside
    assert "Where the two differ, the temporary one holds." in beside
    assert "I have read and understood this</button>" in beside, "each is read and acknowledged by itself"
    paper = PdfReader(io.BytesIO(client.get(f"{page}copy.pdf?lasting=1").getvalue()))
    assert "Clean both halves" in "".join(sheet.extract_text() for sheet in paper.pages)
    assert "Clean both halves" in Document.everywhere.get(pk=held.pk).effective_text
    with time_machine.travel(NOW + dt.timedelta(days=10), tick=False):
        assert effect.run(cast.organisation.pk) == 0, "its last day is still its own"
    with time_machine.travel(NOW + dt.timedelta(days=12), tick=False):
        assert effect.run(cast.organisation.pk) == 1
        assert effect.run(cast.organisation.pk) == 0
    assert (again(first).state, again(short).state) == ("effective", "expired")
    assert Document.everywhere.get(pk=held.pk).effective_id == first.pk
    assert "It adds to" not in client.get(page).content.decode()
    assert client.get(f"{page}?lasting=1").status_code == 404


def test_what_is_given_is_opened_before_it_is_acknowledged(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one = revision(cast, document(cast), body=f"## One\n\n{'word ' * 700}\n\n## Two\n\n{TEXT}")
    held = document_of(cast, one)
    site = cast.sites["LKF"].pk
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=site)
    effective(cast, one)
    reader = cast.actor("reporter")
    [task] = [task for task in tasks.mine(reader) if task.code == "read"]
    assert task.record.pk == held.pk
    given = reading.receipt(reader, held := Document.everywhere.get(pk=held.pk))
    assert given is not None
    assert (given.why, given.acknowledge) == ("Everybody at Larkfield", True)
    client = Client()
    client.force_login(cast.account("reporter"))
    page = f"/documents/read/{held.number}/"
    assert "Open page 1" not in client.get(page).content.decode(), "the first one is open now"
    with pytest.raises(Refused, match="not opened all"):
        reading.acknowledge(reader, held.pk)
    assert client.post(f"{page}acknowledge/").status_code == 403
    assert "I have read and understood this</button>" in client.get(f"{page}?page=2").content.decode()
    answer = client.post(f"{page}acknowledge/", follow=True)
    assert "You acknowledged PRO-001, revision 1." in answer.content.decode()
    assert [task for task in tasks.mine(reader) if task.code == "read"] == []
    people = [cast.reporter.pk, cast.owner.pk]
    assert list(doors.acknowledged(cast.organisation.pk, [held.pk], people)) == [(held.pk, cast.reporter.pk)]
    held = Document.everywhere.get(pk=held.pk)
    assert (held.given - held.acknowledged, held.acknowledged) == (Receipt.everywhere.count() - 1, 1)
    rows, _key = distributing.unread(cast.actor("quality"))
    assert cast.reporter.pk not in {row.person_id for row in rows}
    assert cast.owner.pk in {row.person_id for row in rows}
    # Narrowed to a site and to what is late: the same, whether few are looked at one by one or the index is walked.
    later = NOW + dt.timedelta(days=20)
    narrowed = [
        (distributing.Unread(site_id=site), rows),
        (distributing.Unread(site_id=cast.sites["STV"].pk), []),
        (distributing.Unread(held.pk, before=NOW), []),
        (distributing.Unread(before=later), rows),
        (distributing.Unread(site_id=site, before=later), rows),
    ]
    for few in (2_000, 0):
        monkeypatch.setattr(distributing, "FEW_PEOPLE", few)
        monkeypatch.setattr(distributing, "FEW_LATE", few)
        for wish, expected in narrowed:
            assert distributing.unread(cast.actor("quality"), wish)[0] == expected, (few, wish)
    # Whoever comes later gets it too; whoever was reminded is not reminded of the same twice.
    org.add_person(cast.organisation, name="New", email="new@larkfield.test", site=cast.sites["LKF"])
    assert distributing.give_out_again(cast.organisation.pk) == 1
    assert distributing.give_out_again(cast.organisation.pk) == 0
    with time_machine.travel(NOW + dt.timedelta(days=15), tick=False):
        assert reminding.remind(cast.organisation.pk) == held.given - held.acknowledged + 1
        assert reminding.remind(cast.organisation.pk) == 0
    # The next revision asks anew, and ends what still waited for this one.
    effective(cast, revision(cast, held, body="## Shorter\n\nAll new."))
    mine = Receipt.everywhere.filter(person=cast.owner, document=held).order_by("pk")
    assert [one.ended_at is None for one in mine] == [False, True]
    assert len([task for task in tasks.mine(cast.actor("owner")) if task.code == "read"]) == 1
    # What was acknowledged of the earlier revision is not said of this one.
    unread, read, _more = reading.mine(reader)
    assert [[one.acknowledged_at for one in some] for some in (unread, read)] == [[None], []]


def document_of(cast: Cast, one: object) -> Document:
    return Document.everywhere.get(pk=again(one).document_id)  # type: ignore[arg-type]


# 20. The accountable executive resigns.


def test_20_a_successor_signs_the_policy_again(cast: Cast) -> None:
    policy = document(cast, "safety", document_type="policy", title="Safety policy")
    org.grant(cast.colleague, "safety_manager", axis="all")
    one = sent(cast, revision(cast, policy, "safety"), "safety")
    sign(cast, "colleague", one, "review")
    sign(cast, "executive", one)
    effect.run(cast.organisation.pk)
    assert reminding.ask_for_signatures(cast.organisation.pk) == 0, "it was signed by who holds the role"
    Grant.objects.filter(person=cast.executive, role__code="accountable_executive").update(
        ends_on=NOW.date() - dt.timedelta(days=1)
    )
    org.grant(cast.owner, "accountable_executive", axis="all")
    assert reminding.ask_for_signatures(cast.organisation.pk) == 1
    assert reminding.ask_for_signatures(cast.organisation.pk) == 0
    client = Client()
    client.force_login(cast.account("quality"))
    assert "re-signature due" in client.get(f"/r/document/{policy.number}/").content.decode()
    with pytest.raises((Refused, NotVisible)):
        moves.move(cast.actor("executive"), one.pk, "sign_again", proof=signer(cast, "executive"))
    moves.move(cast.actor("owner"), one.pk, "sign_again", proof=signer(cast, "owner"))
    assert "re-signature due" not in client.get(f"/r/document/{policy.number}/").content.decode()
    assert reminding.ask_for_signatures(cast.organisation.pk) == 0
    assert again(one).state == "effective"
    assert Signature.everywhere.filter(record_id=one.pk, person=cast.owner, meaning="signed again").count() == 1


def test_the_periodic_review_confirms_and_what_is_obsolete_is_taken_back(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast)))
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    assert held.due_on is not None
    with time_machine.travel(dt.datetime.combine(held.due_on, dt.time(12), dt.UTC), tick=False):
        assert reminding.ask_for_reviews(cast.organisation.pk) == 1
        assert "review" in {task.code for task in tasks.mine(cast.actor("quality"))}
        confirmed = moves.move(cast.actor("quality"), held.pk, "confirm", proof=signer(cast, "quality"))
        assert confirmed.due_on is not None
        assert (confirmed.due_on - held.due_on).days > 700
        assert "review" not in {task.code for task in tasks.mine(cast.actor("quality"))}
    moves.move(cast.actor("quality"), held.pk, "make_obsolete", reason="The type is not flown any more")
    assert [task for task in tasks.mine(cast.actor("reporter")) if task.code == "read"] == []
    assert reading.text(Document.everywhere.get(pk=held.pk)) is None
    client = Client()
    client.force_login(cast.account("reporter"))
    assert "No revision of it is in effect" in client.get(f"/documents/read/{held.number}/").content.decode()


def test_what_is_signed_through_a_program_passes_on_after_the_commit(cast: Cast) -> None:
    one = sent(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    moves.move(cast.actor("quality"), one.pk, "review", proof=signer(cast, "quality"))
    moves_to = [again(one).state]
    outbox.deliver()
    moves.move(cast.actor("director"), one.pk, "approve", proof=signer(cast, "director"))
    for _round in range(3):
        outbox.deliver()
        moves_to.append(again(one).state)
    assert moves_to[0] == "in_review"
    assert moves_to[-1] == "effective"
    assert PASSWORD not in str(Outbox.objects.values_list("payload", flat=True))
