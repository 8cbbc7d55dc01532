"""Living queries: questions over the records of today that count as evidence, so that nobody binds it anew each month.

A room above registers a question with its parameters. Somebody binds it to a requirement as a record is bound; what it
finds is worked out whenever a page is read, from what its reader may see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qsms.base import moment
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import processes, scope
from qsms.rules.calendar_days import add_months

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Form(StrEnum):
    """What one fills in for a parameter: a whole number, a choice, or a place of the organisation by its key."""

    NUMBER = "number"
    CHOICE = "choice"
    SITE = "site"
    UNIT = "unit"
    PROCESS = "process"


PLACES = frozenset({Form.SITE, Form.UNIT, Form.PROCESS})


@dataclass(frozen=True)
class Parameter:
    """One thing that a question leaves open. Without a default it may stay empty, which means any."""

    name: str
    label: StrOrPromise
    form: Form = Form.NUMBER
    default: int | str | None = None
    least: int = 1
    most: int = 1_000
    choices: Callable[[Actor], Sequence[tuple[str, str]]] | None = None
    # A value as people read it, where it is kept as a code: from the organisation's key and the value.
    told: Callable[[int, Any], str] | None = None


@dataclass(frozen=True)
class Answer:
    """What a question finds: how many (out of how many, where it asks for a share), and the day of the newest.

    Without a day it shows nothing, however many there are: too few, or too small a share.
    """

    count: int = 0
    newest: dt.date | None = None
    of: int | None = None
    url: str = ""


@dataclass(frozen=True)
class Found:
    """One thing that a question found: a record, by its number, or somebody by name; what else there is to say."""

    number: str
    title: str
    said: str = ""
    day: dt.date | None = None
    confidential: bool = False


Given = Mapping[str, Any]
# Answers for each of the given sets of parameters, in their order: as few queries as the room can make of them.
Answering = Callable[[Actor, Sequence[Given], dt.date], Sequence[Answer]]
# What counts in the answer for one set of parameters, the newest first, at most so many, as far as the actor sees it.
Listing = Callable[[Actor, Given, dt.date, int], Sequence[Found]]


@dataclass(frozen=True)
class LivingQuery:
    """A question that a room can answer. `label` names the parameters: “Audits in the last %(months)s months”."""

    key: str
    label: StrOrPromise
    parameters: tuple[Parameter, ...]
    answer: Answering
    help: StrOrPromise = ""
    # Without it nobody can look behind the answer: what leaves the house says so.
    lists: Listing | None = None

    def words(self, organisation_id: int, given: Given) -> str:
        """The question as a person reads it, with the place that it is narrowed to."""
        known = {one.name: given.get(one.name, one.default) for one in self.parameters}
        told = {one.name: one.told(organisation_id, known[one.name]) for one in self.parameters if one.told is not None}
        said = str(self.label) % (known | told)
        for one in self.parameters:
            if one.form in PLACES and known[one.name] is not None:
                said += f", {names.places(one.form.value, organisation_id).get(known[one.name], '?')}"
        return said


_known: dict[str, LivingQuery] = {}


def register_living_query(query: LivingQuery) -> LivingQuery:
    """Offer a question to whoever binds evidence. The key stays for ever: bound evidence names it."""
    if query.key in _known and _known[query.key] is not query:
        raise ValueError(f"The living query “{query.key}” is registered twice.")
    _known[query.key] = query
    return query


def forget_living_query(key: str) -> None:
    """Take a question out again: for tests that bring one of their own."""
    _known.pop(key, None)


def offered() -> list[LivingQuery]:
    """Every question, by what it asks."""
    return sorted(_known.values(), key=lambda query: str(query.label))


def known(key: str) -> LivingQuery | None:
    """The question of this key, or None where its room is not installed."""
    return _known.get(key)


def words(organisation_id: int, key: str, given: Given) -> str:
    """A bound question as a person reads it; honest about one that nobody answers any more."""
    query = _known.get(key)
    if query is None:
        return _("The question “%(key)s”, which this version no longer answers") % {"key": key}
    return query.words(organisation_id, given)


def answers(actor: Actor, asked: Sequence[tuple[str, Given]]) -> list[Answer]:
    """What the actor finds for each bound question, in their order. Each kind of question is asked once."""
    found = [Answer()] * len(asked)
    today = moment.now().astimezone(actor.tz).date()
    by_key: dict[str, list[int]] = {}
    for place, (key, _given) in enumerate(asked):
        if key in _known:
            by_key.setdefault(key, []).append(place)
    for key, places in by_key.items():
        given = [filled(_known[key], asked[place][1]) for place in places]
        for place, answer in zip(places, _known[key].answer(actor, given, today), strict=True):
            found[place] = answer
    return found


def filled(query: LivingQuery, given: Given) -> dict[str, Any]:
    """The parameters with the defaults of what is left out; a newer version of a room may ask for more."""
    return {one.name: given.get(one.name, one.default) for one in query.parameters}


def told(answer: Answer) -> str:
    """How much a question found, in words."""
    if answer.of is not None:
        return _("%(n)s of %(all)s") % {"n": answer.count, "all": answer.of}
    return ngettext("%(n)d found", "%(n)d found", answer.count) % {"n": answer.count}


MONTHS = Parameter("months", gettext_lazy("How many months back"), default=12, most=120)
AT_LEAST = Parameter("at_least", gettext_lazy("How many are enough"), default=1)
SITE = Parameter("site", gettext_lazy("Site"), Form.SITE)
PROCESS = Parameter("process", gettext_lazy("Process"), Form.PROCESS)
SHARE = Parameter("share", gettext_lazy("Share that is enough, in per cent"), default=90, most=100)


def since(given: Given, today: dt.date) -> dt.date:
    """The first day that counts for a question over the last `months`."""
    return add_months(today, -int(given["months"]))


def start(day: dt.date, actor: Actor) -> dt.datetime:
    """The first instant of a day where the actor is."""
    return dt.datetime.combine(day, dt.time(), actor.tz)


def of_records(
    actor: Actor, kind: str, asked: Sequence[Given], where: Callable[[Given], Q], day: str, *, url: str = ""
) -> list[Answer]:
    """Answers about records of one kind that the actor sees, in one query: how many match and the newest `day`.

    `site` and `process` narrow, and fewer than `at_least` show nothing, where a question has such parameters.
    """
    if not actor.holds(f"{kind}.view"):
        return [Answer()] * len(asked)
    wanted: dict[str, Any] = {}
    for place, given in enumerate(asked):
        keep = where(given) & placed(given)
        wanted |= {f"count_{place}": Count("pk", filter=keep), f"newest_{place}": Max(day, filter=keep)}
    row = scope.visible(actor, kind).order_by().aggregate(**wanted)
    return [
        enough(given, Answer(row[f"count_{place}"], as_day(row[f"newest_{place}"], actor), url=url))
        for place, given in enumerate(asked)
    ]


def placed(given: Given, path: str = "") -> Q:
    """The condition that a question's `site` and `process` put on what lies behind `path`."""
    condition = Q()
    if given.get("site") is not None:
        condition &= Q(**{f"{path}site_id": given["site"]})
    if given.get("process") is not None:
        condition &= processes.within([given["process"]], path)
    return condition


def enough(given: Given, answer: Answer) -> Answer:
    """The answer, without its day where it finds fewer than it must."""
    if answer.count >= max(1, int(given.get("at_least") or 1)):
        return answer
    return Answer(answer.count, None, answer.of, answer.url)


def as_day(found: dt.datetime | dt.date | None, actor: Actor) -> dt.date | None:
    """The day of a column of either type, where the actor is."""
    return found.astimezone(actor.tz).date() if isinstance(found, dt.datetime) else found
