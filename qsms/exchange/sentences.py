"""The errors of the exchange kit and how they quote what they complain about."""

from __future__ import annotations

import re
import unicodedata

# Bidirectional controls can make "exe.csv" out of "csv.exe"; invisible and control characters hide what stands there.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_SPACES = re.compile(r"\s+")


class ExchangeError(ValueError):
    """Something a person can mend. `str()` is the sentence to show; `code` is for programs and tests."""

    def __init__(self, sentence: str, *, code: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class TableError(ExchangeError):
    """The file as a whole cannot be read as a table."""


class ValueProblem(ExchangeError):
    """One value cannot be understood."""


def shown(value: object, limit: int = 60) -> str:
    """`value` as it may stand inside a sentence: one line, nothing invisible, at most `limit` characters."""
    text = _SPACES.sub(" ", str(value)).strip()
    text = _UNSEEN.sub("\ufffd", text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def shown_name(name: str) -> str:
    """The bare name of a file for use in a sentence: no folders, nothing that changes how it reads."""
    bare = re.split(r"[/\\]", name.replace("\x00", "\ufffd"))[-1]
    return shown(unicodedata.normalize("NFC", bare), 80) or "file"
