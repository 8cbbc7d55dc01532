"""Readers see what is in effect and nothing else, by no door; and what somebody writes harms nobody who reads it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client

from qsms.api import tokens
from qsms.documents import distributing, jobs, markdown, reading, writing
from qsms.documents.models import Document, Revision
from qsms.org import actor as actors
from qsms.org import services as org
from qsms.org.models import Role
from qsms.records import attachments, outbox, services
from qsms.records.models import Attachment
from tests.cast import Cast

from .makers import again, document, effective, revision

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)
DRAFT = "Quokkadraft"


@pytest.fixture
def world(cast: Cast) -> tuple[Document, Revision]:
    """A document in effect that a reader was given, and a draft of its next revision with a file and a picture."""
    first = revision(cast, document(cast), body="## Now\n\nWallabyword holds.\n\n![Cart](cart.png)")
    attachments.add(cast.actor("quality"), first.pk, io.BytesIO(PNG), name="cart.png")
    held = effective(cast, first)
    distributing.add_rule(cast.actor("quality"), held.pk, site_id=cast.sites["LKF"].pk)
    draft = revision(cast, held, title=f"{DRAFT} title", body=f"## Next\n\n{DRAFT} text", summary=f"{DRAFT} summary")
    quality = cast.actor("quality")
    attachments.add(quality, draft.pk, io.BytesIO(f"{DRAFT} beside".encode()), name=f"{DRAFT}.txt")
    services.comment(quality, draft.pk, f"{DRAFT} said", mentions=[cast.reporter.pk])
    outbox.deliver()
    return Document.everywhere.get(pk=held.pk), again(draft)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def content(answer: Any) -> str:
    raw = b"".join(answer) if answer.streaming else answer.content
    return raw.decode(errors="replace")


def status(client: Client, path: str) -> int:
    """How a door answers; a file is read to its end, so that it is closed."""
    answer = client.get(path)
    content(answer)
    return answer.status_code


@pytest.mark.parametrize("who", ["reporter", "wide_reader", "other_site_auditor"])
def test_a_draft_is_seen_through_no_door(cast: Cast, world: tuple[Document, Revision], who: str) -> None:
    held, draft = world
    if who == "wide_reader":
        # Sees every document of the organisation, and no revision but their own.
        cast.people[who] = org.add_person(cast.organisation, name="Wide", email="wide@larkfield.test")
        rights = ["document.view", "document.export"]
        Role.objects.create(organisation=cast.organisation, code="wide", title="Wide", permissions=rights)
        org.grant(cast.people[who], "wide", axis="all")
    client = signed_in(cast, who)
    system = actors.system(cast.organisation.pk)
    program = Client(headers={"Authorization": f"Bearer {tokens.create(system, cast.people[who].pk, name='Door')[1]}"})
    file = Attachment.everywhere.get(record_id=draft.pk)
    lists = (
        "/", "/news/", f"/search/?q={DRAFT}", f"/palette/?q={DRAFT}", f"/palette/?q={draft.number}", "/documents/",
        f"/search/?q={DRAFT}&kind=revision", "/r/revision/?phase=all", "/r/document/?phase=all",
        f"/r/document/?q={DRAFT}",
        f"/pick/record/?q={DRAFT}", "/r/revision/export/?phase=all&format=json", "/r/revision/board/",
        "/r/document/export/?phase=all&format=json", "/overview/", f"/documents/read/{held.number}/",
        f"/r/document/{held.number}/", f"/r/document/{held.number}/tab/revisions/", 
        f"/r/document/{held.number}/tab/links/",
        f"/r/document/{held.number}/tab/history/", f"/r/document/{held.number}/trace/", "/documents/readers/",
    )  # fmt: skip
    for path in lists:
        told = content(client.get(path))
        # The word itself was asked for, and a page may say it back.
        for what in ("title", "text", "summary", "said", "beside"):
            assert f"{DRAFT} {what}" not in told, path
        assert f"{DRAFT}.txt" not in told, path
        assert f"/{draft.number}/" not in told, path
    of_it = (
        f"/r/revision/{draft.number}/", f"/r/revision/{draft.pk}/", f"/r/revision/{draft.number}/edit/",
        f"/r/revision/{draft.number}/file/{file.pk}/{file.name}", f"/r/revision/{draft.number}/tab/history/",
        f"/documents/revision/{draft.number}/changes/", f"/documents/read/{draft.number}/",
        f"/documents/read/{held.number}/picture/{file.name}", f"/documents/read/{held.number}/file/",
        f"/r/document/{held.number}/file/{file.pk}/{file.name}", f"/documents/revision/{draft.number}/file/",
    )  # fmt: skip
    for path in of_it:
        assert status(client, path) in (404, 405), path
    for path in ("revision/?phase=all&count=1", f"document/?q={DRAFT}&count=1", f"document/{held.number}/links/"):
        assert DRAFT not in content(program.get(f"/api/v1/{path}"))
    assert program.get(f"/api/v1/revision/{draft.number}/").status_code == 404
    # What is in effect they do find, if it is theirs to see.
    found = f"/{held.number}/" in content(client.get("/search/?q=Wallabyword"))
    assert found is (who != "other_site_auditor")


def test_a_reader_gets_file_and_pictures_of_what_is_in_effect_and_no_other_file(cast: Cast) -> None:
    one = revision(cast, document(cast), body="## Cart\n\n![Cart](cart.png)")
    quality = cast.actor("quality")
    for name, raw in (("cart.png", PNG), ("note.txt", b"Not for readers")):
        attachments.add(quality, one.pk, io.BytesIO(raw), name=name)
    held = effective(cast, one)
    distributing.add_rule(quality, held.pk, site_id=cast.sites["LKF"].pk, acknowledge=False)
    away = revision(cast, held, body="![Away](https://elsewhere.test/x.png)")
    assert 'src="https://elsewhere.test' not in content(signed_in(cast, "quality").get(f"/r/revision/{away.number}/"))
    client = signed_in(cast, "reporter")
    page = f"/documents/read/{held.number}/"
    told = content(client.get(page))
    assert f'src="{page}picture/cart.png"' in told
    assert status(client, f"{page}picture/cart.png") == 200
    assert status(client, f"{page}picture/note.txt") == 404
    assert status(signed_in(cast, "outsider"), f"{page}picture/cart.png") == 404
    # A file as the content: its words are found once it is in effect, and opening it is reading it.
    other = document(cast, title="Form")
    brought = writing.bring_file(quality, revision(cast, other, body="").pk, io.BytesIO(b"Numbatword"), name="form.txt")
    jobs.read_file.call(brought.pk)
    assert f"/{other.number}/" not in content(client.get("/search/?q=Numbatword"))
    distributing.add_rule(quality, other.pk, site_id=cast.sites["LKF"].pk)
    effective(cast, brought)
    assert f"/{other.number}/" in content(client.get("/search/?q=Numbatword"))
    assert content(client.get(f"/documents/read/{other.number}/file/")) == "Numbatword"
    reading.acknowledge(cast.actor("reporter"), other.pk)


def test_who_has_read_it_is_for_who_gives_it_out_and_leaves_with_the_right_to_export(
    cast: Cast, world: tuple[Document, Revision]
) -> None:
    held, _draft = world
    page = f"/documents/readers/{held.number}/"
    office = signed_in(cast, "quality")
    assert cast.reporter.name in content(office.get(page))
    assert f"{page}export/" in content(office.get(page))
    rows = content(office.get(f"{page}export/")).splitlines()
    assert any(cast.reporter.name in row and "Everybody at Larkfield" in row for row in rows[1:])
    role = Role.objects.create(
        organisation=cast.organisation,
        code="giver",
        title="Giver",
        permissions=["document.view", "document.distribute"],
    )
    cast.people["giver"] = org.add_person(cast.organisation, name="Giver", email="giver@larkfield.test")
    org.grant(cast.people["giver"], role.code, axis="all")
    giver = signed_in(cast, "giver")
    assert cast.reporter.name in content(giver.get(page))
    assert "/export/" not in content(giver.get(page))
    assert status(giver, f"{page}export/") == 403
    for who, said in (("reporter", 403), ("other_site_auditor", 404), ("outsider", 404)):
        client = signed_in(cast, who)
        assert [status(client, one) for one in (page, f"{page}export/")] == [said, said], who


@pytest.mark.one_engine("The database has no part in it.")
def test_tables_lists_and_links_are_drawn() -> None:
    text = "# Title\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- x\n\n1. y\n\n[l](https://a.test) ~~gone~~ ![P](p.png)"
    drawn = str(markdown.html(text, markdown.where({"p.png": "/f/p.png"})))
    assert "<h2>Title</h2>" in drawn
    assert '<td class="to-right">2</td>' in drawn
    assert '<a href="https://a.test" rel="noopener noreferrer nofollow">l</a> <s>gone</s>' in drawn
    assert '<img src="/f/p.png" alt="P">' in drawn
    assert markdown.plain(text).split("\n")[:3] == ["Title", "a", "b"]
    long = "\n\n".join(f"## Part {n}\n\n{'word ' * 300}" for n in range(8))
    assert [page.heading for page in markdown.pages(long, markdown.where({}))] == [
        "Part 0",
        "Part 2",
        "Part 4",
        "Part 6",
    ]
    # Deep nesting ends.
    assert markdown.pages("> " * 5000 + "x", markdown.where({}))
    assert markdown.pages("[" * 20_000, markdown.where({}))
