"""The tutorials, and the how-to pages that lead over the screen, speak in the words of the product."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import qsms

TOP = Path(qsms.__file__).parents[1]
SHOWN = re.compile(r"(?<!\*)\*{1,2}([^*\n]+)\*{1,2}(?!\*)")

# As the text of a tag, a string of the program, or a value of the data.
AROUND = r"[\"'>}} ]{}(?:[\"'<{{,?]|$)"
# What no single place says: a cell of the matrix is made of its row and its column, a button of its kind of record.
MADE_UP = {"3B", "New document", "New course"}
PAGES = (
    "tutorial/first-hour", "tutorial/one-procedure", "how-to/import-a-document-register", "how-to/adopt-a-standard",
    "how-to/move-to-a-new-edition", "how-to/set-up-a-competence-matrix", "how-to/prepare-a-trace-pack",
)  # fmt: skip


@cache
def product() -> str:
    kinds = {".py", ".html", ".yaml"}
    sources = (path for path in (TOP / "qsms").rglob("*") if path.suffix in kinds and "tests" not in path.parts)
    return "\n".join(path.read_text(encoding="utf-8") for path in sources)


@pytest.mark.parametrize("page", PAGES)
def test_what_it_names_stands_on_the_pages(page: str) -> None:
    text = (TOP / "docs" / f"{page}.md").read_text(encoding="utf-8")
    named = set(SHOWN.findall(text)) - MADE_UP
    assert len(named) > 5
    lacking = [word for word in named if not re.search(AROUND.format(re.escape(word)), product(), re.MULTILINE)]
    assert lacking == []
