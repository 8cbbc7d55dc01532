"""The words of the house with what they mean, on the page behind the question mark."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

DATA = Path(__file__).parent / "data" / "glossary.yaml"


@lru_cache(maxsize=1)
def glossary() -> list[dict[str, Any]]:
    """The groups of words, each with title and words; a word has what it means."""
    groups: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))["groups"]
    return groups


@require_safe
def show_words(request: HttpRequest) -> HttpResponse:
    """Every word with its meaning, in the groups of the file."""
    groups = [
        (_(group["title"]), [(_(one["word"]), _(one["means"])) for one in group["words"]]) for group in glossary()
    ]
    return render(request, "words.html", {"groups": groups})
