"""What is signed is what is shown: its pictures are bound with it, and it waits with those who are asked."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image

from qsms.documents import content, effect
from qsms.documents.models import Revision, Step
from qsms.records import attachments, moves, tasks
from qsms.records.errors import Refused
from qsms.records.models import Attachment
from tests.cast import Cast

from .makers import TEXT, again, approved, document, revision, sent, sign

pytestmark = pytest.mark.django_db
SHOWN = TEXT + "\n\n![The wrench](wrench.png)\n"


def picture(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(made, "png")
    return made.getvalue()


def add(cast: Cast, one: Revision, colour: str, who: str = "safety") -> Attachment:
    return attachments.add(cast.actor(who), one.pk, io.BytesIO(picture(colour)), name="wrench.png").attachment


def drawn(cast: Cast) -> Revision:
    """A draft of the safety manager that shows a picture."""
    one = revision(cast, document(cast, "safety"), "safety", body=SHOWN)
    add(cast, one, "red")
    return one


def test_the_files_are_closed_from_the_sending_on_and_open_again_in_a_draft(cast: Cast) -> None:
    one = sent(cast, drawn(cast), "safety")
    [kept] = Attachment.everywhere.filter(record_id=one.pk)
    client = Client()
    client.force_login(cast.account("safety"))

    def closed() -> None:
        for act in (
            lambda: add(cast, one, "blue"),
            lambda: attachments.remove(cast.actor("safety"), kept.pk, reason="No"),
        ):
            with pytest.raises(Refused, match="judged and signed with its text"):
                act()
        page = client.get(f"/r/revision/{one.number}/tab/files/").content.decode()
        assert "wrench.png" in page
        assert "/file-add/" not in page
        assert "Remove" not in page

    closed()
    sign(cast, "quality", one, "review")
    assert again(one).state == "in_approval"
    closed()
    moves.move(cast.actor("safety"), one.pk, "recall", reason="Another picture")
    add(cast, one, "blue")
    first = one.content_hash
    assert sent(cast, again(one), "safety").content_hash not in ("", first), "the picture is part of what is signed"


def test_what_differs_from_what_was_signed_goes_no_further(cast: Cast) -> None:
    """Were a picture exchanged behind the back of the services, no signature would stand over it."""
    one = sent(cast, drawn(cast), "safety")
    sign(cast, "quality", one, "review")
    [step] = Step.everywhere.filter(revision_id=one.pk, done_at__isnull=False)
    assert step.content_hash == content.hash_of(again(one))

    def swap(digit: str) -> None:
        Attachment.everywhere.filter(record_id=one.pk).update(sha256=digit * 64)

    true = Attachment.everywhere.get(record_id=one.pk).sha256
    swap("0")
    with pytest.raises(Refused, match="not what was sent"):
        sign(cast, "director", one)
    Attachment.everywhere.filter(record_id=one.pk).update(sha256=true)
    moves.move(cast.actor("safety"), one.pk, "recall", reason="A later day")
    Revision.everywhere.filter(pk=one.pk).update(effective_on=effect.local_day(cast.organisation.pk))
    approved(cast, again(one), "safety")
    swap("1")
    with pytest.raises(Refused, match="not what was signed"):
        effect.run(cast.organisation.pk)
    Attachment.everywhere.filter(record_id=one.pk).update(sha256=true)
    assert effect.run(cast.organisation.pk) == 1
    held = again(one).document
    assert held is not None
    client = Client()
    client.force_login(cast.account("quality"))
    copy = f"/documents/read/{held.number}/copy.pdf"
    assert client.get(copy).status_code == 200
    swap("2")
    assert client.get(copy).status_code == 403


def test_those_who_are_asked_first_get_a_task_in_every_round(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety")

    def waits(who: str, code: str) -> bool:
        return any(task.code == code and task.record.pk == one.pk for task in tasks.mine(cast.actor(who)))

    sent(cast, one, "safety")
    assert waits("quality", "review")
    moves.move(cast.actor("quality"), one.pk, "send_back", reason="Say which wrench")
    assert not waits("quality", "review")
    sent(cast, one, "safety")
    assert waits("quality", "review"), "asked anew once it was sent again"
    sign(cast, "quality", one, "review")
    assert waits("director", "approve")
    # Where nobody reviews, the first ones asked are those who approve.
    one = sent(cast, revision(cast, document(cast, "safety", document_type="form"), "safety"), "safety")
    assert one.state == "in_approval"
    assert waits("quality", "approve")
