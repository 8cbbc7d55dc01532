"""The trace pack of a clause: a ZIP that opens without us, with an index that leads from each clause to its evidence.

Each record comes as a PDF, with its files and what its room sends along with it, once, however many clauses it stands
behind; a living query as a page with what it found. Nothing goes in that whoever asks for the pack does not see.
Confidential records stay out, counted and not named, unless they were chosen for a reason; then each is marked. The
same records at the same moment give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.publish.record import record_pdf
from qsms.records import attachments, reading, registry
from qsms.records.errors import NotVisible
from qsms.records.models import Record
from qsms.records.reading import Opened
from qsms.records.registry import Exhibit
from qsms.rules.coverage import Covered
from qsms.rules.evidence import freshness
from qsms.ui import dates

from .. import elsewhere, findings, living, rows
from ..binding import Piece
from ..choices import FRESHNESS, Strength
from ..findings import Against
from ..lifecycles import FINDING_LIFE
from ..standing import Standing
from . import outside, question
from .folder import Folder, Kept

MOST_BYTES = 500 * 1024 * 1024
# The kind of no record.
QUESTION = "?"
# Told how many records are done, and of how many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Filed:
    """A record or a question in the pack: where its PDF and its files lie in it; without an address the files alone."""

    href: str
    files: tuple[Kept, ...] = ()


@dataclass(frozen=True)
class Line:
    """A piece of evidence as the index names it."""

    number: str
    title: str
    said: str
    note: str
    filed: Filed | None
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
    # By what `_key` says of a piece.
    filed: dict[tuple[str, str], Filed] = field(default_factory=dict)

    def write(self, target: IO[bytes], tell: Tell = lambda done, total: None) -> int:
        """Write the ZIP to `target`; how many records are in it, each once however many clauses it stands behind."""
        n = 0
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            folder = Folder(archive, self.made_at, self.room_bytes)
            wanted = list(self._pieces())
            for done, piece in enumerate(wanted):
                tell(done, len(wanted))
                if isinstance(piece, Piece) and piece.question:
                    self._answer(folder, piece)
                else:
                    n += self._take_in(folder, piece)
            tell(len(wanted), len(wanted))
            folder.put("index.html", self._index().encode())
        return n

    def _numbers(self) -> list[str]:
        framework = self.standing.framework
        return list(framework.subtree(self.clause)) if self.clause else list(framework.by_number)

    def _pieces(self) -> Iterator[Piece | Against]:
        """Every piece behind the clauses, and every open finding, one for each record or question, in reading order."""
        seen: set[tuple[str, str]] = set()
        for number in self._numbers():
            covered = self.standing.coverage.covered[number]
            for one in [
                *covered.evidence,
                *(each for lent in covered.through if lent.counts for each in lent.evidence),
            ]:
                piece = self.standing.pieces[int(str(one.id))]
                if _key(piece) not in seen and self._goes(piece):
                    seen.add(_key(piece))
                    yield piece
            for found in self.standing.open_at(number):
                if _key(found) not in seen and self._goes(found):
                    seen.add(_key(found))
                    yield found

    def _goes(self, one: Piece | Against) -> bool:
        return bool(self.confidential_why) or not one.confidential

    def _take_in(self, folder: Folder, piece: Piece | Against) -> bool:
        """The record of this piece as a PDF, with its files and what its room sends along; whether any of it is in."""
        if not registry.is_known(piece.kind):
            return False
        try:
            opened = reading.opened(self.actor, piece.kind, piece.number)
        except NotVisible:
            return False
        record = opened.record
        if record.confidential and not self.confidential_why:
            # Made confidential a moment ago.
            return False
        # Where its page is not for this reader, neither is its paper; what its room lets them read is.
        is_led_away = bool(opened.sheet.elsewhere(self.actor, record))
        href = "" if is_led_away else folder.put(f"records/{record.number}.pdf", self._paper(opened))
        exhibits = [*opened.sheet.exhibits(self.actor, record, self.made_at)]
        exhibits += [] if is_led_away else _attached(record)
        if not href and not exhibits:
            return False
        if record.confidential:
            self.confidential.append(record)
        self.filed[_key(piece)] = Filed(href, tuple(folder.take(f"files/{record.number}", exhibits)))
        return True

    def _paper(self, opened: Opened) -> bytes:
        return record_pdf(self.actor, opened.sheet, opened.record, self.made_at, outside=True)

    def _answer(self, folder: Folder, piece: Piece) -> None:
        """What a question asks and finds, as a page."""
        made = question.pdf(self.actor, piece, self.made_at)
        if made is not None:
            n = sum(key[0] == QUESTION for key in self.filed) + 1
            self.filed[_key(piece)] = Filed(folder.put(f"questions/{n:02d}.pdf", made))

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
                (
                    elsewhere.told_through(each, found.editions),
                    tuple(self._line(int(str(piece.id))) for piece in each.evidence),
                )
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
        return Line(one.number, one.title, said, "", self.filed.get(_key(one)), one.confidential)

    def _line(self, piece_id: int) -> Line:
        piece = self.standing.pieces[piece_id]
        word = str(FRESHNESS[freshness(piece.rule, self.standing.coverage.today)][0])
        as_of = _("as of %(day)s") % {"day": dates.plain_day(piece.as_of)} if piece.as_of else ""
        finds = living.told(piece.answer) if piece.answer else ""
        said = ", ".join(part for part in (str(Strength(piece.strength).label), finds, as_of, word) if part)
        if not self._goes(piece):
            return Line("", _("A confidential record, left out of this pack"), said, "", None)
        return Line(piece.number, piece.title, said, piece.note, self.filed.get(_key(piece)), piece.confidential)


def _key(one: Piece | Against) -> tuple[str, str]:
    """What is one thing in the pack: a record by kind and number, a question by what it asks."""
    if isinstance(one, Piece) and one.question:
        return QUESTION, f"{one.question} {json.dumps(dict(one.asked), sort_keys=True)}"
    return one.kind, one.number


def _attached(record: Record) -> list[Exhibit]:
    """The files on a record."""
    rows = attachments.on_record(record)
    return [Exhibit(row.name, partial(attachments.open_content, row), row.note, row.size) for row in rows]


def _title(standing: Standing, clause: str) -> str:
    if not clause:
        return _("Trace pack of %(standard)s") % {"standard": standing.framework.title}
    named = {"number": clause, "title": standing.framework.by_number[clause].title}
    return _("Trace pack of %(number)s %(title)s") % named
