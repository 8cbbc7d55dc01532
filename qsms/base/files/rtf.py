"""Texts in rich text format: whether they carry what is not text."""

from __future__ import annotations

import re
from typing import BinaryIO

from django.utils.translation import gettext as _

from qsms.base.files.refusal import Refused

START = b"{\\rtf"
CHUNK_BYTES = 1024 * 1024
OVERLAP_BYTES = 32
# A control word stands in one piece, so that it is found however the rest is written.
OBJECT = re.compile(rb"\\(?:objdata|objocx|objautlink|objupdate)(?![a-z])", re.IGNORECASE)


def check(stream: BinaryIO, name: str) -> None:
    """Raises Refused for one with an embedded object, which its reader would hand to another program."""
    stream.seek(0)
    before = b""
    while chunk := stream.read(CHUNK_BYTES):
        if OBJECT.search(before + chunk):
            said = _("“%(name)s” holds an embedded object, which could run. Save it as PDF or DOCX and add that.")
            raise Refused(said % {"name": name})
        before = chunk[-OVERLAP_BYTES:]
