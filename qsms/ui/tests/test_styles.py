"""No class in a template without a rule that draws it: a page without its styles looks like a heap of words."""

from __future__ import annotations

import re
from pathlib import Path

import qsms

HERE = Path(qsms.__file__).parent
ATTRIBUTE = re.compile(r'class="([^"]*)"')
OWN = re.compile(r"<style>(.*?)</style>", re.DOTALL)
PLACEHOLDER = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
# Hooks for scripts and tests alone, and words that a template completes.
BARE = {"now", "file", "form", "bad", "warn", "good"}


def test_every_class_is_drawn() -> None:
    styles = "\n".join(path.read_text() for path in HERE.rglob("static/*/*.css"))
    rules = re.compile(r"\.([a-z][\w-]*)")
    everywhere = set(rules.findall(styles)) | BARE
    lacking = {}
    for template in HERE.rglob("templates/**/*.html"):
        text = template.read_text()
        # A page that leaves the house brings its own rules, also for the lines that it includes.
        beside = "".join(one.read_text() for one in template.parent.glob("*.html"))
        drawn = everywhere.union(*(rules.findall(own) for own in OWN.findall(beside)))
        for words in ATTRIBUTE.findall(text):
            for word in PLACEHOLDER.sub(" ", words).split():
                if re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]", word) and word not in drawn:
                    lacking[word] = template.name
    assert lacking == {}
