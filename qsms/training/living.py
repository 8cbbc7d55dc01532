"""Questions about training whose answers count as evidence in standards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from qsms.org import names
from qsms.org.actor import Actor
from qsms.org.models import Grant, Person, Role
from qsms.org.roles import EVERYBODY
from qsms.records import scope
from qsms.standards.doors import (
    MONTHS,
    SHARE,
    SITE,
    Answer,
    Form,
    Found,
    Given,
    LivingQuery,
    Parameter,
    enough,
    of_kind,
    placed,
    register_living_query,
    since,
)

from . import standing


def _roles(actor: Actor) -> list[tuple[str, str]]:
    return list(names.roles(actor.organisation_id).items())


def _title(organisation_id: int, code: Any) -> str:
    return names.roles(organisation_id).get(str(code), str(code))


ROLE = Parameter("role", _("Role"), Form.CHOICE, EVERYBODY, choices=_roles, told=_title)


def _current(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Of the people of a role whose training the reader sees, those whose required training is current."""
    if not standing.sees_others(actor):
        return [Answer()] * len(asked)
    answers = []
    for given, (current, people) in zip(asked, _people(actor, asked, today), strict=True):
        url = f"{reverse('training:gaps')}?{urlencode(_place(actor, given))}"
        reached = bool(people) and len(current) * 100 >= len(people) * int(given["share"])
        answers.append(Answer(len(current), today if reached else None, len(people), url))
    return answers


def _people(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[tuple[set[int], set[int]]]:
    """For each of these, of whom something is required: those who are current, and all."""
    needed = standing.needs(actor.organisation_id, today)
    found = standing.stands(actor.organisation_id, today, needed)
    seen = dict(Person.objects.filter(standing.staff(actor)).values_list("pk", "site_id"))
    lacking = {person for (person, _course), one in found.items() if not one.is_current}
    people = [
        {
            person
            for person in _holders(actor, given, today)
            if person in seen and needed.get(person) and given.get("site") in (None, seen[person])
        }
        for given in asked
    ]
    return [(each - lacking, each) for each in people]


def _who_is_current(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    if not standing.sees_others(actor):
        return []
    [(current, _all)] = _people(actor, [given], today)
    places = names.places("site", actor.organisation_id)
    rows = Person.objects.filter(pk__in=current).order_by("name", "pk").values_list("name", "site_id")
    return [Found("", name, places.get(site, ""), today) for name, site in rows[:most]]


def _holders(actor: Actor, given: Given, today: dt.date) -> set[int]:
    rows = Grant.objects.filter(*standing.alive(today), organisation_id=actor.organisation_id, person__is_active=True)
    rows = rows.filter(role__code=given["role"])
    return set(rows.values_list("person_id", flat=True))


def _place(actor: Actor, given: Given) -> dict[str, int]:
    role = Role.objects.filter(organisation_id=actor.organisation_id, code=given["role"]).first()
    place = {"role": role.pk if role is not None else None, "site": given.get("site")}
    return {name: value for name, value in place.items() if value is not None}


def _evaluated(actor: Actor, asked: Sequence[Given], today: dt.date) -> list[Answer]:
    """Sessions whose effect somebody looked at."""
    if not actor.holds("session.view"):
        return [Answer()] * len(asked)
    url, answers = f"{reverse('ui:list', args=['session'])}?phase=all", []
    for given in asked:
        rows = scope.visible(actor, "session").filter(_looked_at(given, today) & placed(given))
        newest = rows.order_by("-closed_at").values_list("closed_at", flat=True).first()
        day = newest.astimezone(actor.tz).date() if newest is not None else None
        answers.append(enough(given, Answer(rows.count(), day, url=url)))
    return answers


def _looked_at(given: Given, today: dt.date) -> Q:
    return Q(starts_at__date__gte=since(given, today)) & ~Q(effect="")


def _which_evaluated(actor: Actor, given: Given, today: dt.date, most: int) -> list[Found]:
    return of_kind(actor, "session", given, _looked_at(given, today), "closed_at", most)


register_living_query(
    LivingQuery(
        "training.current",
        _("People with the role “%(role)s” whose required training is current"),
        (ROLE, SHARE, SITE),
        _current,
        _("Everybody holds the role “Reporter”. It counts while the share is reached."),
        _who_is_current,
    )
)
register_living_query(
    LivingQuery(
        "training.evaluated",
        _("Sessions of the last %(months)s months whose effect was looked at"),
        (MONTHS, SITE),
        _evaluated,
        _("ISO 9001 7.2 c) asks whether what was done for competence worked."),
        _which_evaluated,
    )
)
