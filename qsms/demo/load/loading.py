"""The load from beginning to end: all of it in one transaction, so that a crash leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import hashers

from qsms.actions import escalation
from qsms.base import context, moment
from qsms.base.gate import write_transaction
from qsms.demo.shapes import Library
from qsms.demo.stories import load_library
from qsms.notify.models import News
from qsms.org.models import Organisation
from qsms.records import outbox
from qsms.records.models import Outbox, Record
from qsms.risk.doors import expire

from . import (
    document_lives,
    finding_lives,
    happenings,
    hazard_lives,
    learning_lives,
    paper_lives,
    request_lives,
    standard_lives,
    standard_work,
    training_lives,
)
from .report_lives import Shelf
from .thread_lives import Thread
from .timeline import Timeline
from .world import PASSWORD, Stage, found, present, set_passwords

REPORTS, FEW_REPORTS = 480, 20
REPORTS_ELSEWHERE, FEW_REPORTS_ELSEWHERE = 14, 3
# How long another load, or the first start of another server, is waited for.
PATIENCE_SECONDS = 600
NEWS = dt.timedelta(days=3)
QUICK_HASHER = "qsms.demo.load.quick_hasher.QuickHasher"

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What is there afterwards."""

    records: int
    reports: int


class AlreadyThere(Exception):
    """There are organisations in this installation; nothing was loaded."""


def load(now: dt.datetime, *, seed: int = 7, quick: bool = False, tell: Tell = lambda done, total: None) -> Loaded:
    """Load the demonstration as of `now`. The same seed on the same day gives the same data.

    `tell` hears how many of how many days have passed. Raises AlreadyThere unless the installation is empty.
    """
    library = load_library()
    with _without_sweeping(), write_transaction(seconds=PATIENCE_SECONDS):
        if Organisation.objects.exists():
            raise AlreadyThere
        encoded = hashers.make_password(PASSWORD)
        with _quick_signatures():
            for told in library.organisations:
                at = present(now, _zone(told.sites[0].zone))
                with moment.at(at - dt.timedelta(days=730)):
                    world = found(told, at.date())
                set_passwords(world, hashers.make_password(PASSWORD))
                with context.organisation(world.organisation.pk):
                    stage = Stage(world, library, Timeline(at), seed)
                    _play(stage, library, quick, tell)
                    _deliver(stage.now)
                set_passwords(world, encoded)
        return Loaded(Record.everywhere.count(), Record.everywhere.filter(kind="report").count())


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _play(stage: Stage, library: Library, quick: bool, tell: Tell) -> None:
    home = stage.world.told is library.home
    shelf = Shelf(stage.world.organisation.pk)
    stories = [one for one in library.stories if not stage.world.told.stories or one.code in stage.world.told.stories]
    happenings.plan(stage, shelf, stories, _amount(home, quick))
    if home:
        hazard_lives.register(stage, few=quick)
        Thread(stage, shelf, library.reports, library.actions).plan()
        standard_lives.plan(stage)
        standard_work.plan(stage)
        finding_lives.plan(stage)
        document_lives.plan(stage, few=quick)
        request_lives.plan(stage)
        learning_lives.plan(stage, few=quick)
        training_lives.plan(stage, few=quick)
        paper_lives.plan(stage, few=quick)
        _rounds(stage, weeks=8 if quick else 1)
    else:
        Thread(stage, shelf, (), library.elsewhere).plan()
    began = stage.now - dt.timedelta(days=happenings.DAYS)
    for instant in stage.timeline.run():
        if home:
            tell((instant - began).days, happenings.DAYS)


def _deliver(now: dt.datetime) -> None:
    """The events of two years are old news. Those of the last days are told, and nothing of them is mailed."""
    waiting = Outbox.objects.filter(done_at=None)
    waiting.filter(created_at__lt=now - NEWS).update(done_at=now)
    with moment.at(now):
        while outbox.deliver():
            pass
    News.objects.update(mailed_at=now)


def _amount(home: bool, quick: bool) -> int:
    if home:
        return FEW_REPORTS if quick else REPORTS
    return FEW_REPORTS_ELSEWHERE if quick else REPORTS_ELSEWHERE


def _rounds(stage: Stage, weeks: int) -> None:
    """What the installation does by itself, every so many weeks here: climb the ladder of what is late, end what has
    run out."""
    organisation_id = stage.world.organisation.pk
    for week in range(happenings.DAYS // 7 // weeks * weeks, -1, -weeks):
        at = stage.now - dt.timedelta(days=7 * week, hours=3)
        stage.timeline.at(at, lambda: _round(organisation_id))


def _round(organisation_id: int) -> None:
    escalation.climb(organisation_id)
    expire(moment.now())


@contextmanager
def _without_sweeping() -> Iterator[None]:
    """The load makes millions of short-lived objects; looking for cycles among them costs a tenth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
            gc.collect()


@contextmanager
def _quick_signatures() -> Iterator[None]:
    """Signatures prove the password again, slowly and on purpose. Hundreds of them in one go need not be slow."""
    kept = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = [QUICK_HASHER, *kept]
    _forget_hashers()
    try:
        yield
    finally:
        settings.PASSWORD_HASHERS = kept
        _forget_hashers()


def _forget_hashers() -> None:
    hashers.get_hashers.cache_clear()  # type: ignore[attr-defined]
    hashers.get_hashers_by_algorithm.cache_clear()  # type: ignore[attr-defined]
