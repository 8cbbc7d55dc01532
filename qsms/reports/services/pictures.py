"""Photos and files that come with a report: looked into, freed of what tells who made them where, then kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import BinaryIO

from django.core import signing
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.files import CannotStrip, inspect, strip_metadata
from qsms.base.storage import store
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.models import Attachment

from ..models import Report

ROLE = "photo"
MOST = 12
SALT = "qsms.reports.pictures"
DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it was sent, and the question it answers."""

    name: str
    stream: BinaryIO
    field: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store and waits for its report."""

    name: str
    field: str
    media_type: str
    inline: bool
    sha256: str
    size: int

    def unnamed(self, position: int) -> Kept:
        """The same file without the name that somebody gave it."""
        extension = f".{self.name.rpartition('.')[2]}" if "." in self.name else ""
        return replace(self, name=_("file-%(n)d%(extension)s") % {"n": position, "extension": extension})

    def token(self) -> str:
        """The file as a form carries it while something else is mended. Signed: it opens no other file."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)

    @classmethod
    def from_token(cls, token: str) -> Kept | None:
        """The file of a token of the last day; None for any other text."""
        try:
            return cls(**signing.loads(token, salt=SALT, max_age=DAY))
        except (signing.BadSignature, TypeError):
            return None


def take_in(files: Sequence[Incoming | Kept], *, nameless: bool) -> tuple[list[Kept], dict[str, str]]:
    """Store the files without their hidden details; what is wrong with the others, by question.

    With `nameless` they lose their names too: people name files after themselves. A file that is stored and belongs
    to no report in the end is dead weight, not a leak; the store sweeps such files.
    """
    kept: list[Kept] = []
    errors: dict[str, str] = {}
    if len(files) > MOST:
        return [], {files[0].field: _("%(count)d files are too many. Send %(most)d at most.") % {
            "count": len(files), "most": MOST}}  # fmt: skip
    for position, file in enumerate(files, 1):
        if isinstance(file, Kept):
            kept.append(file.unnamed(position) if nameless else file)
            continue
        facts = inspect(file.stream, file.name)
        if not facts.accepted:
            errors[file.field] = facts.refusal
            continue
        try:
            with strip_metadata(file.stream, facts.media_type) as clean:
                clean.seek(0)
                stored = store().put(clean)
        except CannotStrip as error:
            errors[file.field] = str(error)
            continue
        found = Kept(facts.name, file.field, facts.media_type, facts.safe_to_inline, stored.sha256, stored.size)
        kept.append(found.unnamed(position) if nameless else found)
    return kept, errors


def attach(actor: Actor, report: Report, files: Sequence[Kept]) -> None:
    """Put stored files to a report. The caller has the transaction open."""
    for file in files:
        row = Attachment(
            organisation_id=report.organisation_id,
            record_id=report.pk,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
            inline=file.inline,
            stripped=True,
            role=ROLE,
            added_by_id=actor.person_id,
            added_at=moment.now(),
        )
        row.save(force_insert=True)
        history.write(actor, report, history.Act(history.ATTACHED, detail={"file": row.pk, "name": row.name}))
