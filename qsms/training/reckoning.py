"""The days of training records, reckoned by the rules from rows and written beside them: again whenever one changes.

So that a list or a matrix compares days in the database and asks no calendar.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models.functions import Coalesce

from qsms.rules import competence as rules
from qsms.rules.competence import Completion, Period

from . import packs
from .models import Holding, Renewal

HELD = "held"
CHUNK = 500


def reckon(course_id: int, people: Iterable[int] | None = None) -> int:
    """Reckon the records of one course, of these people or of everybody; how many changed.

    The caller has the transaction open.
    """
    course = packs.lock(course_id)
    renewals = [rules.Renewal(one.since, one.until, one.at) for one in Renewal.everywhere.filter(course_id=course_id)]
    rows = Holding.everywhere.filter(course_id=course_id)
    if people is not None:
        rows = rows.filter(holder_id__in=list(people))
    # What somebody learnt is what was taught when it began; of what came from outside we know when it was brought.
    learnt = Coalesce("attempt__begun_at", "session__starts_at", "opened_at")
    columns = ("pk", "holder_id", "state", "completed_on", "expires_on", learnt, "ends_on", "soon_on", "grace_on")
    of: dict[int, list[Completion]] = defaultdict(list)
    stored: dict[int, tuple[object, ...]] = {}
    for pk, holder, state, on, expires, by, *days in rows.values_list(*columns):
        stored[pk] = tuple(days)
        if state == HELD:
            of[holder].append(Completion(pk, on, expires, by))
    wanted: dict[int, Period] = {}
    for completions in of.values():
        wanted |= rules.periods(completions, course.validity, renewals)  # type: ignore[arg-type]
    changed = []
    for pk, days_before in stored.items():
        period = wanted.get(pk)
        days_now = (period.ends_on, period.soon_on, period.grace_on) if period else (None, None, None)
        if days_now != days_before:
            changed.append((pk, days_now))
    by_days: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for pk, days_now in changed:
        by_days[days_now].append(pk)
    for (ends, soon, grace), keys in by_days.items():
        for start in range(0, len(keys), CHUNK):
            Holding.everywhere.filter(pk__in=keys[start : start + CHUNK]).update(
                ends_on=ends, soon_on=soon, grace_on=grace
            )
    if changed:
        packs.drop(course_id)
    return len(changed)


def reckon_all(holdings: Iterable[Holding]) -> None:
    """Reckon what these new records touch."""
    of: dict[int, set[int]] = defaultdict(set)
    for one in holdings:
        of[one.course_id].add(one.holder_id)
    # In one order everywhere, because each is locked.
    for course_id, people in sorted(of.items()):
        reckon(course_id, people)
