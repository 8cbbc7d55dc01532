"""How dates, durations and deadlines are worded. `now` and the zone come from the caller.

The words follow one order everywhere: what matters to the reader first ("2 days late", "19 h left"), the moment after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

DAY = timedelta(days=1)
SOON = timedelta(hours=24)


@dataclass(frozen=True)
class Deadline:
    """A deadline in words: `text` for a list, `moment` behind it, `tone` bad (late), warn (soon), good (met) or "".

    `inside` is the text for the middle of a sentence: “Due tomorrow”. `printed` is the same moment for paper, which is
    read on another day.
    """

    text: str
    tone: str
    moment: str
    printed: str = ""
    inside: str = ""

    @property
    def full(self) -> str:
        """Time left first, then the moment."""
        if self.text == self.moment:
            return self.text
        return f"{self.text} · {self.moment}"


def clock(value: datetime, zone: tzinfo) -> str:
    """The time of day, 24 h: 08:55."""
    local = value.astimezone(zone)
    return f"{local.hour:02d}:{local.minute:02d}"


def zone_name(value: datetime, zone: tzinfo) -> str:
    """The short name of the zone at that moment: MST, CET, UTC+4."""
    local = value.astimezone(zone)
    name = local.tzname() or ""
    if name != "UTC" and (not name or name[0] in "+-" or name.startswith("UTC")):
        offset = local.utcoffset() or timedelta()
        sign = "-" if offset < timedelta() else "+"
        hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
        return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")
    return name


def plain_day(value: date) -> str:
    """24 Nov 2026."""
    return _written(value, "j M Y", get_language())


def day(value: date, today: date, *, short: bool = False, inside: bool = False) -> str:
    """A day near today by name: Today, Yesterday, Tomorrow, Sun 22 Nov within a week, else 24 Nov 2026.

    `short` leaves out the year when it is this one, for columns; `inside` is for the middle of a sentence.
    """
    gap = (value - today).days
    if gap == 0:
        return _("today") if inside else _("Today")
    if gap == -1:
        return _("yesterday") if inside else _("Yesterday")
    if gap == 1:
        return _("tomorrow") if inside else _("Tomorrow")
    if abs(gap) < 7:
        pattern = "l j F" if inside and not short else "D j M"
    else:
        pattern = "j M" if short and value.year == today.year else "j M Y"
    return _written(value, pattern, get_language())


@lru_cache(maxsize=4096)
def _written(value: date, pattern: str, language: str | None) -> str:
    # A list writes three days a row and the same ones on every page, each a tenth of a millisecond.
    return date_format(value, pattern)


def moment(
    value: datetime, now: datetime, zone: tzinfo, *, short: bool = False, binding: bool = False, inside: bool = False
) -> str:
    """A moment near now: Today 08:55, Yesterday 22:10, Sun 22 Nov 04:12, else 12 Nov 2026 09:00.

    `short` keeps the time of day only for today and yesterday; `binding` adds the zone, for what the clock decides;
    `inside` is for the middle of a sentence.
    """
    local, today = value.astimezone(zone), now.astimezone(zone).date()
    said = day(local.date(), today, short=short, inside=inside)
    if short and not -1 <= (local.date() - today).days <= 1:
        return said
    time_said = clock(local, zone)
    told = _("%(day)s at %(time)s") % {"day": said, "time": time_said} if inside else f"{said} {time_said}"
    return f"{told} {zone_name(local, zone)}" if binding else told


def exact(value: datetime, zone: tzinfo) -> str:
    """The moment as it is printed and signed: Sat 21 Nov 2026 21:40 MST."""
    local = value.astimezone(zone)
    return f"{date_format(local.date(), 'D j M Y')} {clock(local, zone)} {zone_name(local, zone)}"


def printed(value: datetime, zone: tzinfo) -> str:
    """A moment as it stands on paper: 21 Nov 2026 21:40 MST."""
    local = value.astimezone(zone)
    return f"{plain_day(local.date())} {clock(local, zone)} {zone_name(local, zone)}"


def in_utc(value: datetime) -> str:
    """The same moment for people elsewhere: 22 Nov 2026 04:40 UTC."""
    return f"{plain_day(value.astimezone(UTC).date())} {clock(value, UTC)} UTC"


def duration(span: timedelta) -> str:
    """A span in one or two units: 22 min, 2 h 48 min, 19 h, 3 days, 7 weeks, 14 months, 3 years. Rounded down."""
    span = abs(span)
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, span.days
    if minutes < 1:
        return _("under a minute")
    if hours < 1:
        return _("%(n)d min") % {"n": minutes}
    if hours < 6 and minutes % 60:
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes % 60}
    if hours < 48:
        return _("%(n)d h") % {"n": hours}
    return days_long(days)


def days_long(days: int) -> str:
    """A number of days in the unit that reads best."""
    if days < 21:
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days < 70:
        return ngettext("%(n)d week", "%(n)d weeks", days // 7) % {"n": days // 7}
    if days < 730:
        months = days * 12 // 365
        return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}
    return ngettext("%(n)d year", "%(n)d years", days // 365) % {"n": days // 365}


def ago(value: datetime, now: datetime) -> str:
    """How long ago: 21 min ago, 3 days ago."""
    return _("%(span)s ago") % {"span": duration(now - value)}


def deadline(
    due: datetime | date, now: datetime, zone: tzinfo, *, met_at: datetime | None = None, soon: timedelta = SOON
) -> Deadline:
    """A deadline in words, relative up to two days ahead and always when late.

    A date is due at the end of that day in the zone. `soon` is how long before it the warning starts.
    """
    if not isinstance(due, datetime):
        return _due_on(due, now.astimezone(zone).date(), met_at, zone)
    said, paper = moment(due, now, zone, binding=True), printed(due, zone)
    if met_at is not None:
        return _met(met_at, due, said, paper)
    left = due - now
    if left < timedelta():
        if left > timedelta(minutes=-1):
            return Deadline(_("Due just now"), "bad", said, paper)
        return Deadline(_("%(span)s late") % {"span": duration(left)}, "bad", said, paper)
    if left < 3 * DAY:
        text = _("%(span)s left") % {"span": duration(left)}
        inside = moment(due, now, zone, binding=True, inside=True)
        return Deadline(text, "warn" if left <= soon else "", said, paper, inside)
    return _ahead(due.astimezone(zone).date(), now.astimezone(zone).date(), "", said, paper)


def _due_on(due: date, today: date, met_at: datetime | None, zone: tzinfo) -> Deadline:
    said, paper = day(due, today), plain_day(due)
    if met_at is not None:
        return _met(met_at, datetime.combine(due, time.max, zone), said, paper)
    gap = (due - today).days
    if gap < 0:
        return Deadline(_("%(span)s late") % {"span": days_long(-gap)}, "bad", said, paper)
    return _ahead(due, today, "warn" if gap == 0 else "", said, paper)


def _ahead(due: date, today: date, tone: str, said: str, paper: str) -> Deadline:
    text, inside = day(due, today, short=True), day(due, today, short=True, inside=True)
    return Deadline(text, tone, said, paper, inside)


def _met(met_at: datetime, due: datetime, said: str, paper: str) -> Deadline:
    if met_at <= due:
        return Deadline(_("Met"), "good", said, paper)
    return Deadline(_("Met %(span)s late") % {"span": duration(met_at - due)}, "warn", said, paper)
