"""Crosswalks into and out of files: many pairs come in together or not at all, and wait for a second person."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.base import console
from qsms.base.console import say
from qsms.base.gate import write_transaction
from qsms.exchange.acting import acting_as
from qsms.org.actor import Actor
from qsms.records import history
from qsms.records.errors import Refused
from qsms.rules.crosswalk import Source
from qsms.rules.data_files import DataError
from qsms.rules.frameworks import Reference
from qsms.rules.sentences import say as sentence

from . import bringing, judging, library, pair_sheet
from .judging import Judged
from .pair_sheet import Line

BROUGHT, SENT = "pairs_brought", "crosswalk_exported"


class Outcome(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class Looked:
    """A row with what becomes of it; `faults` say why it is refused, `before` what it stands in place of."""

    line: Line
    outcome: Outcome
    faults: tuple[str, ...] = ()
    before: Judged | None = None


@dataclass(frozen=True)
class Lines:
    """A table that was looked at."""

    every: tuple[Looked, ...]

    def of(self, outcome: Outcome) -> list[Looked]:
        """The rows with this outcome."""
        return [one for one in self.every if one.outcome is outcome]

    @property
    def to_judge(self) -> list[Judged]:
        """What comes in."""
        return [one.line.judged for one in (*self.of(Outcome.NEW), *self.of(Outcome.CHANGED)) if one.line.judged]

    @property
    def faults(self) -> list[str]:
        """Why it does not come in, each sentence with its row."""
        return [
            _("Row %(row)s: %(said)s") % {"row": one.line.row, "said": said}
            for one in self.of(Outcome.REFUSED)
            for said in one.faults
        ]

    @property
    def told(self) -> str:
        """How many rows become what, in words."""
        words = {
            Outcome.NEW: _("%(n)s new"), Outcome.CHANGED: _("%(n)s changed"),
            Outcome.SAME: _("%(n)s the same"), Outcome.REFUSED: _("%(n)s refused"),
        }  # fmt: skip
        return ", ".join(words[one] % {"n": len(self.of(one))} for one in Outcome)


def read(actor: Actor, content: bytes, name: str) -> list[Line]:
    """The rows of a file. Raises DataError where it is no table of pairs."""
    return pair_sheet.read(content, name, {key: row.rule for key, row in library.newest(actor.organisation_id).items()})


def standing(organisation_id: int) -> dict[frozenset[Reference], Judged]:
    """How each two requirements relate as it counts today: as shipped, or as judged here and confirmed."""
    shipped = {one.ends: one for one in _shipped()}
    return shipped | {one.ends: one for one in judging.own(organisation_id) if one.counts}


def look(actor: Actor, lines: Iterable[Line]) -> Lines:
    """What would become of each row: nothing is written. Raises Refused for who may not judge."""
    judging.check(actor)
    looker = _Looker(actor)
    return Lines(tuple(looker.look(line) for line in lines))


class _Looker:
    """Looks at row after row, with what is known at hand."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.editions = library.newest(actor.organisation_id)
        self.shipped = {one.ends: one for one in _shipped()}
        self.own: dict[frozenset[Reference], list[Judged]] = {}
        for one in judging.own(actor.organisation_id):
            self.own.setdefault(one.ends, []).append(one)
        # The rows above that come in.
        self.above: dict[frozenset[Reference], Line] = {}

    def look(self, line: Line) -> Looked:
        one = line.judged
        if one is None:
            return Looked(line, Outcome.REFUSED, line.faults)
        own = self.own.get(one.ends, [])
        stands = next((each for each in own if each.counts), self.shipped.get(one.ends))
        if any(_equal(one, each) for each in (*own, stands, self._above(one)) if each is not None):
            return Looked(line, Outcome.SAME, before=stands)
        faults = tuple(self._faults(one, own))
        if faults:
            return Looked(line, Outcome.REFUSED, faults, stands)
        self.above[one.ends] = line
        return Looked(line, Outcome.CHANGED if stands or own else Outcome.NEW, before=stands)

    def _above(self, one: Judged) -> Judged | None:
        line = self.above.get(one.ends)
        return line.judged if line is not None else None

    def _faults(self, one: Judged, own: Iterable[Judged]) -> Iterator[str]:
        yield from judging.faults(self.editions, one).values()
        said = judging.said_by_another(self.actor, own, one)
        if said:
            yield said
        if one.ends in self.above:
            said = _("It and row %(row)s judge the same two differently. Keep one of them.")
            yield said % {"row": self.above[one.ends].row}


def bring(actor: Actor, lines: Iterable[Line], name: str) -> Lines:
    """Judge what the rows say, all in one revision. Each waits until somebody else confirms it.

    Raises Refused, and DataError with every refused row: then nothing came in.
    """
    with write_transaction():
        found = look(actor, lines)
        if found.faults:
            raise DataError(name, [sentence("%(said)s", said=one) for one in found.faults])
        if found.to_judge:
            new, kept = judging.laid_over(actor, judging.every(actor.organisation_id), found.to_judge)
            revision = judging.keep(actor, kept)
            detail = {"pairs": len(new), "revision": revision, "file": name[:120]}
            judging.write_many(actor, BROUGHT, detail)
    return found


def send(actor: Actor, form: str) -> bytes:
    """How requirements relate here as a table: what was judged here, and what came with the program beside it.

    What follows from the text of an edition is no judgement, and left out. Raises Refused.
    """
    if not actor.holds(bringing.EXPORT):
        raise Refused([_("You may not export standards. Ask the quality manager.")])
    rows = list(_rows(actor.organisation_id))
    content = pair_sheet.write(rows, form)
    history.write(actor, None, history.Act(SENT, detail={"rows": len(rows), "form": form}), subject="crosswalk")
    return content


def _rows(organisation_id: int) -> Iterator[tuple[Judged, str]]:
    own = judging.own(organisation_id)
    for one in own:
        yield one, _("counts") if one.counts else _("waits for a second person")
    overruled = {one.ends for one in own if one.counts}
    for one in _shipped(but=Source.CONTAINED):
        if one.ends not in overruled:
            yield one, _("came with the program")


def _equal(one: Judged, other: Judged) -> bool:
    return one.says_the_same(other) and (one.why.strip(), one.confidence) == (other.why, other.confidence)


def _shipped(*, but: Source | None = None) -> Iterator[Judged]:
    """The shipped pairs as judgements."""
    for one in library.crosswalk().rule.pairs:
        if one.source is not but:
            yield Judged(one.left, one.right, one.relation.value, one.rationale, one.confidence)


# -- on the command line ----------------------------------------------------------------------------------------------


def import_file(options: argparse.Namespace) -> int:
    """Import as the command line says; the exit code."""
    name = options.file.name
    with acting_as(options.organisation, options.person, _("Import")) as actor:
        try:
            lines = read(actor, bringing.content_of(options.file), name)
            if options.dry_run:
                found = look(actor, lines)
                if found.faults:
                    raise DataError(name, [sentence("%(said)s", said=one) for one in found.faults])
            else:
                found = bring(actor, lines, name)
        except Refused as error:
            raise console.Refused(str(error)) from error
        except DataError as error:
            return bringing.tell_faults(error)
    say(f"{name}: {found.told}")
    if options.dry_run:
        say(_("Nothing was brought in: this was a dry run."))
    elif found.to_judge:
        n = len(found.to_judge)
        said = ngettext(
            "%(n)s pair waits for a second person under “Our judgements”.",
            "%(n)s pairs wait for a second person under “Our judgements”.", n,
        )  # fmt: skip
        say(said % {"n": n})
    return bringing.ALL_IN


def export_file(options: argparse.Namespace) -> int:
    """Export as the command line says; the exit code."""
    with acting_as(options.organisation, options.person, _("Export")) as actor:
        try:
            content = send(actor, options.format)
        except Refused as error:
            raise console.Refused(str(error)) from error
    bringing.hand_out(content, options.output)
    return bringing.ALL_IN
