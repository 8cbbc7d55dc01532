"""The trace pack of a clause: a ZIP that opens without us, with an index that leads from each clause to its evidence.

Each record comes as a PDF and with its files, once, however many clauses it stands behind. Nothing goes in that whoever
asks for the pack does not see. Confidential records stay out, counted and not named, unless they were chosen for a
reason; then each is marked. The same records at the same moment give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qsms.base.files.names import clean_name, split_extension
from qsms.org.actor import Actor
from qsms.publish.record import record_pdf
from qsms.records import attachments, reading, registry, wording
from qsms.records.errors import NotVisible, Refused
from qsms.records.models import Record
from qsms.records.reading import Opened
from qsms.rules.coverage import Covered
from qsms.rules.coverage_words import told
from qsms.rules.evidence import freshness
from qsms.ui import dates

from .. import findings, rows
from ..binding import Piece
from ..choices import FRESHNESS, Strength
from ..findings import Against
from ..lifecycles import FINDING_LIFE
from ..standing import Standing
from . import outside

MOST_BYTES = 500 * 1024 * 1024
LONGEST_NAME = 100
# Told how many records are done, and of how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Kept:
    """A file in the pack; without an address one that did not go in, and why."""

    name: str
    note: str
    href: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Exhibit:
    """A record in the pack: where its PDF and its files lie in it."""

    href: str
    files: tuple[Kept, ...]


@dataclass(frozen=True)
class Line:
    """A piece of evidence as the index names it."""

    number: str
    title: str
    said: str
    note: str
    exhibit: Exhibit | None
    confidential: bool = False


@dataclass(frozen=True)
class Chapter:
    """One clause of the index."""

    number: str
    title: str
    level: int
    state: str
    why: str
    left_out: str
    lines: tuple[Line, ...]
    lent: tuple[tuple[str, tuple[Line, ...]], ...]
    findings: tuple[Line, ...]


@dataclass
class Pack:
    """A pack in the making: what was asked for, by whom and when."""

    standing: Standing
    clause: str
    actor: Actor
    made_at: dt.datetime
    room_bytes: int = MOST_BYTES
    # Why confidential records go out; empty leaves them out.
    confidential_why: str = ""
    # Those that went in.
    confidential: list[Record] = field(default_factory=list)
    # By kind and number of the record.
    exhibits: dict[tuple[str, str], Exhibit] = field(default_factory=dict)

    def write(self, target: IO[bytes], tell: Tell = lambda done, total: None) -> int:
        """Write the ZIP to `target`; how many records are in it, each once however many clauses it stands behind."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            wanted = list(self._pieces())
            for done, piece in enumerate(wanted):
                tell(done, len(wanted))
                self._take_in(archive, piece)
            tell(len(wanted), len(wanted))
            _put(archive, "index.html", self._index().encode(), self.made_at)
        return len({exhibit.href for exhibit in self.exhibits.values()})

    def _numbers(self) -> list[str]:
        framework = self.standing.framework
        return list(framework.subtree(self.clause)) if self.clause else list(framework.by_number)

    def _pieces(self) -> Iterator[Piece | Against]:
        """Every piece behind the clauses, and every open finding, one for each record, in reading order."""
        seen: set[tuple[str, str]] = set()
        for number in self._numbers():
            covered = self.standing.coverage.covered[number]
            for one in [
                *covered.evidence,
                *(each for lent in covered.through if lent.counts for each in lent.evidence),
            ]:
                piece = self.standing.pieces[int(str(one.id))]
                if piece.number and (piece.kind, piece.number) not in seen and self._goes(piece):
                    seen.add((piece.kind, piece.number))
                    yield piece
            for found in self.standing.open_at(number):
                if (found.kind, found.number) not in seen and self._goes(found):
                    seen.add((found.kind, found.number))
                    yield found

    def _goes(self, one: Piece | Against) -> bool:
        return bool(self.confidential_why) or not one.confidential

    def _take_in(self, archive: zipfile.ZipFile, piece: Piece | Against) -> None:
        """The record of this piece as a PDF, and its files."""
        if not registry.is_known(piece.kind):
            return
        try:
            opened = reading.opened(self.actor, piece.kind, piece.number)
        except NotVisible:
            return
        if opened.sheet.elsewhere(self.actor, opened.record):
            # Its page is not for this reader, so neither is its paper.
            return
        href = f"records/{opened.record.number}.pdf"
        if opened.record.confidential:
            if not self.confidential_why:
                # Made confidential a moment ago.
                return
            self.confidential.append(opened.record)
        made = record_pdf(self.actor, opened.sheet, opened.record, self.made_at, outside=True)
        _put(archive, href, made, self.made_at)
        self.exhibits[piece.kind, piece.number] = Exhibit(quote(href), tuple(self._files(archive, opened)))

    def _files(self, archive: zipfile.ZipFile, opened: Opened) -> Iterator[Kept]:
        for place, row in enumerate(attachments.on_record(opened.record), 1):
            if row.size > self.room_bytes:
                yield Kept(
                    row.name, row.note, missing=_("Left out: the pack would be too large. Fetch it from the record.")
                )
                continue
            href = f"files/{opened.record.number}/{place:02d} {_short(row.name)}"
            try:
                with attachments.open_content(row) as content, archive.open(_entry(href, self.made_at), "w") as there:
                    shutil.copyfileobj(content, there)
            except Refused as lost:
                yield Kept(row.name, row.note, missing=str(lost))
                continue
            self.room_bytes -= row.size
            yield Kept(row.name, row.note, quote(href))

    def _index(self) -> str:
        adoption, framework = self.standing.adoption, self.standing.framework
        chapters = [self._chapter(number) for number in self._numbers()]
        context = {
            "language": get_language() or "en",
            "title": _title(self.standing, self.clause),
            "organisation": self.actor.organisation_name,
            "adoption": adoption,
            "standard": framework.title,
            "moment": dates.printed(self.made_at, self.actor.tz),
            "name": self.actor.name,
            "chapters": chapters,
            "confidential": len(self.confidential),
            "confidential_why": self.confidential_why,
            "held_back": 0 if self.confidential_why else len(outside.confidential(self.standing, self._numbers())),
        }
        return render_to_string("standards/outputs/index.html", context)

    def _chapter(self, number: str) -> Chapter:
        found, one = self.standing, self.standing.framework.by_number[number]
        covered: Covered = found.coverage.covered[number]
        depth = len(list(found.framework.ancestors(number)))
        return Chapter(
            number=number,
            title=one.title,
            level=min(depth + 2, 6),
            state=rows.state(covered),
            why=" ".join(rows.reasons(found, covered)),
            left_out=found.left_out(number),
            lines=tuple(self._line(int(str(each.id))) for each in covered.evidence),
            lent=tuple(
                (wording.sentence(told(each)), tuple(self._line(int(str(piece.id))) for piece in each.evidence))
                for each in covered.through
                if each.counts
            ),
            findings=tuple(self._finding(one) for one in found.open_at(number)),
        )

    def _finding(self, one: Against) -> Line:
        grade = findings.grade_of(one.grade).label
        said = f"{grade}, {FINDING_LIFE.state(one.state).label}, {one.at}"
        if not self._goes(one):
            return Line("", _("A confidential finding, left out of this pack"), said, "", None)
        return Line(one.number, one.title, said, "", self.exhibits.get((one.kind, one.number)), one.confidential)

    def _line(self, piece_id: int) -> Line:
        piece = self.standing.pieces[piece_id]
        word = str(FRESHNESS[freshness(piece.rule, self.standing.coverage.today)][0])
        as_of = _("as of %(day)s") % {"day": dates.plain_day(piece.as_of)} if piece.as_of else ""
        said = ", ".join(part for part in (str(Strength(piece.strength).label), as_of, word) if part)
        if not self._goes(piece):
            return Line("", _("A confidential record, left out of this pack"), said, "", None)
        exhibit = self.exhibits.get((piece.kind, piece.number))
        return Line(piece.number, piece.title, said, piece.note, exhibit, piece.confidential)


def _title(standing: Standing, clause: str) -> str:
    if not clause:
        return _("Trace pack of %(standard)s") % {"standard": standing.framework.title}
    named = {"number": clause, "title": standing.framework.by_number[clause].title}
    return _("Trace pack of %(number)s %(title)s") % named


def _entry(name: str, at: dt.datetime) -> zipfile.ZipInfo:
    """An entry whose time is that of the pack, so that two packs of one moment are alike."""
    there = at.astimezone(dt.UTC)
    entry = zipfile.ZipInfo(name, (there.year, there.month, there.day, there.hour, there.minute, there.second))
    entry.compress_type = zipfile.ZIP_DEFLATED
    # A plain file that its owner may write and everybody may read, whatever unpacks it.
    entry.create_system, entry.external_attr = 3, 0o100644 << 16
    return entry


def _put(archive: zipfile.ZipFile, name: str, content: bytes, at: dt.datetime) -> None:
    archive.writestr(_entry(name, at), content)


def _short(name: str) -> str:
    """A name that every system unpacks, with its extension."""
    clean = clean_name(name)
    stem, extension = split_extension(clean)
    tail = f".{extension}" if extension else ""
    return clean if len(clean) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(tail)].rstrip(' .')}{tail}"
