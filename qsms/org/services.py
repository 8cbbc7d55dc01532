"""Verbs that write who and where: found an organisation, add people, grant and lend roles."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatchcase

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.zones import zone_names

from . import accountable, naming
from .actor import can_be_lent
from .choices import Axis
from .errors import OrgError
from .models import Account, Delegation, Grant, Organisation, Person, Role, Site, Unit
from .roles import EVERYBODY, add_roles, conflict, shipped_roles, why_apart

__all__ = ["EVERYBODY", "OrgError", "add_roles", "shipped_roles"]


def found(
    *,
    name: str,
    kind: str,
    size: str = "small",
    zone: str = "UTC",
    country: str = "US",
    region: str = "",
    code: str = "",
) -> Organisation:
    """A new organisation with the shipped roles and nothing else. The caller has a transaction open."""
    if zone not in zone_names():
        raise OrgError(_("“%(zone)s” is not a time zone. Write one such as America/Phoenix.") % {"zone": zone})
    organisation = Organisation(
        code=code or _free_code(name), name=name.strip(), kind=kind, size=size, zone=zone,
        holiday_country=country, holiday_region=region,
    )  # fmt: skip
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise OrgError(" ".join(error.messages)) from error
    organisation.save()
    add_roles(organisation)
    return organisation


def _free_code(name: str) -> str:
    base = slugify(name)[:34] or "organisation"
    taken = set(Organisation.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(c for n in range(1, len(taken) + 2) if (c := base if n == 1 else f"{base}-{n}") not in taken)


def add_person(
    organisation: Organisation,
    *,
    name: str,
    email: str = "",
    title: str = "",
    site: Site | None = None,
    unit: Unit | None = None,
    password: str | None = None,
    with_account: bool = True,
    cast: str = "",
    namesake: bool = False,
) -> Person:
    """Somebody who works here, with an account if there is an e-mail address, and the role everybody holds.

    Raises OrgError for a name that somebody else here has, unless it is said to be a true `namesake`.
    `cast` is what a demonstration says about the person on its sign-in page.
    """
    name = naming.chosen(organisation.pk, name, namesake=namesake, apart=(title, email))
    account = None
    if email and with_account:
        account = Account.objects.filter(email__iexact=email).first()
        if account is None:
            account = Account.objects.create_user(email, password)
    person = Person.objects.create(
        organisation=organisation, account=account, name=name, title=title, email=email, site=site, unit=unit,
        cast=cast,
    )  # fmt: skip
    grant(person, EVERYBODY, axis=Axis.OWN)
    return person


def grant(
    person: Person,
    role_code: str,
    *,
    axis: str = "",
    site: Site | None = None,
    unit: Unit | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Grant:
    """Give a role to a person. Roles that must not meet in one person are refused, whatever the dates; so is a second
    accountable executive at the same time.

    `axis` empty means as far as the role usually reaches; a site or unit not given is then the person's own.
    """
    role = Role.objects.filter(organisation_id=person.organisation_id, code=role_code).first()
    if role is None:
        raise OrgError(_("There is no role “%(code)s” here. Choose one from the list.") % {"code": role_code})
    _refuse_conflicts(person, [role])
    reach = axis or ("site" if site else "unit" if unit else role.axis)
    if reach == Axis.SITE:
        site, unit = site or person.site, None
    elif reach == Axis.UNIT:
        site, unit = None, unit or person.unit
    else:
        site = unit = None
    given = Grant(
        organisation_id=person.organisation_id, person=person, role=role, axis=reach, site=site, unit=unit,
        starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    try:
        given.full_clean()
    except ValidationError as error:
        raise OrgError(" ".join(error.messages)) from error
    with write_transaction():
        accountable.refuse_second(person, role, starts_on, ends_on)
        given.save()
    return given


def _refuse_conflicts(person: Person, wanted: list[Role]) -> None:
    """Raise OrgError when the person holds, or is lent, a role that must not meet one of `wanted`."""
    for held in [*Role.objects.filter(grants__person=person), *_lent_to(person)]:
        for role in wanted:
            if conflict(role, held):
                raise OrgError(
                    _("%(name)s is %(held)s and must not be %(role)s at the same time. %(why)s Choose another person.")
                    % {"name": person.name, "held": held.title, "role": role.title, "why": why_apart(role, held)}
                )


# Longer than a leave or an assignment, and short enough that somebody looks at it again.
LONGEST_DELEGATION = dt.timedelta(days=366)


def _lent_to(person: Person) -> list[Role]:
    """The roles that others lend this person, now or later."""
    lent: list[Role] = []
    open_ones = Delegation.objects.filter(taker=person, revoked_at=None, ends_on__gte=moment.now().date())
    for giver_id, role_id in open_ones.values_list("giver_id", "role_id"):
        held = Role.objects.filter(grants__person_id=giver_id).exclude(code=EVERYBODY)
        lent += [role for role in held if role_id in (None, role.pk) and can_be_lent(role.permissions)]
    return lent


def delegate(
    giver: Person, taker: Person, *, starts_on: dt.date, ends_on: dt.date, reason: str, role_code: str = ""
) -> Delegation:
    """`taker` acts for `giver` from one day to another, in one role or in all. A reason is needed."""
    if giver.pk == taker.pk or giver.organisation_id != taker.organisation_id:
        raise OrgError(_("Choose another person of your organisation to act for you."))
    if not reason.strip():
        raise OrgError(_("Say why, such as “leave”. The reason is kept."))
    if ends_on > starts_on + LONGEST_DELEGATION:
        raise OrgError(
            _("A delegation lasts a year at most. Choose an earlier last day, and give it anew when it is over.")
        )
    role = Role.objects.get(organisation_id=giver.organisation_id, code=role_code) if role_code else None
    same = Delegation.objects.filter(
        giver=giver, taker=taker, role=role, revoked_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
    )
    if same.exists():
        raise OrgError(_("%(name)s acts for you in these days already. End that first.") % {"name": taker.name})
    held_by_giver = Role.objects.filter(grants__person=giver).exclude(code=EVERYBODY)
    lent = [one for one in ([role] if role else held_by_giver) if can_be_lent(one.permissions)]
    if not lent:
        raise OrgError(_("There is no role here that you could lend. Administration and own records are personal."))
    for held in Role.objects.filter(grants__person=taker):
        for one in lent:
            if conflict(one, held):
                raise OrgError(
                    _("%(name)s is %(held)s and must not stand in for %(role)s. %(why)s Choose another person.")
                    % {"name": taker.name, "held": held.title, "role": one.title, "why": why_apart(one, held)}
                )
    given = Delegation(
        organisation_id=giver.organisation_id, giver=giver, taker=taker, role=role, starts_on=starts_on,
        ends_on=ends_on, reason=reason.strip(),
    )  # fmt: skip
    try:
        given.full_clean()
    except ValidationError as error:
        raise OrgError(" ".join(error.messages)) from error
    given.save()
    return given


def revoke_delegation(delegation: Delegation) -> bool:
    """End it now; False when it was over or revoked already."""
    if delegation.revoked_at is not None or delegation.ends_on < moment.now().date():
        return False
    delegation.revoked_at = moment.now()
    delegation.save(update_fields=["revoked_at"])
    return True


def holders(organisation_id: int, permission: str, today: dt.date) -> list[Person]:
    """Who holds a permission by a role of their own on this day and still works here."""
    roles = [
        role.pk
        for role in Role.objects.filter(organisation_id=organisation_id)
        if any(fnmatchcase(permission, pattern) for pattern in role.permissions)
    ]
    found = Person.objects.filter(organisation_id=organisation_id, is_active=True, grants__role_id__in=roles).filter(
        Q(grants__starts_on=None) | Q(grants__starts_on__lte=today),
        Q(grants__ends_on=None) | Q(grants__ends_on__gte=today),
    )
    return list(found.distinct())
