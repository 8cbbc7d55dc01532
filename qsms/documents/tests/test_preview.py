"""Writing a text: what is foreseen is what will be read, by nobody else, and pictures come into their place."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from qsms.documents.models import Revision
from qsms.records import attachments
from qsms.records.models import Attachment
from qsms.ui.record import written
from tests.cast import Cast

from .makers import again, document, effective, revision

pytestmark = pytest.mark.django_db


def _picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(held, "PNG")
    return held.getvalue()


PNG = _picture()

HOSTILE = """## Before <script>alert(1)</script>

| Step | Who |
|---|:-:|
| [Clean](javascript:alert(1)) | **You** |

![Cart](cart%20front.png)
"""


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def drawn(page: bytes) -> str:
    """The text as a page shows it, up to the paragraph that ends it."""
    found = re.search(r'<div class="sheet-doc prose">(.*?</p>)\s*</div>', page.decode(), re.DOTALL)
    return found[1] if found else ""


def test_the_preview_is_what_the_page_shows(cast: Cast) -> None:
    draft = revision(cast, held := document(cast), body="Short.")
    keeper = browser(cast, "quality")
    picture = f"/r/revision/{draft.number}/picture/"
    put = keeper.post(picture, {"file": SimpleUploadedFile("cart front.png", PNG)}).json()["put"]
    assert put == "![cart front](cart%20front.png)"
    typed = {"title": draft.title, "document": held.number, "body": HOSTILE, "part": "1"}
    foreseen = drawn(keeper.post(f"/r/revision/{draft.number}/preview/body/", typed).content)
    assert again(draft).body == "Short.", "nothing is saved by looking"
    Revision.everywhere.filter(pk=draft.pk).update(body=HOSTILE)
    assert foreseen == drawn(keeper.get(f"/r/revision/{draft.number}/").content)
    assert "cart%20front.png" in foreseen
    assert "<script" not in foreseen
    assert 'href="javascript' not in foreseen
    # Without script it is a page of its own.
    whole = keeper.post(f"/r/revision/{draft.number}/preview/body/", {**typed, "part": ""}).content.decode()
    assert "<h1>Preview</h1>" in whole
    assert foreseen in whole


def test_the_next_revision_is_foreseen_with_the_pictures_that_come_along(cast: Cast) -> None:
    first = revision(cast, document(cast), body="![Cart](cart.png)")
    keeper = browser(cast, "quality")
    keeper.post(f"/r/revision/{first.number}/picture/", {"file": SimpleUploadedFile("cart.png", PNG)})
    held = effective(cast, first)
    typed = {"title": held.title, "document": held.number, "body": "![Cart](cart.png)", "part": "1"}
    foreseen = drawn(keeper.post("/r/revision/preview/body/", typed).content)
    assert f'src="/documents/read/{held.number}/picture/cart.png"' in foreseen
    assert Revision.everywhere.count() == 1


def test_a_picture_takes_a_free_name_and_nothing_else_comes_in(cast: Cast) -> None:
    draft = revision(cast, document(cast))
    keeper, url = browser(cast, "quality"), f"/r/revision/{draft.number}/picture/"
    names = [keeper.post(url, {"file": SimpleUploadedFile("Cart.png", PNG)}).json()["put"] for _one in range(2)]
    assert names == ["![Cart](Cart.png)", "![Cart-2](Cart-2.png)"]
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for name, content in (("drawing.svg", svg), ("words.txt", b"Words"), ("fake.png", b"Words")):
        answer = keeper.post(url, {"file": SimpleUploadedFile(name, content)})
        assert (answer.status_code, "put" in answer.json()) == (422, False), name
    assert keeper.post(url).json()["said"] == "No file was chosen. Choose one."
    assert Attachment.everywhere.filter(record_id=draft.pk).count() == 2
    assert written.markdown("a [b] (c).png") == "![a  b  (c)](a%20%5Bb%5D%20%28c%29.png)"


def test_only_who_writes_it_foresees_it(cast: Cast) -> None:
    draft = revision(cast, held := document(cast))
    typed = {"title": "T", "document": held.number, "body": "Words", "part": "1"}
    picture = {"file": SimpleUploadedFile("cart.png", PNG)}
    # Whoever may judge it sees it, and does not write in it.
    for who, code in (("outsider", 404), ("colleague", 404), ("executive", 403)):
        client = browser(cast, who)
        assert client.post(f"/r/revision/{draft.number}/preview/body/", typed).status_code == code, who
        assert client.post(f"/r/revision/{draft.number}/picture/", picture).status_code == code, who
    keeper = browser(cast, "quality")
    assert keeper.post(f"/r/revision/{draft.number}/preview/summary/", typed).status_code == 404
    assert browser(cast, "colleague").post("/r/revision/preview/body/", typed).status_code == 403
    assert not attachments.on_record(draft)
