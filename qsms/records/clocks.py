"""Running clocks on records: started from rules that are data, stopped with a reason, warned by a job.

Start and stop them inside a write of the record, before its projections run: that is when the tallies follow.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from qsms.base import moment
from qsms.base.prepared import Prepared
from qsms.org.models import Organisation, Site
from qsms.rules import clocks as rules
from qsms.rules.clock_rules import load_rules
from qsms.rules.clocks import ClockRule, Count
from qsms.rules.holiday_calendars import calendar_by_code, calendar_for

from . import tally
from .choices import ClockOutcome
from .models import Clock, Record

DATA = Path(__file__).parent / "data" / "clock_rules.yaml"


_lent: list[Path] = []


def lend(path: Path) -> None:
    """Add the clock rules of a room to those of the spine; they are read when they are first needed."""
    if path not in _lent:
        _lent.append(path)
        shipped.cache_clear()


@lru_cache(maxsize=1)
def shipped() -> dict[str, ClockRule]:
    """The clock rules that come with the product, by code."""
    return {code: rule for path in (DATA, *_lent) for code, rule in load_rules(path).items()}


def _place(record: Record) -> tuple[ZoneInfo, str, str]:
    """Zone and holiday calendar that a record's deadlines are counted in: its site's, else its organisation's."""
    organisation = Organisation.objects.get(pk=record.organisation_id)
    site = Site.objects.filter(pk=record.site_id).first() if record.site_id else None
    country = site.holiday_country if site and site.holiday_country else organisation.holiday_country
    region = site.holiday_region if site and site.holiday_country else organisation.holiday_region
    return ZoneInfo(site.zone if site else organisation.zone), country, region


def deadline(record: Record, code: str, trigger: datetime) -> Count:
    """When this rule ends for this record, and the holidays it skips. Raises KeyError for an unknown rule."""
    rule = shipped()[code]
    zone, country, region = _place(record)
    return _count(rule, trigger, zone, country, region)


def _count(rule: ClockRule, trigger: datetime, zone: ZoneInfo, country: str, region: str) -> Count:
    calendar = None
    if rule.needs_calendar:
        years = rules.years_needed(rule, trigger, zone)
        calendar = calendar_by_code(rule.calendar, years) if rule.calendar else calendar_for(country, region, years)
    return rules.count(rule, trigger, zone, calendar)


def end_of(record: Record, day: date) -> datetime:
    """The last instant of a day where the record is."""
    return rules.end_of_day(day, _place(record)[0])


def start(
    record: Record,
    code: str,
    *,
    trigger: datetime | None = None,
    limit: ClockRule | datetime | None = None,
) -> Clock:
    """Start a clock on a record, from now or from the instant that triggers it. One that runs already is kept.

    It ends when the shipped rule of this code says. A `limit` stands in its place: a rule of its own where somebody
    named another one, or the instant itself where the day is the record's own.
    """
    running: Clock | None = Clock.everywhere.filter(record_id=record.pk, rule=code, stopped_at=None).first()
    if running is not None:
        return running
    rule = limit if isinstance(limit, ClockRule) else shipped()[code]
    zone, country, region = _place(record)
    begins = trigger or moment.now()
    count = Count(limit) if isinstance(limit, datetime) else _count(rule, begins, zone, country, region)
    warnings = rules.warning_times(begins, count.due, rule.warn)
    clock = Clock(
        organisation_id=record.organisation_id,
        record_id=record.pk,
        site=record.site_id or 0,
        confidential=record.confidential,
        rule=code,
        edition=rule.edition,
        label=rule.label,
        basis=rule.basis,
        zone=str(zone),
        started_at=begins,
        due_at=count.due,
        skipped=[[day.day.isoformat(), day.name] for day in count.skipped],
        warn_at=[at.isoformat() for at in warnings],
        next_warning_at=warnings[0] if warnings else count.due,
    )
    clock.save(force_insert=True)
    tally.note_clocks(record, [], [tally.clock_key(record.kind, clock)])
    return clock


def stop(record: Record, code: str, reason: str, *, on: date | None = None) -> None:
    """Stop a record's clock: met, or met late. Nothing happens when it does not run.

    `on` is the day on which it was met, where that is told later; a day before the clock began met it at its start.
    """
    now = moment.now()
    for clock in Clock.everywhere.filter(record_id=record.pk, rule=code, stopped_at=None):
        met_at = now if on is None else min(max(end_of(record, on), clock.started_at), now)
        outcome = ClockOutcome.MET if met_at <= clock.due_at else ClockOutcome.LATE
        _stop(record, [clock], outcome, reason, met_at)


def void(record: Record, code: str, reason: str) -> None:
    """Stop a record's clock because it no longer applies. Nothing happens when it does not run."""
    running = list(Clock.everywhere.filter(record_id=record.pk, rule=code, stopped_at=None))
    _stop(record, running, ClockOutcome.VOID, reason, moment.now())


def stop_all(record: Record, reason: str) -> None:
    """Stop what still runs because the record is closed: it no longer applies."""
    running = list(Clock.everywhere.filter(record_id=record.pk, stopped_at=None))
    _stop(record, running, ClockOutcome.VOID, reason, moment.now())


def _stop(record: Record, running: list[Clock], outcome: ClockOutcome, reason: str, now: datetime) -> None:
    if not running:
        return
    before = [tally.clock_key(record.kind, clock) for clock in running]
    stopped = {"stopped_at": now, "outcome": outcome, "reason": reason[:300]}
    Clock.everywhere.filter(pk__in=[clock.pk for clock in running]).update(**stopped)
    for clock in running:
        clock.outcome = outcome
    tally.note_clocks(record, before, [tally.clock_key(record.kind, clock) for clock in running])


def standing(clock: Clock, now: datetime) -> rules.Progress:
    """How a clock stands, for the rail: share used, time left, ok, soon, late or met."""
    warn = shipped()[clock.rule].warn if clock.rule in shipped() else rules.Warn()
    return rules.standing(now, clock.started_at, clock.due_at, warn, met_at=clock.stopped_at)


def _on_record(record: int) -> QuerySet[Clock]:
    return Clock.everywhere.filter(record_id=record).exclude(outcome=ClockOutcome.VOID)


ON_RECORD = Prepared(_on_record, record=int)


def on_record(record: Record) -> list[Clock]:
    """A record's clocks: running ones by deadline, then those that were met."""
    return sorted(ON_RECORD.objects(record=record.pk), key=lambda clock: (clock.stopped_at is not None, clock.due_at))
