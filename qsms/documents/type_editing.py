"""Types of an organisation's own: what it changes in a shipped one, what it adds, what it switches off.

Nothing here reaches back: a document keeps its number, and a revision that was sent keeps the route it was sent with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Role
from qsms.org.roles import EVERYBODY
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.history import FieldChange
from qsms.records.models import Deed

from . import document_types
from .choices import DocumentType, shipped
from .models import OwnType

EDIT = "document_type.edit"
RESET = "type_as_shipped"
LONGEST_CODE = 20
MOST_DIGITS, MOST_MONTHS, LONGEST_TEMPLATE = 6, 120, 40_000
PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")
LABELS = {
    "label": gettext_lazy("Title"),
    "prefix": gettext_lazy("Prefix of its numbers"),
    "digits": gettext_lazy("Digits of its numbers"),
    "review_months": gettext_lazy("Months between reviews"),
    "review": gettext_lazy("Reviewed by"),
    "approve": gettext_lazy("Approved by"),
    "executive_signs": gettext_lazy("Accountable executive signs"),
    "is_external": gettext_lazy("Issued by somebody else"),
    "template": gettext_lazy("Starting text"),
    "active": gettext_lazy("Used for new documents"),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A type as somebody wants it."""

    label: str
    prefix: str
    digits: int
    review_months: int
    review: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()
    executive_signs: bool = False
    is_external: bool = False
    template: str = ""


def subject(code: str) -> str:
    """What the history calls a type."""
    return f"document_type:{code}"


def find(actor: Actor, code: str) -> DocumentType:
    """The type as the organisation has it now. Raises Refused, NotVisible."""
    check_may(actor)
    found = document_types.of(actor.organisation_id).get(code)
    if found is None:
        raise NotVisible
    return found


def check_may(actor: Actor) -> None:
    """Raise Refused unless the actor may change types."""
    if not actor.holds(EDIT):
        raise Refused([_("You may not change types of documents. Ask the quality manager or an administrator.")])


def add(actor: Actor, wish: Wish) -> DocumentType:
    """One more type of the organisation's own. Raises Refused, Invalid."""
    check_may(actor)
    with write_transaction():
        _lock(actor)
        code = _free_code(actor, wish.label)
        wanted = _wanted(actor, DocumentType(code, "", "", 0, 0, (), ()), wish)
        return _keep(actor, None, wanted, history.CREATED)


def change(actor: Actor, code: str, version: int, wish: Wish) -> DocumentType:
    """Change a type for documents and revisions to come. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        before = _current(actor, code, version)
        return _keep(actor, before, _wanted(actor, before, wish), history.EDITED)


def switch(actor: Actor, code: str, version: int, *, on: bool) -> DocumentType:
    """Offer a type for new documents, or no longer; documents of it stay as they are. The last one stays on."""
    with write_transaction():
        before = _current(actor, code, version)
        others = [one for one in document_types.of(actor.organisation_id).values() if one.active and one.code != code]
        if not on and not others:
            raise Refused([_("It is the only type that is used. Switch another one on first.")])
        return _keep(actor, before, replace(before, active=on), history.EDITED)


def take_shipped(actor: Actor, code: str, version: int) -> DocumentType:
    """Let a changed type be as it is shipped again, and follow new versions. Raises NotVisible, Refused, Invalid."""
    with write_transaction():
        before = _current(actor, code, version)
        if code not in shipped() or not before.version:
            raise Refused([_("“%(type)s” is as it is shipped, or your own from the start.") % {"type": before.label}])
        again = shipped()[code]
        _refuse_clash(actor, again)
        OwnType.everywhere.filter(organisation_id=actor.organisation_id, code=code).delete()
        _deed(actor, before, again, RESET)
        document_types.forget()
    return again


def deeds(actor: Actor, code: str, limit: int = 20) -> list[Deed]:
    """What was changed in a type, the newest first, each with its changes."""
    found = Deed.everywhere.filter(organisation_id=actor.organisation_id, subject=subject(code))
    return list(found.select_related("actor").prefetch_related("changes").order_by("-pk")[:limit])


def roles_for(organisation_id: int) -> dict[str, str]:
    """The roles that a route may name, by code; the one that everybody holds names nobody in particular."""
    rows = Role.objects.filter(organisation_id=organisation_id).exclude(code=EVERYBODY).order_by("title")
    return dict(rows.values_list("code", "title"))


def _lock(actor: Actor) -> None:
    """Two who change types at once go one after the other, so that no prefix is given twice."""
    list(Organisation.objects.select_for_update(no_key=True).filter(pk=actor.organisation_id))
    document_types.forget()


def _current(actor: Actor, code: str, version: int) -> DocumentType:
    check_may(actor)
    _lock(actor)
    found = find(actor, code)
    if found.version != version:
        raise Refused([_("Somebody changed this type since you opened it. Open it again and repeat your change.")])
    return found


def _free_code(actor: Actor, label: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[: LONGEST_CODE - 4] or "type"
    taken = document_types.of(actor.organisation_id)
    return next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}_{n}") not in taken)


def _wanted(actor: Actor, before: DocumentType, wish: Wish) -> DocumentType:
    """The type as it would be. Raises Invalid with a sentence for each field that makes no sense."""
    told = {one.name: getattr(wish, one.name) for one in fields(wish)}
    wanted = replace(before, **told | {"label": wish.label.strip(), "prefix": wish.prefix.strip().upper()})
    wrong = dict(_faults(actor, wanted))
    if wrong:
        raise Invalid(wrong)
    _refuse_clash(actor, wanted)
    return wanted


def _faults(actor: Actor, wanted: DocumentType) -> Iterator[tuple[str, str]]:
    if not wanted.label:
        yield "label", _("Write what documents of this type are called.")
    elif len(wanted.label) > OwnType._meta.get_field("label").max_length:  # type: ignore[operator]
        yield "label", _("The title is too long. Write 60 characters at most.")
    if not PREFIX.fullmatch(wanted.prefix):
        said = _("“%(given)s” is no prefix. Write a letter and up to seven letters or figures, such as PRO.")
        yield "prefix", said % {"given": wanted.prefix}
    for name, value, most in (
        ("digits", wanted.digits, MOST_DIGITS),
        ("review_months", wanted.review_months, MOST_MONTHS),
    ):
        if not 1 <= value <= most:
            yield name, _("“%(given)s” does not fit. Write 1 to %(most)s.") % {"given": value, "most": most}
    if len(wanted.template) > LONGEST_TEMPLATE:
        yield (
            "template",
            _("The starting text is too long. Write %(most)s characters at most.") % {"most": f"{LONGEST_TEMPLATE:,}"},
        )
    yield from _route_faults(actor, wanted)


def _route_faults(actor: Actor, wanted: DocumentType) -> Iterator[tuple[str, str]]:
    known = roles_for(actor.organisation_id)
    for name, roles in (("review", wanted.review), ("approve", wanted.approve)):
        if len(set(roles)) < len(roles):
            yield name, _("A role is named twice here. Name each once.")
        elif unknown := [role for role in roles if role not in known]:
            yield name, _("“%(role)s” cannot sign for a type of document. Choose another role.") % {"role": unknown[0]}
    if not wanted.approvers:
        yield "approve", _("Nobody would approve it. Choose a role, or let the accountable executive sign.")


def _refuse_clash(actor: Actor, wanted: DocumentType) -> None:
    """Raise Invalid when another type has the title or gives numbers with the prefix."""
    others = [one for one in document_types.of(actor.organisation_id).values() if one.code != wanted.code]
    for name, said in (
        ("label", _("There is a type “%(given)s” already. Choose another title.")),
        ("prefix", _("“%(given)s” is the prefix of “%(type)s”. Choose another one.")),
    ):
        given = str(getattr(wanted, name))
        for one in others:
            if str(getattr(one, name)).casefold() == given.casefold():
                raise Invalid({name: said % {"given": given, "type": one.label}})


def _keep(actor: Actor, before: DocumentType | None, wanted: DocumentType, verb: str) -> DocumentType:
    if wanted == before:
        return wanted
    kept = replace(wanted, version=wanted.version + 1)
    columns = {one.name: getattr(kept, one.name) for one in fields(kept) if one.name != "code"}
    columns |= {"review": list(kept.review), "approve": list(kept.approve)}
    OwnType.everywhere.update_or_create(
        organisation_id=actor.organisation_id, code=kept.code,
        defaults={**columns, "changed_at": moment.now(), "changed_by_id": actor.person_id},
    )  # fmt: skip
    _deed(actor, before, kept, verb)
    document_types.forget()
    return kept


def _deed(actor: Actor, before: DocumentType | None, after: DocumentType, verb: str) -> None:
    titles = dict(Role.objects.filter(organisation_id=actor.organisation_id).values_list("code", "title"))
    changes = []
    for name in LABELS:
        old = _word(getattr(before, name), titles) if before is not None else ""
        new = _word(getattr(after, name), titles)
        if old != new:
            changes.append(FieldChange(name, old, new))
    act = history.Act(verb, detail={"what": after.label}, changes=changes)
    history.write(actor, None, act, subject=subject(after.code))


def _word(value: Any, titles: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return _(", then ").join(titles.get(one, one) for one in value)
    return str(value)
