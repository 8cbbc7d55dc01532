"""What a new version brings to organisations that stand already: their shipped roles follow the program.

A shipped role is not changed by the organisation; it copies it and changes the copy. So the roles that the program
ships are always those of its version, permissions that went away included, and copies stay as their makers left them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qsms import __version__
from qsms.base import context
from qsms.base.gate import write_transaction
from qsms.org import actor as actors
from qsms.org import roles
from qsms.org.models import Organisation, Role
from qsms.records import history
from qsms.records.history import FieldChange

RENEWED = "role_renewed"


def behind() -> list[Organisation]:
    """The organisations whose shipped roles are not those of this version."""
    shipped = {role["code"]: role for role in roles.shipped_roles()["roles"]}
    current: dict[int, int] = {}
    for role in Role.objects.filter(code__in=shipped):
        current[role.organisation_id] = current.get(role.organisation_id, 0) + _is_current(role, shipped[role.code])
    return [one for one in Organisation.objects.order_by("pk") if current.get(one.pk, 0) < len(shipped)]


def renew_roles() -> int:
    """Bring the shipped roles of every organisation to this version; how many were brought.

    Each leaves a deed in the history of its organisation that says what it may do now and what no longer.
    """
    return sum(_renew(one) for one in behind())


def _is_current(role: Role, shipped: dict[str, Any]) -> bool:
    wanted = roles.columns(shipped)
    same = all(getattr(role, name) == value for name, value in wanted.items() if name != "permissions")
    return same and set(role.permissions) == set(wanted["permissions"])


def _renew(organisation: Organisation) -> int:
    actor = actors.system(organisation.pk, _("New version"))
    shipped = {role["code"]: role for role in roles.shipped_roles()["roles"]}
    with context.organisation(organisation.pk), write_transaction():
        known = {role.code: role for role in Role.objects.select_for_update().filter(organisation=organisation)}
        stale = [role for code, role in known.items() if code in shipped and not _is_current(role, shipped[code])]
        for role in stale:
            wanted = roles.columns(shipped[role.code])
            changes = _changes(role, wanted)
            for name, value in wanted.items():
                setattr(role, name, value)
            role.save(update_fields=list(wanted))
            _note(actor, role, RENEWED, changes)
        roles.add_roles(organisation)
        fresh = list(Role.objects.filter(organisation=organisation, code__in=shipped.keys() - known.keys()))
        for role in fresh:
            _note(actor, role, history.CREATED, [FieldChange("title", "", role.title)])
    return len(stale) + len(fresh)


def _note(actor: actors.Actor, role: Role, verb: str, changes: list[FieldChange]) -> None:
    act = history.Act(verb, detail={"program": __version__}, changes=changes)
    history.write(actor, None, act, subject=f"role:{role.pk}")


def _changes(role: Role, wanted: dict[str, Any]) -> list[FieldChange]:
    plain = ("title", "purpose", "authority", "axis")
    told = [FieldChange(name, str(getattr(role, name)), str(wanted[name])) for name in plain]
    return [one for one in told if one.old != one.new] + _permissions(role, wanted["permissions"])


def _permissions(role: Role, permissions: list[str]) -> list[FieldChange]:
    words = roles.vocabulary()
    # A permission that the program no longer knows is spelt as it stood.
    before = roles.spelt_out(role.permissions) | {one for one in role.permissions if "*" not in one}
    after = roles.spelt_out(permissions)
    found = []
    for code in sorted(before ^ after):
        kind, _dot, verb = code.partition(".")
        said = words.get(kind, {}).get(verb, code)
        found.append(FieldChange("permission", said if code in before else "", said if code in after else ""))
    return found
