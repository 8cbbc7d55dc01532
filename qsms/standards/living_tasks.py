"""A type of task as evidence: that people are asked for something again and again, and do it in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import registry, scope
from qsms.records.models import Record, Task

from .living import (
    AT_LEAST,
    MONTHS,
    PROCESS,
    SHARE,
    SITE,
    Answer,
    Form,
    Found,
    Given,
    LivingQuery,
    Parameter,
    as_day,
    enough,
    placed,
    register_living_query,
    since,
    start,
)
from .living_found import behind, of_rows

# Between the kind of record and the code of the task: “action.check”.
DOT = "."


def _types(actor: Actor) -> list[tuple[str, str]]:
    """The types of tasks on records that the actor may see, by name."""
    seen = {registry.ANY, *scope.kinds_seen(actor)}
    found = [(DOT.join(key), str(one.label)) for key, one in registry.task_types().items() if key[0] in seen]
    return sorted(found, key=lambda one: one[1])


def _name(_organisation_id: int, key: Any) -> str:
    kind, _dot, code = str(key).partition(DOT)
    found = registry.task_types().get((kind, code))
    return str(found.label) if found is not None else str(key)


TASK = Parameter("task", _("Task"), Form.CHOICE, "action.do", choices=_types, told=_name)


def _done(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Of the tasks that were done in that time, or are late now, those done in time (one query for a kind of record).

    Nobody's task that was withdrawn counts either way; one without a day is in time whenever it is done.
    """
    found = [Answer()] * len(asked)
    by_kind: dict[str, list[int]] = {}
    for place, given in enumerate(asked):
        by_kind.setdefault(str(given["task"]).partition(DOT)[0], []).append(place)
    for kind, places in by_kind.items():
        wanted: dict[str, Any] = {}
        codes = {place: str(asked[place]["task"]).partition(DOT)[2] for place in places}
        for place in places:
            there = Q(code=codes[place]) & placed(asked[place], "record__")
            done, in_time = there & _since(actor, asked[place], today), there & _in_time(actor, asked[place], today)
            wanted |= {
                f"in_time_{place}": Count("pk", filter=in_time),
                f"all_{place}": Count("pk", filter=done | there & Q(done_at=None)),
                f"newest_{place}": Max("done_at", filter=in_time),
            }
        earliest = start(min(since(asked[place], today) for place in places), actor)
        rows = _tasks(actor, kind).filter(
            Q(done_at__gte=earliest) | Q(done_at=None, due_at__lt=moment.now()), code__in=set(codes.values())
        )
        row = rows.aggregate(**wanted)
        for place in places:
            in_time, of = row[f"in_time_{place}"], row[f"all_{place}"]
            reached = in_time * 100 >= of * int(asked[place]["share"])
            newest = as_day(row[f"newest_{place}"], actor) if reached else None
            found[place] = enough(asked[place], Answer(in_time, newest, of))
    return found


def _since(actor: Actor, given: Given, today: dt.date) -> Q:
    return Q(done_at__gte=start(since(given, today), actor))


def _in_time(actor: Actor, given: Given, today: dt.date) -> Q:
    return _since(actor, given, today) & (Q(due_at=None) | Q(done_at__lte=F("due_at")))


def _tasks(actor: Actor, kind: str) -> QuerySet[Task]:
    """The tasks on records of a kind that the actor sees."""
    there = {"organisation_id": actor.organisation_id, "withdrawn": False, "record_id__in": _seen(actor, kind)}
    return Task.everywhere.filter(**there)


def _which(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    kind, _dot, code = str(given["task"]).partition(DOT)
    rows = _tasks(actor, kind).filter(_in_time(actor, given, today), placed(given, "record__"), code=code)
    return of_rows(actor, rows.order_by("-done_at", "-pk").values_list(*behind("record__"), "done_at")[:most])


def _seen(actor: Actor, kind: str) -> Any:
    """The ids of the records of a kind, or of every kind, that the actor sees."""
    if kind != registry.ANY:
        return scope.visible(actor, kind).order_by().values("pk") if registry.is_known(kind) else ()
    reached = Q(pk__in=())
    for each in scope.kinds_seen(actor):
        reached |= Q(kind=each) & scope.predicate(actor, each)
    return Record.everywhere.filter(reached, organisation_id=actor.organisation_id).order_by().values("pk")


register_living_query(
    LivingQuery(
        "tasks.done",
        _("Tasks “%(task)s” of the last %(months)s months done in time"),
        (TASK, MONTHS, SHARE, AT_LEAST, PROCESS, SITE),
        _done,
        _("Of those that were done in that time or are late now. It counts while the share is reached."),
        _which,
    )
)
