"""For whom a command acts: an organisation, and one of its people or the installation itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db.models import Q
from django.utils.translation import gettext as _

from qsms.base import context, moment
from qsms.base.console import Refused, note
from qsms.org import actor as actors
from qsms.org import made_up
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person

SHOWN = 20


@contextmanager
def acting_as(code: str | None, given: str | None, label: str) -> Iterator[Actor]:
    """The actor a command was told to be, with the organisation active. Raises Refused when there is no such one.

    Where several organisations live in one installation and the person works at one of them only, that is the one. In
    one that holds the demonstration alone, it is the airline that the demonstration is about.
    """
    known = list(Organisation.objects.order_by("pk"))
    if not known:
        raise Refused(_("There is no organisation yet. Run `qsms init`."))
    organisation = _named(code, known) if code else known[0] if len(known) == 1 else None
    if not code and not given and organisation is None and (airline := made_up.shown()) is not None:
        organisation = airline
        words = _("%(organisation)s, the demonstration. --organisation chooses another one.")
        note(words % {"organisation": _said(organisation)})
    if given:
        person = _person(given, organisation, known)
        organisation, actor = person.organisation, actors.load(person, moment.now().date())
        if not code and len(known) > 1:
            note(_("%(label)s of %(organisation)s.") % {"label": label, "organisation": _said(organisation)})
    elif organisation is None:
        raise Refused(_("There are several organisations. %(which)s") % {"which": _which(known)})
    else:
        actor = actors.system(organisation.pk, label)
    with context.organisation(organisation.pk, actor_id=actor.person_id):
        yield actor


def _named(code: str, known: Sequence[Organisation]) -> Organisation:
    for one in known:
        if one.code == code:
            return one
    raise Refused(_("There is no organisation “%(code)s”. %(which)s") % {"code": code, "which": _which(known)})


def _which(known: Sequence[Organisation]) -> str:
    choices = ", ".join(_said(one) for one in known[:SHOWN]) + (", …" if len(known) > SHOWN else "")
    return _("Write --organisation and one of: %(choices)s.") % {"choices": choices}


def _said(one: Organisation) -> str:
    return f"{one.code} ({one.name})"


def _person(given: str, organisation: Organisation | None, known: Sequence[Organisation]) -> Person:
    people = Person.objects.filter(Q(email__iexact=given) | Q(account__email__iexact=given), is_active=True)
    if organisation is not None:
        people = people.filter(organisation=organisation)
    found = list(people.select_related("organisation").order_by("organisation_id").distinct())
    if not found:
        where = organisation.name if organisation is not None else _("any of the organisations here")
        sentence = _("Nobody with the address “%(given)s” works at %(organisation)s.")
        raise Refused(sentence % {"given": given, "organisation": where})
    if len(found) > 1:
        theirs = [one for one in known if one.pk in {person.organisation_id for person in found}]
        sentence = _("“%(given)s” works at several organisations. %(which)s")
        raise Refused(sentence % {"given": given, "which": _which(theirs)})
    return found[0]
