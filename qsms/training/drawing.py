"""Marks and words of this room: how somebody stands, until when, who was there."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qsms.rules.competence import FOREVER, Period, State
from qsms.ui import marks

from .choices import STATES, Presence, Result, WaiverState
from .models import Attendance, Holding, Waiver
from .proofs import Stand


def state(stand: Stand) -> SafeString:
    """The mark of how somebody stands."""
    word, tone, shape = STATES[stand.state]
    return marks.status(word, tone, shape)


def until(day: dt.date | None) -> str:
    """Until when something holds, in words; nothing for what never counted."""
    if day is None:
        return ""
    return _("Does not expire") if day == FOREVER else date_format(day, "j M Y")


def told(stand: Stand) -> str:
    """What there is to say beside the mark: until when, or since when not."""
    if stand.state is State.WAIVED:
        return _("excused until %(day)s") % {"day": until(stand.waived_until)}
    if stand.ends_on is None:
        return ""
    if stand.state is State.EXPIRED:
        return _("since %(day)s") % {"day": until(stand.ends_on)}
    return until(stand.ends_on) if stand.ends_on == FOREVER else _("until %(day)s") % {"day": until(stand.ends_on)}


def asked_by(day: dt.date | None) -> str:
    """Until when somebody is asked for what they never had; nothing where no day is set."""
    return _("by %(day)s") % {"day": until(day)} if day is not None else ""


def period(holding: Holding) -> Period | None:
    """The days of a training record, if it counts."""
    if holding.ends_on is None or holding.soon_on is None or holding.grace_on is None:
        return None
    return Period(holding.ends_on, holding.soon_on, holding.grace_on)


def presence(row: Attendance) -> SafeString:
    """The mark of how somebody took part in a session."""
    if row.result == Result.PASSED:
        return marks.status(_("Passed"), "good", "circle-check")
    if row.result == Result.FAILED:
        return marks.status(_("Not passed"), "bad", "bad")
    if row.presence == Presence.ABSENT:
        return marks.status(_("Was not there"), "mute", "circle-minus")
    if row.signed_at is not None:
        return marks.status(_("Signed in"), "info", "circle-dot")
    return marks.status(_("Invited"), "mute", "circle-dashed")


def waiver(row: Waiver) -> SafeString:
    """The mark of a waiver."""
    tone, shape = {
        WaiverState.ASKED: ("warn", "hourglass-empty"),
        WaiverState.APPROVED: ("good", "circle-check"),
        WaiverState.REFUSED: ("mute", "ban"),
        WaiverState.ENDED: ("mute", "ban"),
    }[WaiverState(row.state)]
    return marks.status(row.get_state_display(), tone, shape)
