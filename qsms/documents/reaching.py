"""Whom a document reaches by its rules: each person once, with the reason that they read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import IntegerField, QuerySet, Value
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.org.models import Person

from . import people
from .models import Document, Rule

# So many rules are asked in one statement; a database joins only so many.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Way:
    """A rule, and whom it reaches today."""

    rule: Rule
    people: frozenset[int]


@dataclass(frozen=True)
class Reach:
    """Whom some rules reach together."""

    ways: tuple[Way, ...] = ()
    # Everybody once, with the rule that counts for them.
    people: dict[int, Rule] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[int, Rule] = {}
        for way in sorted(self.ways, key=lambda one: _weight(one.rule)):
            for person in sorted(way.people):
                found.setdefault(person, way.rule)
        object.__setattr__(self, "people", found)

    def reasons(self, person_id: int) -> list[str]:
        """By what somebody is reached, what counts first."""
        hit = [way.rule for way in self.ways if person_id in way.people]
        return [in_words(rule) for rule in sorted(hit, key=_weight)]


def _weight(rule: Rule) -> tuple[bool, bool]:
    """A rule that wants an answer goes before one for information, and one by name before what somebody falls under."""
    return not rule.acknowledge, rule.person_id is None


def of(rules: Sequence[Rule], today: dt.date) -> Reach:
    """Whom these rules reach today (one query, none without rules)."""
    found: list[set[int]] = [set() for _rule in rules]
    for start in range(0, len(rules), AT_ONCE):
        parts = [
            _active(rule.organisation_id)
            .filter(people.whom(rule, today))
            .annotate(place=Value(place, IntegerField()))
            .values_list("place", "pk")
            for place, rule in enumerate(rules[start : start + AT_ONCE], start)
        ]
        for place, person in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
            found[place].add(person)
    return Reach(tuple(Way(rule, frozenset(each)) for rule, each in zip(rules, found, strict=True)))


def who(organisation_id: int, rules: Iterable[Rule], today: dt.date) -> QuerySet[Person]:
    """The same people, to be read a page at a time."""
    parts = [people.whom(rule, today) for rule in rules]
    rows = _active(organisation_id)
    return rows.filter(reduce(or_, parts)) if parts else rows.none()


def now(document: Document) -> Reach:
    """Whom a document reaches as its rules are today, worked out once for the object (two queries)."""
    known: Reach | None = document.__dict__.get("_reach")
    if known is None:
        known = document.__dict__["_reach"] = of(rules(document), moment.now().date())
    return known


def _active(organisation_id: int) -> QuerySet[Person]:
    return Person.objects.filter(organisation_id=organisation_id, is_active=True).order_by()


def rules(document: Document) -> list[Rule]:
    """The rules of a document, in the order they were made (one query)."""
    rows = Rule.everywhere.filter(document_id=document.pk).select_related("role", "site", "unit", "person")
    return list(rows.order_by("pk"))


def in_words(rule: Rule) -> str:
    """Why a document comes to somebody: “Mechanic at Larkfield”, “By name: you lead the trial”."""
    whom = _("By name") if rule.person_id is not None else _where(rule)
    return _("%(whom)s: %(why)s") % {"whom": whom, "why": rule.why} if rule.why else whom


def to_whom(rule: Rule) -> str:
    """The same for whoever gives it out: “Mechanic at Larkfield”, “Lena Ortiz”."""
    return rule.person.name if rule.person is not None else _where(rule)


def _where(rule: Rule) -> str:
    who = rule.role.title if rule.role is not None else _("Everybody")
    places = [str(place) for place in (rule.unit, rule.site) if place is not None]
    if not places:
        return who
    return _("%(who)s at %(places)s") % {"who": who, "places": ", ".join(places)}
