"""The tutorial speaks in the words of the product."""

from __future__ import annotations

import re
from pathlib import Path

import qsms

TOP = Path(qsms.__file__).parents[1]
SHOWN = re.compile(r"(?<!\*)\*{1,2}([^*\n]+)\*{1,2}(?!\*)")

# As the text of a tag, a string of the program, or a value of the data.
AROUND = r"[\"'>}} ]{}(?:[\"'<{{,?]|$)"


def test_what_it_names_stands_on_the_pages() -> None:
    text = (TOP / "docs" / "tutorial" / "first-hour.md").read_text(encoding="utf-8")
    kinds = {".py", ".html", ".yaml"}
    sources = (path for path in (TOP / "qsms").rglob("*") if path.suffix in kinds and "tests" not in path.parts)
    product = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = set(SHOWN.findall(text))
    assert {"My office", "Describe what can happen", "Open trace"} <= named
    lacking = [word for word in named if not re.search(AROUND.format(re.escape(word)), product, re.MULTILINE)]
    # A cell of the matrix is made of its row and its column.
    assert set(lacking) <= {"3B"}
