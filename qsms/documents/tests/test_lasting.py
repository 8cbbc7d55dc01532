"""A temporary revision adds to the lasting one and never takes its place: what comes next follows the lasting one."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.test import Client

from qsms.documents import cautions, distributing, doors, effect, lasting, reading, requesting
from qsms.documents.models import Document, Receipt
from qsms.org import services as org
from qsms.records import attachments, moves, proof, services, tasks
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Attachment, Deed
from tests.cast import Cast

from .makers import TEXT, again, approved, document, effective, revision, sent, sign, today
from .test_signed_content import SHOWN, picture

pytestmark = pytest.mark.django_db


def test_the_next_ordinary_revision_follows_the_lasting_one(cast: Cast) -> None:
    first = revision(cast, document(cast, "safety"), "safety", body=SHOWN)
    attachments.add(cast.actor("safety"), first.pk, io.BytesIO(picture("red")), name="wrench.png")
    held = effective(cast, first, "safety")
    temporary = revision(
        cast, held, "safety", body="## For now\n\nUse the other cart.", expires_on=today() + dt.timedelta(days=10)
    )
    held = effective(cast, temporary, "safety")
    client = Client()
    client.force_login(cast.account("safety"))

    # It begins with the whole procedure and its pictures.
    form = client.get(f"/r/document/{held.number}/raise/revision/").content.decode()
    assert "Clean both halves" in form
    assert "Use the other cart" not in form
    assert requesting._of_document(held)["body"] == SHOWN
    body = SHOWN.replace("Wear gloves.", "Wear goggles.")
    second = revision(cast, held, "safety", body=body)
    assert [row.name for row in Attachment.everywhere.filter(record_id=second.pk)] == ["wrench.png"]

    # Whoever judges it sees what it changes of the procedure, that it ends the temporary one, and signs just that.
    changes = client.get(f"/documents/revision/{second.number}/changes/").content.decode()
    assert "revision 1 against revision 2" in changes
    assert "goggles" in changes
    assert "Use the other cart" not in changes
    assert "Temporary revision TR 1 is in effect besides" in changes
    page = client.get(f"/r/revision/{second.number}/").content.decode()
    assert "Once this one takes effect it ends" in page
    client.force_login(cast.account("quality"))
    dialog_of = sent(cast, again(second), "safety")
    dialog = client.get(f"/r/revision/{dialog_of.number}/move/review/").content.decode()
    assert "Takes the place of" in dialog
    sign(cast, "quality", second, "review")
    sign(cast, "director", second)
    covers = [deed.detail["also_signed"] for deed in Deed.everywhere.filter(record_id=second.pk, verb="move.approve")]
    assert covers == [{"Takes the place of": "revision 1", "Ends": "temporary revision TR 1"}]
    assert list(proof.records(cast.organisation.pk)) == []

    effect.run(cast.organisation.pk)
    assert [again(one).state for one in (first, temporary, second)] == ["superseded", "superseded", "effective"]
    assert again(second).base_id == first.pk
    found = reading.text(Document.everywhere.get(pk=held.pk))
    assert found is not None
    html = "".join(one.html for one in found.pages)
    assert html.count('<span class="tag">') == 1, "only what differs from the procedure is marked"
    # What took effect while this was not told apart is compared with the procedure as well.
    type(second).everywhere.filter(pk=second.pk).update(base=temporary)
    before = lasting.before(again(second))
    assert before is not None
    assert before.pk == first.pk


def test_a_temporary_one_is_told_apart_and_ends_nothing(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    until = today() + dt.timedelta(days=10)
    one = revision(cast, held, "safety", body="## For now\n\nUse the other cart.", expires_on=until)
    client = Client()
    client.force_login(cast.account("safety"))
    assert "A temporary revision: it adds to revision 1" in client.get(
        f"/documents/revision/{one.number}/changes/"
    ).content.decode()  # fmt: skip
    assert lasting.signed_with(again(one)) == {"Adds to": "revision 1"}
    assert cautions.of(cast.actor("safety"), again(one)) == []
    approved(cast, one, "safety")
    effect.run(cast.organisation.pk)
    page = client.get(f"/r/document/{held.number}/").content.decode()
    assert "People work to revision 1, and to temporary revision TR 1 until" in page
    # A second temporary one follows the first, and both add to the procedure.
    other = revision(cast, Document.everywhere.get(pk=held.pk), "safety", body=TEXT, expires_on=until)
    assert lasting.signed_with(again(other)) == {"Takes the place of": "temporary revision TR 1"}


def test_the_lasting_one_stays_asked_for_until_it_is_acknowledged(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    distributing.add_rule(cast.actor("safety"), held.pk, site_id=cast.sites["LKF"].pk)
    until = today() + dt.timedelta(days=10)
    short = revision(cast, held, "safety", body="## For now\n\nUse the other cart.", expires_on=until)
    held = effective(cast, short, "safety")
    client = Client()
    client.force_login(cast.account("reporter"))
    reader, page = cast.actor("reporter"), f"/documents/read/{held.number}/"

    def asked() -> int:
        return sum(task.code == distributing.READ for task in tasks.mine(reader))

    def stands() -> tuple[int, bool]:
        known = doors.acknowledged(cast.organisation.pk, [held.pk], [cast.reporter.pk])
        return Document.everywhere.get(pk=held.pk).acknowledged, bool(known)

    assert asked() == 1
    assert client.get("/documents/").content.decode().count("given to: Everybody at Larkfield") == 2
    client.get(page)
    client.post(f"{page}acknowledge/", {"revision": "TR 1"})
    assert (asked(), stands()) == (1, (0, False)), "the lasting one is still to be read"
    assert "Read revision 1 too" in client.get(page).content.decode()
    assert client.post(f"{page}acknowledge/", {"revision": "1"}).status_code == 403, "not opened"
    assert "I have read and understood this</button>" in client.get(f"{page}?lasting=1").content.decode()
    told = client.post(f"{page}acknowledge/", {"revision": "1"}, follow=True).content.decode()
    assert "You acknowledged PRO-001, revision 1." in told
    assert (asked(), stands()) == (0, (1, True))

    # History and the page for auditors say which revision, and when.
    deeds = Deed.everywhere.filter(record_id=held.pk, verb=reading.ACKNOWLEDGED).order_by("pk")
    assert [deed.detail["what"] for deed in deeds] == ["revision TR 1", "revision 1"]
    shown = f"/documents/readers/{held.number}/"
    assert client.get(shown).status_code == 403, "a reader"
    org.grant(cast.colleague, "lead_auditor", axis="all")
    client.force_login(cast.account("colleague"))
    whole = client.get(shown).content.decode()
    assert whole.count("Acknowledged</span>") == 2
    assert "given on" in client.get(f"{shown}?revision=1").content.decode()
    file = b"".join(client.get(f"{shown}export/?revision=1").streaming_content).decode()  # type: ignore[attr-defined]
    assert cast.reporter.name in file
    assert "PRO-001,TR 1," not in file
    client.force_login(cast.account("outsider"))
    assert client.get(shown).status_code == 404

    # A page that stayed open over the change acknowledges nothing, and says what holds now.
    client.force_login(cast.account("owner"))
    client.get(f"{page}?lasting=1")
    effective(cast, revision(cast, Document.everywhere.get(pk=held.pk), "safety", body=TEXT + "\nMore."), "safety")
    late = client.post(f"{page}acknowledge/", {"revision": "1"})
    assert (late.status_code, "revision 2 is in effect" in late.content.decode()) == (403, True)


def test_who_is_reached_again_is_asked_again(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    rule = distributing.add_rule(cast.actor("safety"), held.pk, site_id=cast.sites["LKF"].pk)
    distributing.remove_rule(cast.actor("safety"), held.pk, rule.pk)
    reader = cast.actor("reporter")
    assert [task for task in tasks.mine(reader) if task.code == distributing.READ] == []
    distributing.add_rule(cast.actor("safety"), held.pk, site_id=cast.sites["LKF"].pk)
    assert len([task for task in tasks.mine(reader) if task.code == distributing.READ]) == 1
    assert Document.everywhere.get(pk=held.pk).given == Receipt.everywhere.filter(ended_at=None).count() > 0


def test_temporary_ones_have_a_row_of_their_own(cast: Cast) -> None:
    safety, until = cast.actor("safety"), today() + dt.timedelta(days=10)
    held = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety")
    # What was numbered with the others before keeps its number, and it is not given again.
    old = revision(cast, held, "safety", label="2", expires_on=until)
    assert again(old).label == "2"
    moves.move(safety, old.pk, "withdraw", reason="Another one is written")
    first = revision(cast, held, "safety", expires_on=until)
    assert first.label == "TR 1"
    # Before it is sent it may turn out to be lasting, and the other way round.
    lasting_one = services.edit(safety, first.pk, again(first).version, {"expires_on": None})
    assert again(first).label == "3"
    deed = Deed.everywhere.filter(record_id=first.pk, verb="edited").latest("pk")
    assert ("label", "TR 1", "3") in deed.changes.values_list("field", "old", "new")
    services.edit(safety, first.pk, lasting_one.version, {"expires_on": until, "label": "TR-24-07"})
    assert again(first).label == "TR-24-07", "who numbers them otherwise does so"
    effective(cast, first, "safety")
    assert revision(cast, Document.everywhere.get(pk=held.pk), "safety", expires_on=until).label == "TR 1"
    assert revision(cast, Document.everywhere.get(pk=held.pk), "safety").label == "3"


def test_a_temporary_revision_is_revoked_before_its_day_and_the_lasting_one_holds_alone(cast: Cast) -> None:
    first = revision(cast, document(cast, "safety"), "safety")
    held = effective(cast, first, "safety")
    until = today() + dt.timedelta(days=10)
    short = revision(cast, held, "safety", body="## For now\n\nUse the other cart.", expires_on=until)
    held = effective(cast, short, "safety")
    lasting_one = effective(cast, revision(cast, document(cast, "safety"), "safety"), "safety").effective_id
    assert lasting_one is not None
    with pytest.raises(Refused, match="no temporary revision"):
        moves.move(cast.actor("quality"), lasting_one, "revoke", reason="It is over.")
    with pytest.raises((NotVisible, Refused)):
        moves.move(cast.actor("reporter"), short.pk, "revoke", reason="The cart is back.")
    with pytest.raises(Invalid):
        moves.move(cast.actor("quality"), short.pk, "revoke")
    moves.move(cast.actor("quality"), short.pk, "revoke", reason="The cart is back.")
    assert [again(one).state for one in (first, short)] == ["effective", "expired"]
    shown = Document.everywhere.get(pk=held.pk)
    assert (shown.effective_id, shown.effective_until, shown.revision_label) == (first.pk, None, "1")
    assert list(proof.records(cast.organisation.pk)) == []


def test_a_document_that_was_temporary_altogether_ends_when_it_is_revoked(cast: Cast) -> None:
    only = revision(cast, document(cast, "safety"), "safety", expires_on=today() + dt.timedelta(days=10))
    held = effective(cast, only, "safety")
    moves.move(cast.actor("quality"), only.pk, "revoke", reason="The cart is back.")
    assert Document.everywhere.get(pk=held.pk).state == "obsolete"
    assert Document.everywhere.get(pk=held.pk).effective_id is None
