"""Files through the API: taken in, handed out and removed within the record's scope."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.newtype.models import Spill

from .conftest import Program

Programs = Callable[[str], Program]
Make = Callable[..., Spill]


def picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "PNG")
    return stream.getvalue()


def upload(program: Program, path: str, content: bytes | None = None, name: str = "stand.png", **more: Any) -> Any:
    file = SimpleUploadedFile(name, picture() if content is None else content)
    return program.client.post(f"/api/v1/{path}attachments/", {"file": file, **more})


def test_a_file_goes_in_comes_out_and_is_removed(program: Programs, spill: Make) -> None:
    made, safety = spill("colleague"), program("safety")
    path = f"spill/{made.number}/"
    added = upload(safety, path, note="The stand", role="evidence")
    assert added.status_code == 201, added.json()
    told = added.json()
    assert (told["name"], told["media_type"], told["note"], told["role"]) == (
        "stand.png",
        "image/png",
        "The stand",
        "evidence",
    )
    assert told.pop("remark") == ""
    assert program("colleague").get(f"{path}attachments/").json()["items"] == [told]
    got = program("colleague").get(told["url"])
    assert b"".join(got.streaming_content) == picture()
    assert (got["X-Content-Type-Options"], got["Cache-Control"]) == ("nosniff", "private, no-cache")
    assert got["Content-Security-Policy"].startswith("default-src 'none'")
    assert program("colleague").get(told["url"], If_None_Match=got["ETag"]).status_code == 304
    assert program("outsider").get(told["url"]).status_code == 404
    other = spill()
    assert safety.get(f"spill/{other.pk}/attachments/{told['id']}/").status_code == 404
    assert safety("DELETE", told["url"]).status_code == 422
    assert program("colleague")("DELETE", f"{told['url']}?reason=Mine").status_code == 403
    assert safety("DELETE", f"{told['url']}?reason=Wrong+stand").status_code == 204
    assert safety.get(told["url"]).status_code == 404
    assert safety.get(f"{path}attachments/").json()["items"] == []


def test_files_that_are_not_taken(program: Programs, spill: Make) -> None:
    made, safety = spill(), program("safety")
    path = f"spill/{made.pk}/"
    assert upload(safety, path, b"").status_code == 422
    assert upload(safety, path, b"MZ\x90\x00" + b"\x00" * 200, "run.exe").status_code == 422
    assert upload(safety, path, colour="red").json()["errors"] == {"colour": "“colour” cannot be set here."}
    assert safety.client.post(f"/api/v1/{path}attachments/", {"note": "no file"}).status_code == 422
    assert safety.post(f"{path}attachments/", {"file": "x"}).status_code == 415
    assert upload(program("outsider"), path).status_code == 404
    assert upload(program("quality"), path).status_code == 201


def test_confidential_records_keep_no_traces_of_who_took_the_picture(program: Programs, spill: Make) -> None:
    made = spill()
    Spill.everywhere.filter(pk=made.pk).update(confidential=True)
    assert upload(program("safety"), f"spill/{made.pk}/").json()["stripped"] is True
