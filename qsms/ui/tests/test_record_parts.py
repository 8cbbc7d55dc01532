"""Files, comments, trace and my work over HTTP."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.records import attachments, audience, registry, seals, services, tasks, threads
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.history import entries
from qsms.records.models import Attachment, Comment, Record
from qsms.ui.record import trace_drawing, trace_lines, tracing
from tests.cast import Cast
from tests.newtype.models import Spill

pytestmark = pytest.mark.usefixtures("any_task")

Make = Callable[..., Spill]
Login = Callable[[str], Client]


def photo() -> bytes:
    made = BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "Ken Ostrowski"
    Image.new("RGB", (8, 8), "red").save(made, "JPEG", exif=exif)
    return made.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_files_are_taken_in_shown_and_removed_with_a_reason(login: Login, spill: Make, keeper: Cast) -> None:
    made = spill()
    client = login("safety")
    tab = f"/r/spill/{made.number}/tab/files/"
    sent = client.post(
        f"/r/spill/{made.number}/file/",
        {
            "file": [upload("stand 14.jpg", photo()), upload("notes.txt", b"Two lines")],
            "note": "After",
            "evidence": "1",
        },
    )
    assert sent.status_code == 303
    text = html.unescape(client.get(tab).content.decode())
    assert "2 files are added." in text
    assert "stand 14.jpg" in text
    assert "evidence · After" in text
    row = Attachment.objects.get(name="stand 14.jpg")
    url = f"/r/spill/{made.number}/file/{row.pk}/stand%2014.jpg"
    answer = client.get(url)
    assert b"".join(answer) == photo()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert client.get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    for stranger in ("outsider", "other_site_auditor"):
        assert login(stranger).get(url).status_code == 404
    away = f"/r/spill/{made.number}/file/{row.pk}/remove/"
    assert client.post(away, {"reason": ""}).status_code == 422
    assert client.post(away, {"reason": "Wrong stand"}).status_code == 303
    assert client.get(url).status_code == 404
    assert [entry.verb for entry in entries(made)] == ["removed_file", "attached", "attached", "created"]


def test_a_picture_is_shown_small_within_the_scope_of_its_record(login: Login, spill: Make, keeper: Cast) -> None:
    made = spill()
    client = login("safety")
    files = {"file": [upload("stand 14.jpg", photo()), upload("notes.txt", b"Two lines")]}
    client.post(f"/r/spill/{made.number}/file/", files)
    row, text = Attachment.everywhere.order_by("pk")
    url = f"/r/spill/{made.number}/file/{row.pk}/small/"
    page = client.get(f"/r/spill/{made.number}/tab/files/").content.decode()
    assert page.count("<img") == 1
    assert (
        f'href="/r/spill/{made.number}/file/{row.pk}/stand%2014.jpg" tabindex="-1" aria-hidden="true"><img src="{url}"'
        in page
    )
    shown = client.get(url)
    content = shown.getvalue()
    assert content.startswith(b"\xff\xd8")
    assert b"Ostrowski" not in content
    assert b"Exif" not in content
    assert shown["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert (shown["X-Content-Type-Options"], shown["Cache-Control"]) == ("nosniff", "private, no-cache")
    assert client.get(url, headers={"If-None-Match": shown["ETag"]}).status_code == 304
    assert client.get(f"/r/spill/{made.number}/file/{text.pk}/small/").status_code == 404
    assert login("outsider").get(url).status_code == 404
    client.post(f"/r/spill/{made.number}/file/{row.pk}/remove/", {"reason": "Wrong stand"})
    assert client.get(url).status_code == 404


def test_a_file_of_another_record_is_not_opened_through_this_one(login: Login, spill: Make, keeper: Cast) -> None:
    here, there = spill(), spill(site=keeper.sites["STV"])
    kept = attachments.add(keeper.actor("safety"), there.pk, upload("secret.txt", b"secret"))
    for who in ("site_owner", "safety"):
        url = f"/r/spill/{here.number}/file/{kept.attachment.pk}/secret.txt"
        assert login(who).get(url).status_code == 404


def test_a_refused_file_says_why_and_the_others_are_kept(login: Login, spill: Make) -> None:
    made = spill()
    answer = login("safety").post(
        f"/r/spill/{made.number}/file/",
        {"file": [upload("run.exe", b"MZ program"), upload("notes.txt", b"Fine")], "note": "My note"},
    )
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "run.exe" in text
    assert 'value="My note"' in text
    assert list(Attachment.objects.values_list("name", flat=True)) == ["notes.txt"]
    assert login("safety").post(f"/r/spill/{made.number}/file/", {}).status_code == 422


def test_who_may_add_files(spill: Make, keeper: Cast) -> None:
    made = spill("reporter", owner=keeper.owner)
    for who in ("reporter", "owner", "safety"):
        attachments.add(keeper.actor(who), made.pk, upload("notes.txt", who.encode()))
    with pytest.raises(NotVisible):
        attachments.add(keeper.actor("outsider"), made.pk, upload("notes.txt", b"x"))
    with pytest.raises(Invalid):
        attachments.add(keeper.actor("safety"), made.pk, upload("empty.txt", b""))
    row = Attachment.objects.get(added_by=keeper.owner)
    with pytest.raises(Refused):
        attachments.remove(keeper.actor("reporter"), row.pk, reason="Not mine")
    services.move(keeper.actor("safety"), made.pk, "void", reason="Made by mistake")
    with pytest.raises(Refused, match="closed"):
        attachments.add(keeper.actor("safety"), made.pk, upload("late.txt", b"x"))
    made.refresh_from_db()
    assert not attachments.may_add(keeper.actor("safety"), made)


def test_place_and_camera_are_taken_out(spill: Make, keeper: Cast) -> None:
    made = spill()
    with_camera = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Spy camera"
    Image.new("RGB", (8, 8)).save(with_camera, "JPEG", exif=exif)
    kept = attachments.add(keeper.actor("safety"), made.pk, upload("a.jpg", with_camera.getvalue()), strip=True)
    with attachments.open_content(kept.attachment) as content:
        assert b"Spy camera" not in content.read()
    assert kept.attachment.stripped


def test_confidential_records_always_take_them_out_but_for_the_whole(spill: Make, keeper: Cast) -> None:
    made, safety = spill(), keeper.actor("safety")
    Record.everywhere.filter(pk=made.pk).update(confidential=True)
    assert attachments.add(safety, made.pk, upload("a.jpg", photo())).attachment.stripped
    kept = attachments.add(safety, made.pk, upload("b.jpg", photo()), whole=True).attachment
    with attachments.open_content(kept) as content:
        assert content.read() == photo()


def test_comments_and_mentions_of_those_who_see_the_record(login: Login, spill: Make, keeper: Cast) -> None:
    made = spill()
    client = login("safety")
    url = f"/r/spill/{made.number}/comment/"
    empty = client.post(url, {"text": "  "})
    assert empty.status_code == 422
    assert "The comment is empty." in empty.content.decode()
    unheard = client.post(url, {"text": "@Colleague Person and @Quality Person, look"})
    assert unheard.status_code == 422
    assert "Colleague Person may not see this record" in unheard.content.decode()
    assert "@Quality Person, look" in unheard.content.decode()
    sent = client.post(url, {"text": "<b>@Quality Person</b>, look\n\nNow"})
    comment = Comment.objects.get()
    assert comment.mentions == [keeper.quality.pk]
    assert sent["Location"].endswith(f"#comment-{comment.pk}")
    text = client.get(f"/r/spill/{made.number}/tab/comments/").content.decode()
    assert "&lt;b&gt;<b>@Quality Person</b>&lt;/b&gt;" in text
    names = client.get(f"/r/spill/{made.number}/mention/?q=per").json()["names"]
    assert "Quality Person" in names
    assert "Colleague Person" not in names
    assert login("outsider").post(url, {"text": "Hello"}).status_code == 404


def test_the_audience_is_whoever_the_scope_lets_see(spill: Make, keeper: Cast) -> None:
    from qsms.records import scope

    for made in (spill(), spill("reporter", site=keeper.sites["STV"]), spill(site=None, owner=keeper.owner)):
        fresh = Record.objects.get(pk=made.pk)
        expected = {
            person.pk
            for name, person in keeper.people.items()
            if name != "outsider" and scope.sees(keeper.actor(name), Spill.objects.get(pk=made.pk))
        }
        assert audience.who_sees(fresh) == expected


def test_the_trace_ends_where_the_scope_ends(login: Login, spill: Make, keeper: Cast) -> None:
    safety = keeper.actor("safety")
    first, hidden, last = spill(title="First"), spill(title="Hidden", site=keeper.sites["STV"]), spill(title="Last")
    beside = spill(title="Beside")
    services.link(safety, first.pk, hidden.pk, "relates")
    services.link(safety, hidden.pk, last.pk, "relates")
    services.link(safety, beside.pk, first.pk, "causes")
    owner = keeper.actor("site_owner")
    found = threads.trace(owner, first)
    assert {record.title for record in found.records} == {"First", "Beside"}
    assert {(edge.source_id, edge.target_id) for edge in found.edges} == {(beside.pk, first.pk)}
    text = login("site_owner").get(f"/r/spill/{first.number}/trace/").content.decode()
    assert "Hidden" not in text
    assert hidden.number not in text
    assert "2 records" in text
    assert len(threads.trace(safety, first).records) == 4
    assert len(threads.trace(safety, first, steps=1).records) == 3
    cut = threads.trace(safety, first, limit=2)
    assert (len(cut.records), cut.cut) == (2, True)


def test_a_box_of_the_trace_stands_in_the_column_that_its_sheet_names(
    spill: Make, keeper: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, actor = spill(title="Alone"), keeper.actor("safety")
    sheet = type(registry.get("spill"))
    for column, code in enumerate(("happened", "means", "done", "changed", "shows")):
        monkeypatch.setattr(sheet, "trace", code)
        drawing = trace_drawing.draw(actor, made, threads.trace(actor, made), moment.now(), [])
        assert [node.column for node in drawing.nodes] == [column]
        # Of the other columns each says what would stand in it.
        assert {x // trace_lines.ACROSS for x, _y, _words in drawing.hints} == set(range(5)) - {column}
    assert [registry.get(kind).trace for kind in ("report", "hazard", "control", "action")] == [
        "happened", "means", "changed", "done",
    ]  # fmt: skip
    monkeypatch.setattr(sheet, "trace", "know")
    with pytest.raises(ValueError, match="no column of the trace"):
        registry.register(sheet)


def test_lines_that_say_the_same_say_it_once(spill: Make, keeper: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    cause, actor = spill(title="Cause"), keeper.actor("safety")
    seen = [spill(title=f"Effect {n}") for n in range(3)]
    for other in seen:
        services.link(actor, cause.pk, other.pk, "causes")
    nodes = {one.pk: trace_drawing._node(one, cause, actor, moment.now()) for one in (cause, *seen)}
    lines = [trace_lines.Line(nodes[cause.pk], nodes[one.pk], "causes") for one in seen]
    trace_lines._say_once(lines)
    assert [line.word for line in lines] == ["", "causes", ""]


def test_the_trace_goes_as_far_as_fits_unless_somebody_chose(login: Login, spill: Make, keeper: Cast) -> None:
    first, actor = spill(title="First"), keeper.actor("safety")
    middle = spill(title="Middle")
    services.link(actor, first.pk, middle.pk, "relates")
    for n in range(tracing.TALLEST):
        services.link(actor, middle.pk, spill(title=f"Far {n}").pk, "relates")
    client, url = login("safety"), f"/r/spill/{first.number}/trace/"
    assert "Far 0" not in client.get(url).content.decode()
    assert "Far 0" in client.get(f"{url}?steps=4").content.decode()


def test_my_work_is_grouped_and_its_buttons_lead_to_the_move(login: Login, spill: Make, keeper: Cast) -> None:
    made = spill(title="Cleaned spill")
    services.move(keeper.actor("safety"), made.pk, "clean", fields={"cleaned": "x", "checker": keeper.quality.pk})
    now = moment.now()
    with write_transaction():
        for days, title in ((-2, "Late one"), (10, "Later one")):
            tasks.give(
                keeper.actor("safety"),
                made,
                title,
                title,
                person_id=keeper.quality.pk,
                due_at=now + dt.timedelta(days=days),
            )
        tasks.give(keeper.actor("safety"), made, "office", "For the office", role="quality_manager")
    client = login("quality")
    text = client.get("/").content.decode()
    assert text.index("Overdue") < text.index("Late one") < text.index("Later") < text.index("Later one")
    assert "One thing is late." in text
    assert f'href="/r/spill/{made.number}/move/check/"' in text
    assert "For the office" not in text
    assert "For the office" in client.get("/?whose=office").content.decode()
    assert "Nothing waits for you" in login("reporter").get("/").content.decode()


def test_my_work_asks_the_same_few_queries_however_much_waits(login: Login, spill: Make, keeper: Cast) -> None:
    client = login("quality")

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/").status_code == 200
        return len(caught)

    def wait_for(number: int) -> None:
        for n in range(number):
            made = spill(title=f"Spill {n}")
            with write_transaction():
                tasks.give(keeper.actor("safety"), made, "look", "Look", person_id=keeper.quality.pk)

    wait_for(1)
    client.get("/")
    before = count()
    wait_for(6)
    assert count() == before <= 15


def test_what_i_raised_and_what_i_sealed(login: Login, spill: Make, keeper: Cast) -> None:
    spill("reporter", title="Mine and open")
    secret = spill("safety", title="Told in confidence")
    Record.objects.filter(pk=secret.pk).update(confidential=True)
    with write_transaction():
        seals.seal(secret, seals.REPORTER, "Reporter Person", blind=str(keeper.reporter.pk))
    text = login("reporter").get("/?whose=raised").content.decode()
    assert "Mine and open" in text
    assert secret.number in text
    assert "Told in confidence" not in text
    assert secret.number not in login("colleague").get("/?whose=raised").content.decode()
