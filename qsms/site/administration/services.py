"""Verbs of the administration: people, their accounts, grants and roles. Each leaves a deed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org import accountable, links, naming, roles, services
from qsms.org.actor import ADMINISTRATION, GRANTING, Actor
from qsms.org.choices import Axis
from qsms.org.errors import OrgError
from qsms.org.models import Account, Grant, OneTimeLink, Organisation, Person, Role, Site, Unit
from qsms.records.history import FieldChange
from qsms.site.accounts import mail
from qsms.site.accounts.passwords import address_of

from . import changes

ROLE_GRANTED, ROLE_ENDED, INVITED = "role_granted", "role_ended", "invited"
LEFT, CAME_BACK, ROLE_COPIED = "left", "came_back", "role_copied"


@dataclass(frozen=True)
class Invitation:
    """What came of an invitation: a link to hand over, or the address that a mail went to."""

    link: str = ""
    mailed_to: str = ""


def add_person(actor: Actor, **told: Any) -> Person:
    """Somebody new, who may report from the first day. Their account waits for an invitation."""
    changes.require(actor, ADMINISTRATION)
    with write_transaction():
        zone = told.pop("zone", "")
        organisation = Organisation.objects.get(pk=actor.organisation_id)
        person = services.add_person(organisation, **told, with_account=False)
        if zone:
            person.zone = zone
            person.save(update_fields=["zone"])
        shown = [FieldChange(name, "", str(value)) for name, value in told.items() if value]
        changes.note(actor, f"person:{person.pk}", "created", changes=shown)
    return person


def invite(actor: Actor, person: Person, base: str = "") -> Invitation:
    """Give the person a way to sign in; a link that is shown begins with `base`, where the reader is right now.

    A link is shown only for an account that nobody else uses and that has no password yet: an administrator must not
    get into somebody's account. In every other case its owner gets a mail.
    """
    changes.require(actor, ADMINISTRATION)
    if not person.is_active:
        raise OrgError(_("%(name)s does not work here any more. Take them back first.") % {"name": person.name})
    with write_transaction():
        account = person.account or _account_for(person)
        is_theirs_alone = not account.people.exclude(organisation_id=actor.organisation_id).exists()
        changes.note(actor, f"person:{person.pk}", INVITED)
        shown = not account.is_in_use and is_theirs_alone and not settings.MAIL_ON
        token = links.make(OneTimeLink.Purpose.INVITE, account) if shown else ""
    if token:
        return Invitation(link=address_of(token, base))
    if not settings.MAIL_ON:
        if account.is_in_use:
            raise OrgError(
                _("%(email)s has an account with a password and signs in with it. Forgotten? Whoever runs the server "
                  "prints a new link with “qsms link %(email)s”.")
                % {"email": account.email}
            )  # fmt: skip
        raise OrgError(
            _("%(email)s was invited by another organisation of this installation and never signed in. Ask whoever "
              "runs the server for “qsms link %(email)s”.")
            % {"email": account.email}
        )  # fmt: skip
    purpose = OneTimeLink.Purpose.RESET if account.is_in_use else OneTimeLink.Purpose.INVITE
    mail.send_link(account, purpose, organisation=actor.organisation_name)
    return Invitation(mailed_to=account.email)


def _account_for(person: Person) -> Account:
    if not person.email:
        raise OrgError(_("Write the e-mail address of %(name)s first. People sign in with it.") % {"name": person.name})
    account = Account.objects.filter(email__iexact=person.email).first()
    if account is None:
        account = Account.objects.create_user(person.email)
    elif Person.objects.filter(account=account, organisation_id=person.organisation_id).exists():
        raise OrgError(_("“%(email)s” is the address of somebody else here.") % {"email": person.email})
    person.account = account
    person.save(update_fields=["account"])
    return account


def follow_address(person: Person) -> None:
    """A corrected address is also that of an account that nobody has used yet."""
    account = person.account
    if account is None or account.is_in_use or not person.email or account.email.lower() == person.email.lower():
        return
    if account.people.exclude(pk=person.pk).exists() or Account.objects.filter(email__iexact=person.email).exists():
        return
    account.email = person.email
    account.save(update_fields=["email"])
    links.forget(account)


def set_active(actor: Actor, person: Person, *, active: bool, left_on: dt.date | None = None) -> None:
    """Somebody leaves, with their last day of work if it is known, or comes back.

    What they did stays theirs; the last administrator cannot leave.
    """
    changes.require(actor, ADMINISTRATION)
    if person.is_active == active:
        return
    if not active and person.pk == actor.person_id:
        raise OrgError(_("You cannot take away your own access. Ask another administrator."))
    if active:
        naming.chosen(person.organisation_id, person.name, but=person.pk)
    with write_transaction():
        if active:
            for held in person.grants.select_related("role"):
                accountable.refuse_second(person, held.role, held.starts_on, held.ends_on)
        before = person.left_on
        person.is_active, person.left_on = active, None if active else left_on
        person.save(update_fields=["is_active", "left_on"])
        days = ["" if day is None else day.isoformat() for day in (before, person.left_on)]
        told = [FieldChange("left_on", *days)] if days[0] != days[1] else []
        changes.note(actor, f"person:{person.pk}", CAME_BACK if active else LEFT, changes=told)
        if not active:
            _keep_an_administrator(actor)


def grant(
    actor: Actor,
    person: Person,
    role: Role,
    *,
    axis: str = "",
    site: Site | None = None,
    unit: Unit | None = None,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Grant:
    """Give a role. Nobody gives one to oneself while somebody else could: four eyes where there are four."""
    changes.require(actor, GRANTING)
    _refuse_for_oneself(actor, [person])
    if starts_on and ends_on and ends_on < starts_on:
        raise OrgError(_("A grant ends on the day it starts or later."))
    with write_transaction():
        held = Grant.objects.filter(person=person, role=role, axis=axis or role.axis, site=site, unit=unit)
        # What is over by then is no reason against holding it again.
        if held.exclude(ends_on__lt=starts_on or moment.now().date()).exists():
            raise OrgError(_("%(name)s holds this role already, this far.") % {"name": person.name})
        made = services.grant(person, role.code, axis=axis, site=site, unit=unit, starts_on=starts_on, ends_on=ends_on)
        changes.note(actor, f"person:{person.pk}", ROLE_GRANTED, changes=[FieldChange("role", "", _in_words(made))])
    return made


def end_grant(actor: Actor, given: Grant, *, on: dt.date | None = None) -> None:
    """Take a role away, now or after a last day. The last one who may administer keeps it."""
    changes.require(actor, GRANTING)
    if on is not None and given.starts_on is not None and on < given.starts_on:
        raise OrgError(_("A grant ends on the day it starts or later."))
    before = _in_words(given)
    with write_transaction():
        if on is None:
            given.delete()
        else:
            # A later last day than before is a grant of more time, and meets whoever was to follow.
            accountable.refuse_second(given.person, given.role, given.starts_on, on)
            given.ends_on = on
            given.save(update_fields=["ends_on"])
        after = _in_words(given) if on is not None else ""
        changes.note(actor, f"person:{given.person_id}", ROLE_ENDED, changes=[FieldChange("role", before, after)])
        _keep_an_administrator(actor)


def copy_role(actor: Actor, role: Role, *, title: str) -> Role:
    """A role of the organisation's own, to be changed."""
    changes.require(actor, GRANTING)
    with write_transaction():
        made = roles.copy(role, title=title)
        changes.note(actor, f"role:{made.pk}", ROLE_COPIED, changes=[FieldChange("title", role.title, made.title)])
    return made


def change_role(actor: Actor, role: Role, *, title: str, purpose: str, permissions: list[str]) -> None:
    """What a role of the organisation's own is called and allows. Whoever holds it does not change it themselves."""
    changes.require(actor, GRANTING)
    _refuse_for_oneself(actor, list(Person.objects.filter(grants__role=role)))
    words = roles.vocabulary()
    before, after = roles.spelt_out(role.permissions), set(permissions)
    shown = [FieldChange("title", role.title, title)] if title != role.title else []
    shown += [FieldChange("purpose", role.purpose, purpose)] if purpose != role.purpose else []
    for code in sorted(before ^ after):
        kind, _dot, verb = code.partition(".")
        said = words.get(kind, {}).get(verb, code)
        shown.append(FieldChange("permission", said if code in before else "", said if code in after else ""))
    if not shown:
        return
    with write_transaction():
        roles.set_permissions(role, permissions)
        role.title, role.purpose = title, purpose
        role.save(update_fields=["title", "purpose"])
        changes.note(actor, f"role:{role.pk}", "edited", changes=shown)
        _keep_an_administrator(actor)


def _refuse_for_oneself(actor: Actor, people: list[Person]) -> None:
    if actor.person_id not in {person.pk for person in people}:
        return
    others = [
        one.name
        for one in services.holders(actor.organisation_id, GRANTING, moment.now().date())
        if one.pk != actor.person_id
    ]
    if others:
        raise OrgError(
            _("Nobody widens their own rights while somebody else can. Ask %(names)s.")
            % {"names": ", ".join(others[:3])}
        )


def _keep_an_administrator(actor: Actor) -> None:
    today = moment.now().date()
    for permission in (ADMINISTRATION, GRANTING):
        if not services.holders(actor.organisation_id, permission, today):
            raise OrgError(_("Nobody could administer the organisation any more. Name another administrator first."))


def _in_words(given: Grant) -> str:
    place = given.site or given.unit or (given.get_axis_display() if given.axis in {Axis.ALL, Axis.OWN} else "")
    dates = [day.isoformat() if day else "" for day in (given.starts_on, given.ends_on)]
    return f"{given.role.title}, {place}" + (f", {' – '.join(dates)}" if any(dates) else "")
