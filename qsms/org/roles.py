"""Roles as data: the shipped ones, those an organisation makes from them, and which must not meet in one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.text import slugify
from django.utils.translation import gettext as _

from .choices import Axis
from .errors import OrgError
from .models import Organisation, Person, Role

DATA = Path(__file__).parent / "data" / "roles.yaml"
# The role that everybody who works here holds, for their own records.
EVERYBODY = "reporter"


@lru_cache(maxsize=1)
def shipped_roles() -> dict[str, Any]:
    """The shipped roles file: vocabulary, authority levels and roles."""
    loaded: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return loaded


def vocabulary() -> dict[str, dict[str, str]]:
    """Every permission there is: kind -> verb -> what it lets somebody do, in words."""
    words: dict[str, dict[str, str]] = shipped_roles()["vocabulary"]
    return words


def is_shipped(code: str) -> bool:
    """Whether this role came with the program; such a role is read, copied and granted, but not changed."""
    return any(role["code"] == code for role in shipped_roles()["roles"])


def must_not(role: Role) -> str:
    """What somebody in this role has to keep away from, in words; a copy has it from the role it was made from."""
    code = role.based_on or role.code
    return next((str(one["must_not"]) for one in shipped_roles()["roles"] if one["code"] == code), "")


def spelt_out(patterns: Iterable[str]) -> frozenset[str]:
    """The permissions that patterns such as `control.*` stand for."""
    every = [f"{kind}.{verb}" for kind, verbs in vocabulary().items() for verb in verbs]
    wanted = tuple(patterns)
    return frozenset(one for one in every if any(fnmatchcase(one, pattern) for pattern in wanted))


def add_roles(organisation: Organisation) -> None:
    """Give an organisation the shipped roles that it lacks; those that are there stay as they are."""
    known = set(Role.objects.filter(organisation=organisation).values_list("code", flat=True))
    Role.objects.bulk_create(
        Role(organisation=organisation, code=role["code"], **columns(role))
        for role in shipped_roles()["roles"]
        if role["code"] not in known
    )


def columns(shipped: Mapping[str, Any]) -> dict[str, Any]:
    """What a role of an organisation is made of, as the program ships it."""
    return {
        "title": shipped["title"],
        "purpose": shipped.get("what_for", ""),
        "authority": shipped_roles()["authority_levels"].index(shipped.get("authority", "none")),
        "axis": shipped.get("scope", Axis.ALL),
        "permissions": list(shipped["permissions"]),
        "conflicts": kept_apart_from(shipped["code"]),
    }


def kept_apart_from(code: str) -> list[str]:
    """The codes of the roles that nobody may hold together with this shipped one."""
    pairs = [pair["roles"] for pair in shipped_roles()["conflicts"] if code in pair["roles"]]
    return sorted({other for pair in pairs for other in pair} - {code})


def stands_for(role: Role) -> frozenset[str]:
    """The codes under which a role is judged when roles must be kept apart.

    Its own, that of the role it was copied from, and those that single permissions bring along: whoever may open
    sealed identities is a gatekeeper, whatever the role is called.
    """
    brought = {
        code
        for permission, code in shipped_roles()["stands_for"].items()
        if any(fnmatchcase(permission, pattern) for pattern in role.permissions)
    }
    return frozenset({role.code, role.based_on, *brought} - {""})


def conflict(one: Role, other: Role) -> bool:
    """Whether nobody may hold both."""
    mine, theirs = stands_for(one), stands_for(other)
    if theirs & set(one.conflicts) or mine & set(other.conflicts):
        return True
    return _pair(mine, theirs) is not None


def why_apart(one: Role, other: Role) -> str:
    """Why nobody may hold both, in words; empty when the data says nothing."""
    pair = _pair(stands_for(one), stands_for(other))
    return str(pair["why"]) if pair else ""


def _pair(mine: frozenset[str], theirs: frozenset[str]) -> dict[str, Any] | None:
    for pair in shipped_roles()["conflicts"]:
        first, second = pair["roles"]
        if (first in mine and second in theirs) or (second in mine and first in theirs):
            found: dict[str, Any] = pair
            return found
    return None


def copy(role: Role, *, title: str) -> Role:
    """A role of the organisation's own that begins as a copy of `role` and is kept apart from the same others."""
    title = title.strip()
    if not title:
        raise OrgError(_("Write what the new role is called."))
    if Role.objects.filter(organisation_id=role.organisation_id, title__iexact=title).exists():
        raise OrgError(_("There is a role “%(title)s” already. Choose another title.") % {"title": title})
    return Role.objects.create(
        organisation_id=role.organisation_id,
        code=_free_code(role.organisation_id, title),
        title=title,
        purpose=role.purpose,
        authority=role.authority,
        axis=role.axis,
        permissions=sorted(spelt_out(role.permissions)),
        conflicts=list(role.conflicts),
        based_on=role.based_on or role.code,
    )


def set_permissions(role: Role, permissions: Sequence[str]) -> None:
    """What a role of the organisation's own allows from now on.

    Refused for shipped roles, for a mixture that one role must not hold, and when somebody who holds the role holds
    another one that it would conflict with.
    """
    if is_shipped(role.code):
        raise OrgError(_("“%(title)s” came with the program. Copy it and change the copy.") % {"title": role.title})
    unknown = sorted(set(permissions) - spelt_out(["*"]))
    if unknown:
        raise OrgError(_("“%(code)s” is no permission. Choose from the list.") % {"code": unknown[0]})
    role.permissions = sorted(set(permissions))
    if conflict(role, role):
        raise OrgError(_("These permissions must not be in one role. %(why)s") % {"why": why_apart(role, role)})
    for person in Person.objects.filter(grants__role=role).distinct():
        for held in Role.objects.filter(grants__person=person).exclude(pk=role.pk):
            if conflict(role, held):
                raise OrgError(
                    _("%(name)s holds this role and is %(held)s, which must not go together. %(why)s")
                    % {"name": person.name, "held": held.title, "why": why_apart(role, held)}
                )
    role.save(update_fields=["permissions"])


def _free_code(organisation_id: int, title: str) -> str:
    base = slugify(title).replace("-", "_")[:30] or "role"
    taken = {role["code"] for role in shipped_roles()["roles"]}
    taken |= set(Role.objects.filter(organisation_id=organisation_id).values_list("code", flat=True))
    return next(c for n in range(1, len(taken) + 2) if (c := base if n == 1 else f"{base}_{n}") not in taken)
