"""Coverage over time: one small row a day for each adopted standard, so that a change is seen when it comes.

What is kept is what everybody who sees all records but the confidential ones would see: no secret shows in a figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from qsms.base import context, jobs, moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor, Right
from qsms.org.choices import Axis
from qsms.org.models import Organisation
from qsms.rules.coverage import State, Tally
from qsms.rules.lifecycle import Phase

from . import adopting, standing
from .models import Adoption, CoverageDay

COUNTED = ("met", "partly", "gap", "not_assessed", "not_applicable", "through_crosswalk")


def watcher(organisation: Organisation) -> Actor:
    """Who sees every record of an organisation but the confidential ones, and changes none."""
    everything = (Right(("*.view",), Axis.ALL),)
    return Actor(organisation.pk, None, "Coverage", everything, organisation.zone, organisation.name)


def note(organisation: Organisation) -> int:
    """Keep how each adoption stands today; the last look of a day holds. How many there were."""
    with context.organisation(organisation.pk):
        actor = watcher(organisation)
        day = moment.now().astimezone(actor.tz).date()
        found = standing.of_all(actor, adopting.live(actor))
        rows = [_row(one.adoption, day, one.coverage.tally) for one in found]
        with write_transaction():
            CoverageDay.everywhere.bulk_create(
                rows, update_conflicts=True, update_fields=list(COUNTED), unique_fields=["adoption", "day"]
            )
    return len(rows)


def _row(adoption: Adoption, day: dt.date, tally: Tally) -> CoverageDay:
    counts = {name: getattr(tally, name) for name in COUNTED}
    return CoverageDay(organisation_id=adoption.organisation_id, adoption_id=adoption.pk, day=day, **counts)


def days(adoption: Adoption) -> list[CoverageDay]:
    """The days of an adoption on which something changed, and the last one, to which a line is drawn; oldest first."""
    rows = list(CoverageDay.everywhere.filter(adoption=adoption).order_by("day"))
    return [*changed(rows[:-1]), *rows[-1:]]


def changed(rows: Sequence[CoverageDay]) -> list[CoverageDay]:
    """Those of the days whose figures are other ones than those of the day before them in the list."""
    return [row for before, row in zip([None, *rows], rows, strict=False) if before is None or _of(row) != _of(before)]


def _of(row: CoverageDay) -> tuple[int, ...]:
    return tuple(getattr(row, state.value) for state in State)


def _due() -> bool:
    return Adoption.everywhere.filter(phase__lt=Phase.DONE).exists()


@jobs.every(6 * 3600, only_if=_due)
def watch_coverage() -> None:
    """The worker's round: each organisation's day ends at its own hour, so it looks some times a day."""
    with_some = Adoption.everywhere.filter(phase__lt=Phase.DONE).values("organisation_id")
    for organisation in Organisation.objects.filter(pk__in=with_some).order_by("pk"):
        note(organisation)
