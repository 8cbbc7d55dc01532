"""Moments and days as they stand on a page: near now on the screen, exact and with their zone on paper.

A sheet of paper is read on another day, in another place: “Today 15:45” says nothing there. Each is a time element that
carries both; print.css shows the one that is right.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from . import dates
from .marks import escape


def moment(
    value: datetime, now: datetime, zone: tzinfo, *, short: bool = False, binding: bool = False, inside: bool = False
) -> SafeString:
    """A moment in the words of `dates.moment`; on paper with year, time of day and zone."""
    said = dates.moment(value, now, zone, short=short, binding=binding, inside=inside)
    machine = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _element(said, machine, dates.printed(value, zone))


def day(value: date, today: date, *, short: bool = False) -> SafeString:
    """A day in the words of `dates.day`; on paper with its year."""
    return _element(dates.day(value, today, short=short), value.isoformat(), dates.plain_day(value))


def _element(said: str, machine: str, printed: str) -> SafeString:
    if said == printed:
        return SafeString(f'<time datetime="{machine}">{escape(said)}</time>')
    return SafeString(f'<time datetime="{machine}" data-print="{escape(printed)}"><span>{escape(said)}</span></time>')


def sentence(text: str, **values: str) -> SafeString:
    """A sentence with %(named)s places for text and for times."""
    return SafeString(escape(text) % {name: conditional_escape(value) for name, value in values.items()})


def joined(between: str, several: list[str] | tuple[str, ...]) -> SafeString:
    """Texts and times in a row."""
    return SafeString(escape(between).join(conditional_escape(one) for one in several))
