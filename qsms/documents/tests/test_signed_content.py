"""What is signed is what is shown: its pictures are bound with it, and it waits with those who are asked."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.test import Client
from PIL import Image

from qsms.documents import content, effect, jobs, writing
from qsms.documents.choices import shipped
from qsms.documents.models import Revision, Step
from qsms.records import attachments, history, moves, services, tasks
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Attachment, Deed, Signature
from tests.cast import Cast
from tests.harness.clock import START as NOW

from .makers import TEXT, again, approved, document, effective, revision, sent, sign, signer, today

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
    services.edit(cast.actor("safety"), one.pk, again(one).version, {"effective_on": today()})
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


def test_the_pictures_go_along_and_what_is_not_written_or_lacks_one_is_not_sent(cast: Cast) -> None:
    quality = cast.actor("quality")
    first = revision(cast, document(cast), body=SHOWN)
    add(cast, first, "red", "quality")
    held = effective(cast, first)
    client = Client()
    client.force_login(cast.account("quality"))
    template = shipped()["procedure"].template

    def shut(one: Revision) -> str:
        with pytest.raises(Refused) as told:
            moves.move(quality, one.pk, "send")
        return " ".join(told.value.reasons)

    lacking = revision(cast, document(cast), body=SHOWN)
    assert "no files of it: wrench.png" in shut(lacking)
    assert "the template as it came" in shut(revision(cast, document(cast), body=f"{template}\n"))
    second = revision(cast, held, body=SHOWN)
    [carried] = Attachment.everywhere.filter(record_id=second.pk)
    assert (carried.name, carried.sha256) == ("wrench.png", Attachment.everywhere.get(record_id=first.pk).sha256)
    page = client.get(f"/r/revision/{second.number}/").content.decode()
    assert "picture not found" not in page
    assert sent(cast, second).state == "in_review"


def test_the_pages_say_what_is_and_what_was(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety")
    client = Client()
    client.force_login(cast.account("safety"))

    def page(path: str) -> str:
        return client.get(path).content.decode()

    def bar() -> str:
        return page(f"/r/revision/{one.number}/").partition('class="stage"')[2].partition("</ol>")[0]

    assert one.document is not None
    told = page(f"/r/document/{one.document.number}/")
    assert "Open revision 1" in told
    assert "Write the first revision" not in told
    assert f"{one.document.code} · revision 1" in page(f"/r/revision/{one.number}/")
    moves.move(cast.actor("safety"), one.pk, "withdraw", reason="Not needed")
    assert "Withdrawn" in bar()
    for never in ("In review", "In approval", "Approved", "In effect", "Superseded"):
        assert never not in bar(), never
    # The signer reads a table and a picture, not the signs they are written with.
    one = sent(cast, drawn(cast), "safety")
    client.force_login(cast.account("quality"))
    dialog = page(f"/r/revision/{one.number}/move/review/")
    assert "<td>Clean both halves</td>" in dialog
    assert "wrench.png" in dialog.partition("<img")[2]
    assert "|---|" not in dialog


def test_a_file_that_another_took_the_place_of_is_not_signed(cast: Cast) -> None:
    one = revision(cast, document(cast, "safety"), "safety", body="")
    for name, raw in (
        ("first.txt", b"Old words"),
        ("second.rtf", b"{\\rtf1 Chock it}"),
        ("third.rtf", b"{\\rtf1 Open it}"),
    ):
        writing.bring_file(cast.actor("safety"), one.pk, io.BytesIO(raw), name=name)
    [kept] = Attachment.everywhere.filter(record_id=one.pk, removed_at=None)
    assert (kept.name, kept.media_type) == ("third.rtf", "application/rtf")
    assert again(one).file_id == kept.pk
    told = [(deed.verb, deed.reason) for deed in Deed.everywhere.filter(record_id=one.pk, verb=history.REMOVED_FILE)]
    assert told == [(history.REMOVED_FILE, f"“{name}” took its place.") for name in ("second.rtf", "third.rtf")]
    jobs.read_file.call(one.pk)
    assert again(one).plain_text == "Open it", "and search knows it by what it says"
    sent(cast, again(one), "safety")
    client = Client()
    client.force_login(cast.account("quality"))
    dialog = client.get(f"/r/revision/{one.number}/move/review/").content.decode()
    signed = dialog[dialog.index("What you sign") :]
    assert "third.rtf" in signed
    assert "first.txt" not in signed
    assert "second.rtf" not in signed


def test_what_it_changes_waits_for_the_words_and_shows_the_pictures(cast: Cast) -> None:
    held = effective(cast, (first := drawn(cast)), "safety")
    second = revision(cast, held, "safety", body=SHOWN)
    client = Client()
    client.force_login(cast.account("safety"))
    path = f"/documents/revision/{second.number}/changes/"
    assert "wrench.png" not in client.get(path).content.decode()
    [carried] = Attachment.everywhere.filter(record_id=second.pk)
    attachments.remove(cast.actor("safety"), carried.pk, reason="Another one")
    add(cast, second, "blue")
    told = client.get(path).content.decode()
    assert "another picture" in told
    assert f"/r/revision/{first.number}/file/" in told
    writing.bring_file(cast.actor("safety"), second.pk, io.BytesIO(b"Numbatword"), name="next.txt")
    assert "The words of “next.txt” are still being read" in client.get(path).content.decode()
    jobs.read_file.call(second.pk)
    assert "lines taken away" in client.get(path).content.decode()


def test_the_day_is_no_past_one_and_only_its_approvers_change_it(cast: Cast) -> None:
    past, later = today() - dt.timedelta(days=1), today() + dt.timedelta(days=10)
    with pytest.raises(Invalid, match="is past"):
        revision(cast, document(cast, "safety"), "safety", effective_on=past)
    one = revision(cast, document(cast, "safety"), "safety", effective_on=later)
    with time_machine.travel(NOW + dt.timedelta(days=11), tick=False), pytest.raises(Refused, match="is past"):
        moves.move(cast.actor("safety"), one.pk, "send")
    approved(cast, one, "safety")
    fields = {"effective_on": today()}
    for who, why in (("safety", "one of its authors"), ("quality", "Only who approved it")):
        with pytest.raises(Refused, match=why):
            moves.move(cast.actor(who), one.pk, "plan", fields=fields, proof=signer(cast, who))
    with pytest.raises(Invalid, match="password"):
        moves.move(cast.actor("director"), one.pk, "plan", fields=fields)
    moves.move(cast.actor("director"), one.pk, "plan", fields=fields, proof=signer(cast, "director"))
    assert Signature.everywhere.filter(record_id=one.pk, meaning="approved for this day").count() == 1
    assert effect.run(cast.organisation.pk) == 1


def test_where_only_the_author_holds_the_role_somebody_is_named_before_it_is_sent(cast: Cast) -> None:
    one = revision(cast, document(cast))
    client = Client()
    client.force_login(cast.account("quality"))
    page = client.get(f"/r/revision/{one.number}/").content.decode()
    assert "Nobody but who wrote it holds “Quality manager”" in page
    with pytest.raises(Refused, match="Name who signs instead"):
        moves.move(cast.actor("quality"), one.pk, "send")
    url = f"/documents/revision/{one.number}/name/"
    dialog = client.get(url).content.decode()
    assert "Director Person" in dialog
    assert "Quality Person" not in dialog.partition("<select")[2].partition("</select>")[0], "the author"
    person = cast.director.pk
    assert client.post(url, {"person": cast.reporter.pk, "why": "No"}).status_code == 422
    assert client.post(url, {"person": person, "why": ""}).status_code == 422
    assert client.post(url, {"person": person, "why": "We have one quality manager"}).status_code == 303
    assert client.get(url).status_code == 403, "nothing is missing any more"
    moves.move(cast.actor("quality"), one.pk, "send")
    assert [task.code for task in tasks.mine(cast.actor("director")) if task.record.pk == one.pk] == ["review"]
    told = client.get(f"/r/revision/{one.number}/tab/route/").content.decode()
    assert "named instead of “Quality manager”: We have one quality manager" in told
    why = client.get(f"/r/revision/{one.number}/").content.decode()
    assert "Ask Director Person" in why, "and nobody for whom it does not wait"
    sign(cast, "director", one, "review")
    assert again(one).state == "in_approval"
