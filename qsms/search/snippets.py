"""What a result shows of a text: a piece around the words that were found, escaped, with the words marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString

from . import words
from .words import Query

WIDTH = 220
BEFORE = 70
# How far into a long text words are looked for.
LOOKED_AT = 50_000


def highlight(text: str, query: Query) -> SafeString:
    """The whole text, escaped, with what was found in it marked."""
    text = unicodedata.normalize("NFC", text)
    pieces: list[str] = []
    end = 0
    for start, stop in _found(text, query):
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return SafeString("".join([*pieces, escape(text[end:])]))


def cut(text: str, query: Query, width: int = WIDTH) -> SafeString:
    """About `width` signs around the first word that was found, or of the beginning; empty for no text."""
    text = " ".join(unicodedata.normalize("NFC", text[:LOOKED_AT]).split())
    first = next(_found(text, query), None)
    start = max(0, first[0] - BEFORE) if first else 0
    if start:
        # Begin with a whole word, unless the word before is endless.
        space = text.find(" ", start, start + BEFORE // 2)
        start = space + 1 if space >= 0 else start
    stop = min(len(text), start + width)
    if stop < len(text):
        space = text.rfind(" ", stop - BEFORE // 2, stop)
        stop = space if space > start else stop
    piece = highlight(text[start:stop], query)
    return SafeString(f"{'… ' if start else ''}{piece}{' …' if stop < len(text) else ''}")


def _found(text: str, query: Query) -> Iterator[tuple[int, int]]:
    known, prefix = query.known, query.prefix
    for start, stop, folded in words.places(text):
        if any(word in known or word.lstrip("0") in known for word in folded):
            yield start, stop
        elif prefix and any(word.startswith(prefix) for word in folded):
            # Only as much as was typed, unless folding has changed how long the word is.
            same = len(folded[0]) == stop - start
            yield start, start + len(prefix) if same else stop
