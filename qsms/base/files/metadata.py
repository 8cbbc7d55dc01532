"""Taking out of a file what tells who made it, where and when: for people who report without a name."""

from __future__ import annotations

import io
from typing import BinaryIO

from django.utils.translation import gettext as _

from qsms.base.files import office, pdf, pictures
from qsms.base.files.kinds import kinds

OFFICE = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
# These hold nothing beside what one reads in them.
PLAIN = {"text/plain", "text/csv", "application/json", "application/yaml"}


class CannotStrip(ValueError):
    """The traces cannot be removed, so the file is not taken. The text says what to do instead."""


def strip_metadata(stream: BinaryIO, media_type: str) -> BinaryIO:
    """A copy of the file without EXIF, place, author, dates and software. Raises CannotStrip rather than leave any.

    The copy is the caller's to close. What a person can see or read in the file stays: a name in the text or on a
    badge is not found here.
    """
    result: BinaryIO | None = None
    if media_type in pictures.FORMATS:
        try:
            result = pictures.stripped(stream, media_type)
        except pictures.Unreadable:
            result = None
    elif media_type == "application/pdf":
        result = pdf.stripped(stream)
    elif media_type.startswith(OFFICE):
        result = office.stripped(stream)
    elif media_type in PLAIN:
        stream.seek(0)
        result = io.BytesIO(stream.read())
    if result is None:
        kind = kinds().by_media_type.get(media_type)
        raise CannotStrip(
            _(
                "Hidden details such as author or place cannot be removed from this %(kind)s. "
                "Add a JPEG or PNG picture of it instead, such as a screenshot."
            )
            % {"kind": kind.label if kind else _("kind of file")}
        )
    return result
