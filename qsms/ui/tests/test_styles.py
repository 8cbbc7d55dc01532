"""No class in a template without a rule that draws it: a page without its styles looks like a heap of words."""

from __future__ import annotations

import re
from pathlib import Path

import qsms

HERE = Path(qsms.__file__).parent
ATTRIBUTE = re.compile(r'class="([^"]*)"')
PLACEHOLDER = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
# Hooks for scripts and tests alone, and words that a template completes.
BARE = {"now", "file", "form", "bad", "warn", "good"}


def test_every_class_is_drawn() -> None:
    styles = "\n".join(path.read_text() for path in HERE.rglob("static/*/*.css"))
    drawn = set(re.findall(r"\.([a-z][\w-]*)", styles))
    lacking = {}
    for template in HERE.rglob("templates/**/*.html"):
        for words in ATTRIBUTE.findall(template.read_text()):
            for word in PLACEHOLDER.sub(" ", words).split():
                if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", word) and word not in drawn | BARE:
                    lacking[word] = template.name
    assert lacking == {}
