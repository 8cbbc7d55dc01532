"""The accountable executive: one person at any time (14 CFR 5.25). Duties may be lent; the accountability stays."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qsms.base import moment

from .errors import OrgError
from .models import Grant, Person, Role

ACCOUNTABLE = "accountable_executive"


def refuse_second(person: Person, role: Role, starts_on: dt.date | None, ends_on: dt.date | None) -> None:
    """Raise OrgError when somebody else here is accountable at any time between these days: from today and
    without end where none is given.

    A copy of the role carries the same authority and counts as it. The caller has a transaction open, in which two
    grants at once wait for each other.
    """
    if ACCOUNTABLE not in (role.code, role.based_on):
        return
    list(Role.objects.select_for_update(no_key=True).filter(organisation_id=person.organisation_id, code=ACCOUNTABLE))
    begins = starts_on or moment.now().date()
    held = Grant.objects.filter(
        Q(role__code=ACCOUNTABLE) | Q(role__based_on=ACCOUNTABLE), Q(ends_on=None) | Q(ends_on__gte=begins),
        organisation_id=person.organisation_id, person__is_active=True,
    ).exclude(person=person)  # fmt: skip
    if ends_on is not None:
        held = held.filter(Q(starts_on=None) | Q(starts_on__lte=ends_on))
    other = held.select_related("person").order_by("pk").first()
    if other is not None:
        raise OrgError(_sentence(other))


def _sentence(other: Grant) -> str:
    told = {"name": other.person.name}
    if other.ends_on is not None:
        told |= {"day": _day(other.ends_on), "next": _day(other.ends_on + dt.timedelta(days=1))}
        return _("%(name)s is the accountable executive until %(day)s. Begin this grant on %(next)s.") % told
    if other.starts_on is not None:
        told |= {"day": _day(other.starts_on), "last": _day(other.starts_on - dt.timedelta(days=1))}
        said = _("%(name)s is the accountable executive from %(day)s on. End this grant by %(last)s, or end that one.")
        return said % told
    said = _(
        "%(name)s is the accountable executive, and there is one at a time. To hand over, end that grant on a day "
        "first, then begin this one on the day after. For an absence, let somebody act for %(name)s instead."
    )
    return said % told


def _day(value: dt.date) -> str:
    return date_format(value, "j M Y")
