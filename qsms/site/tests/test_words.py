"""The words of the house: each explained once, in the program and in the reference."""

from __future__ import annotations

import html
from pathlib import Path

from django.test import Client

from qsms.site.words import glossary
from tests.cast import Cast

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "glossary.md"


def test_the_page_behind_the_question_mark_explains_every_word(cast: Cast) -> None:
    reader = Client()
    reader.force_login(cast.account("reporter"))
    assert 'href="/help/" aria-label="What the words mean"' in reader.get("/").content.decode()
    page = html.unescape(reader.get("/help/").content.decode())
    for group in glossary():
        assert group["title"] in page
        for one in group["words"]:
            assert f"<dt>{one['word']}</dt><dd>{one['means']}</dd>" in page


def test_each_word_is_explained_once_in_a_sentence() -> None:
    words = [one["word"] for group in glossary() for one in group["words"]]
    assert len(set(words)) == len(words)
    assert {"Lens", "Triage", "Thread", "Deed", "Sealed", "Loose end", "Control", "Confidential"} <= set(words)
    for group in glossary():
        for one in group["words"]:
            assert one["means"].endswith("."), one["word"]


def test_the_reference_has_them_too() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for group in glossary():
        for one in group["words"]:
            assert f"**{one['word']}**" in text
