"""Carrying out a checked import. Up to AT_ONCE_ROWS rows go in with one transaction: all of them or none, whatever
happens. More go in step by step; each step is whole, moves the run's position in its own transaction, and whoever
carries on after a stop or a crash begins behind the last one. See docs/decisions/0007-staged-import.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.exchange import limits, staging
from qsms.exchange.building import Builder, Made
from qsms.exchange.checking import Tell
from qsms.exchange.models import ImportRun
from qsms.exchange.recognising import known_keys, known_numbers, number_of
from qsms.org.actor import Actor
from qsms.org.models import Organisation
from qsms.records import bulk
from qsms.records.errors import Refused


class Overtaken(Refused):
    """Somebody else carries this run out, or has done so. What was begun here is undone."""

    def __init__(self) -> None:
        super().__init__([_("This import is being carried out elsewhere, or is done. Look at its page.")])


@dataclass(slots=True)
class _Ready:
    """A staged row with the records it becomes."""

    staged: staging.Staged
    made: Made


@dataclass(slots=True)
class _Sum:
    """What a transaction adds to the run's counts."""

    position: int = 0
    made: int = 0
    brought: int = 0
    passed_over: int = 0
    refused: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)


def goes_at_once(run: ImportRun) -> bool:
    """Whether all rows go in with one transaction."""
    return run.new <= limits.AT_ONCE_ROWS


def carry_out(run: ImportRun, actor: Actor, tell: Tell) -> None:
    """Write the rows that the check has staged. Raises Refused when nothing may be kept, Overtaken when this run is
    carried out by somebody else. Run twice or resumed, it writes each row once."""
    builder = Builder(actor, run.kind)
    if goes_at_once(run):
        _at_once(run, builder, tell)
    else:
        _in_steps(run, builder, tell)


def _at_once(run: ImportRun, builder: Builder, tell: Tell) -> None:
    ready: list[_Ready] = []
    sums = _Sum()
    # Everything that needs no lock is done before the transaction, so that it is as short as it can be.
    for chunk in _chunks(run, 0):
        ready += _prepare(run, builder, chunk, sums)
        tell(0, run.new, _("Preparing %(n)s of %(all)s rows") % {"n": f"{len(ready):,}", "all": f"{run.new:,}"})
    with write_transaction():
        _take_turn(run)
        for start in range(0, len(ready), limits.STEP_ROWS):
            _write(run, builder, ready[start : start + limits.STEP_ROWS], sums)
            tell(sums.made + sums.passed_over, run.new, _("Writing. Nothing is kept until the last row is in."))
        sums.position = run.new
        _note(run, 0, sums, done=True)


def _in_steps(run: ImportRun, builder: Builder, tell: Tell) -> None:
    position = run.position
    for chunk in _chunks(run, position):
        sums = _Sum(position=len(chunk))
        ready = _prepare(run, builder, chunk, sums)
        with write_transaction():
            _take_turn(run)
            _write(run, builder, ready, sums)
            last = position + len(chunk) >= run.new
            _note(run, position, sums, done=last)
        position += len(chunk)
        tell(position, run.new, _("Writing in steps. What is in stays in."))


def _chunks(run: ImportRun, start: int) -> Iterator[list[staging.Staged]]:
    rows = staging.read(run.staged_hash, start)
    while chunk := list(islice(rows, limits.STEP_ROWS)):
        yield chunk


def _prepare(run: ImportRun, builder: Builder, chunk: list[staging.Staged], sums: _Sum) -> list[_Ready]:
    """The records of these rows. What has become wrong since the check, such as a site that was closed, is refused."""
    ready = []
    for staged in chunk:
        made = builder.make(staged.values)
        if not made.errors:
            ready.append(_Ready(staged, made))
            continue
        sentence = " ".join(made.errors.values())
        if not run.skip_bad:
            where = _("Row %(n)d: %(sentence)s Since the check something has changed: check again. Nothing was kept.")
            raise Refused([where % {"n": staged.row, "sentence": sentence}])
        sums.refused += 1
        sums.problems.append({"file": staged.file, "row": staged.row, "cells": {}, "wrong": [["", sentence]]})
    return ready


def _take_turn(run: ImportRun) -> None:
    """One import of an organisation writes at a time, so that two of them never bring the same key. On SQLite the
    write gate has seen to that; on PostgreSQL the organisation's row does, without hindering other writers."""
    Organisation.objects.select_for_update(no_key=True).get(pk=run.organisation_id)


def _write(run: ImportRun, builder: Builder, ready: list[_Ready], sums: _Sum) -> None:
    keys = [builder.key_of(one.made.record) for one in ready if one.made.record is not None]
    known = known_keys(builder.sheet, run.organisation_id, [key for key in keys if key])
    given = [number_of(one.staged.values) for one in ready]
    numbers = known_numbers(builder.sheet, run.organisation_id, given, newest=run.newest_before)
    new = [
        one for one, key, number in zip(ready, keys, given, strict=True) if key not in known and number not in numbers
    ]
    records = [one.made.record for one in new if one.made.record is not None]
    details = [{"import": run.pk, "file": run.files[one.staged.file]["name"], "row": one.staged.row} for one in new]
    bulk.create(builder.actor, run.kind, records, details=details)
    sums.made += len(records)
    sums.passed_over += len(ready) - len(new)
    _write_nested(builder, new, sums)


def _write_nested(builder: Builder, new: list[_Ready], sums: _Sum) -> None:
    brought = sorted(
        ((name, record, one) for one in new for name, record in one.made.nested), key=lambda entry: entry[0]
    )
    for name, entries in groupby(brought, key=lambda entry: entry[0]):
        nested = builder.offer.nested[name]
        pairs = [(record, one.made.record) for _name, record, one in entries if one.made.record is not None]
        bulk.create(builder.actor, nested.kind, [record for record, _source in pairs])
        bulk.link(builder.actor, pairs, nested.relation)
        sums.brought += len(pairs)


def _note(run: ImportRun, position: int, sums: _Sum, *, done: bool) -> None:
    """Move the run on, in the transaction of the rows. Somebody who was quicker has moved it already: Overtaken."""
    ended = {"state": ImportRun.State.DONE, "ended_at": moment.now()} if done else {}
    mine = ImportRun.everywhere.filter(pk=run.pk, state=ImportRun.State.RUNNING, position=position)
    moved = mine.update(
        position=position + sums.position,
        made=F("made") + sums.made,
        brought=F("brought") + sums.brought,
        passed_over=F("passed_over") + sums.passed_over,
        refused=F("refused") + sums.refused,
        **ended,
    )
    if not moved:
        raise Overtaken
    if sums.problems:
        kept = ImportRun.everywhere.values_list("problems", flat=True).get(pk=run.pk)
        kept.setdefault("refused", []).extend(sums.problems)
        kept["refused"] = kept["refused"][: limits.SHOWN_PROBLEMS]
        ImportRun.everywhere.filter(pk=run.pk).update(problems=kept)
