"""Training records are kept as long as a person works here (14 CFR 5.97(c)), or longer where the house says so.

Nothing goes by itself, and the program removes no record: its history is append-only. It tells whose records need not
be kept any more, and from which day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, scope
from qsms.records.errors import Invalid
from qsms.rules import retention

from . import following, requiring, standing
from .models import Holding, HousePolicy

PAGE, MOST_MONTHS = 50, 600
KEPT = "training_keeping"


@dataclass(frozen=True)
class Leaver:
    """Somebody who left, with how many of their training records the reader sees and from when those may go."""

    person: Person
    records: int
    disposable_on: dt.date | None

    def may_go(self, today: dt.date) -> bool:
        return self.disposable_on is not None and self.disposable_on <= today


def leavers(
    actor: Actor, *, site: int | None = None, due: bool = False, after: tuple[str, int] | None = None
) -> tuple[list[Leaver], bool]:
    """One page of those who left and have records, by name, and whether there are more; `due`: whose may go today."""
    months = following.policy_of(actor.organisation_id).keep_months
    rows = Person.objects.filter(_gone(actor, months, site=site, due=due)).select_related("site")
    if after is not None:
        name, key = after
        rows = rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=key))
    people = list(rows.order_by("name", "pk")[: PAGE + 1])
    seen = scope.visible(actor, "holding").filter(holder__in=[one.pk for one in people[:PAGE]])
    counts = dict(seen.order_by().values_list("holder").annotate(n=Count("pk")))
    found = [
        Leaver(one, counts.get(one.pk, 0), retention.disposable_from(one.left_on, months)) for one in people[:PAGE]
    ]
    return found, len(people) > PAGE


def records(actor: Actor, *, site: int | None = None, due: bool = False) -> Iterator[tuple[Holding, dt.date | None]]:
    """The training records of those who left, for a file, each with the day from which it may go."""
    months = following.policy_of(actor.organisation_id).keep_months
    people = Person.objects.filter(_gone(actor, months, site=site, due=due))
    rows = scope.visible(actor, "holding").filter(holder__in=people.values("pk"))
    rows = rows.select_related("holder", "holder__site", "course").order_by("holder__name", "holder_id", "pk")
    for one in rows.iterator(chunk_size=500):
        yield one, retention.disposable_from(one.holder.left_on, months)


def _gone(actor: Actor, months: int, *, site: int | None, due: bool) -> Q:
    seen = scope.visible(actor, "holding").filter(holder=OuterRef("pk"))
    found = standing.people_seen(actor) & Q(organisation_id=actor.organisation_id, is_active=False) & Q(Exists(seen))
    if site is not None:
        found &= Q(site_id=site)
    if due:
        found &= Q(left_on__lte=retention.ended_by(standing.today_of(actor), months))
    return found


def disposable_on(person: Person) -> dt.date | None:
    """From which day the training records of somebody may go; None while they work here or the end is unknown."""
    if person.is_active:
        return None
    return retention.disposable_from(person.left_on, following.policy_of(person.organisation_id).keep_months)


def set_months(actor: Actor, months: int) -> HousePolicy:
    """Say how many months after the last day of work records are kept. Raises Refused, Invalid."""
    requiring.check_may_decide(actor)
    if not 0 <= months <= MOST_MONTHS:
        raise Invalid({"keep_months": _("Write 0 to %(most)d months.") % {"most": MOST_MONTHS}})
    with write_transaction():
        row = following.policy_of(actor.organisation_id)
        row.keep_months = months
        row.save()
        history.write(actor, None, history.Act(KEPT, detail={"keep_months": months}), subject="training")
    return row
