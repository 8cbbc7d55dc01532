"""Verbs that write who and where: found an organisation, add people, grant and lend roles."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .choices import Axis
from .models import Account, Delegation, Grant, Organisation, Person, Role, Site, Unit

DATA = Path(__file__).parent / "data" / "roles.yaml"
# The role that everybody who works here holds, for their own records.
EVERYBODY = "reporter"


class OrgError(ValueError):
    """A change of people, roles or places that cannot be made. The text says why and how to mend it."""


@lru_cache(maxsize=1)
def shipped_roles() -> dict[str, Any]:
    """The shipped roles file: vocabulary, authority levels and roles."""
    loaded: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


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
    if zone not in available_timezones():
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


def add_roles(organisation: Organisation) -> None:
    """Give an organisation the shipped roles that it lacks; its own and its changed ones stay as they are."""
    known = set(Role.objects.filter(organisation=organisation).values_list("code", flat=True))
    data = shipped_roles()
    levels = data["authority_levels"]
    Role.objects.bulk_create(
        Role(
            organisation=organisation,
            code=role["code"],
            title=role["title"],
            purpose=role.get("what_for", ""),
            authority=levels.index(role.get("authority", "none")),
            axis=role.get("scope", Axis.ALL),
            permissions=list(role["permissions"]),
            conflicts=sorted(
                {code for pair in data["conflicts"] if role["code"] in pair["roles"] for code in pair["roles"]}
                - {role["code"]}
            ),
        )
        for role in data["roles"]
        if role["code"] not in known
    )


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
) -> Person:
    """Somebody who works here, with an account if there is an e-mail address, and the role everybody holds."""
    account = None
    if email and with_account:
        account = Account.objects.filter(email__iexact=email).first()
        if account is None:
            account = Account.objects.create_user(email, password)
    person = Person.objects.create(
        organisation=organisation, account=account, name=name.strip(), title=title, email=email, site=site, unit=unit
    )
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
    """Give a role to a person. Roles that must not meet in one person are refused, whatever the dates.

    `axis` empty means as far as the role usually reaches; a site or unit not given is then the person's own.
    """
    role = Role.objects.filter(organisation_id=person.organisation_id, code=role_code).first()
    if role is None:
        raise OrgError(_("There is no role “%(code)s” here. Choose one from the list.") % {"code": role_code})
    for held in Role.objects.filter(grants__person=person):
        if role.code in held.conflicts or held.code in role.conflicts:
            raise OrgError(
                _("%(name)s is %(held)s, which nobody may be together with %(role)s. Choose another person.")
                % {"name": person.name, "held": held.title, "role": role.title}
            )
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
    given.save()
    return given


def delegate(
    giver: Person, taker: Person, *, starts_on: dt.date, ends_on: dt.date, reason: str, role_code: str = ""
) -> Delegation:
    """`taker` acts for `giver` from one day to another, in one role or in all. A reason is needed."""
    if giver.pk == taker.pk or giver.organisation_id != taker.organisation_id:
        raise OrgError(_("Choose another person of your organisation to act for you."))
    if not reason.strip():
        raise OrgError(_("Say why, such as “leave”. The reason is kept."))
    role = Role.objects.get(organisation_id=giver.organisation_id, code=role_code) if role_code else None
    lent = [role] if role else list(Role.objects.filter(grants__person=giver).exclude(code=EVERYBODY))
    for held in Role.objects.filter(grants__person=taker):
        for one in lent:
            if one.code in held.conflicts or held.code in one.conflicts:
                raise OrgError(
                    _("%(name)s is %(held)s and must not stand in for %(role)s. Choose another person.")
                    % {"name": taker.name, "held": held.title, "role": one.title}
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
