"""Starting the reader of one file and taking what it says."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from .. import apart
from . import child

CHILD = Path(child.__file__)
MOST_BYTES = 1_000_000
CUT = 3


@dataclass(frozen=True, slots=True)
class Extracted:
    """The words of a file, and a sentence where they are not all of it."""

    text: str
    remark: str = ""


def extract(
    stream: BinaryIO, media_type: str, *, most_bytes: int = MOST_BYTES, seconds: float = apart.SECONDS
) -> Extracted:
    """The words of this file. Never raises for what is in it: a file that cannot be read has no words and a remark."""
    if media_type not in child.READERS:
        return Extracted("", _("Files of this kind are not searched for words."))
    with tempfile.TemporaryFile() as said:
        try:
            words = (media_type, str(most_bytes))
            status = apart.run(CHILD, *words, stdin=stream, stdout=said, most_bytes=most_bytes, seconds=seconds)
        except OSError:
            return Extracted("", _("The file could not be read just now."))
        said.seek(0)
        text = said.read(most_bytes).decode("utf-8", "ignore")
    if status == CUT:
        return Extracted(text, _("It is very long: search and comparison look at its beginning only."))
    if status != 0:
        return Extracted("", _("Its words could not be read, so search and comparison do not know them."))
    return Extracted(text.strip())
