"""Binding a living query to a requirement, so that what it finds counts as evidence for as long as it finds it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org import names
from qsms.org.actor import Actor
from qsms.records import history, moves
from qsms.records.errors import Invalid, NotVisible
from qsms.rules.frameworks import Reference

from . import binding, living
from .binding import BOUND, CHANGED, Given
from .living import Form, LivingQuery, Parameter
from .models import Evidence


def ask(
    actor: Actor, reference: Reference, key: str, parameters: living.Given, given: Given, *, evidence_id: int = 0
) -> Evidence:
    """Count what a question finds as evidence, or change a bound one. Raises NotVisible, Refused, Invalid.

    `given.as_of` is left alone: the newest of what is found says the day. The adoption keeps it in its history.
    """
    with write_transaction():
        adoption = moves.locked(actor, binding.check_open(actor, reference).pk)
        query = living.known(key)
        if query is None:
            raise NotVisible
        values = {"question": key, "asked": _asked(actor, query, parameters), **binding.common(actor, given)}
        row = _row(actor, reference, key, evidence_id)
        if row is None:
            _check_new(actor, reference, key, values["asked"])
            row = Evidence(
                organisation_id=actor.organisation_id, framework=reference.framework, number=reference.number,
                by_id=actor.person_id, at=moment.now(),
            )  # fmt: skip
        elif all(getattr(row, name) == value for name, value in values.items()):
            return row
        verb = CHANGED if row.pk else BOUND
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        said = {
            "what": str(reference),
            "question": living.words(actor.organisation_id, key, row.asked),
            "strength": row.strength,
            "fresh_months": row.fresh_months,
            "expires_on": row.expires_on.isoformat() if row.expires_on else None,
            "owner_id": row.owner_id,
        }
        history.write(actor, adoption, history.Act(verb, row.note, said))
    return row


def _row(actor: Actor, reference: Reference, key: str, evidence_id: int) -> Evidence | None:
    if not evidence_id:
        return None
    row = Evidence.everywhere.filter(
        pk=evidence_id, organisation_id=actor.organisation_id, framework=reference.framework, number=reference.number,
        question=key, ended_at=None,
    ).first()  # fmt: skip
    if row is None:
        raise NotVisible
    return row


def _check_new(actor: Actor, reference: Reference, key: str, asked: dict[str, Any]) -> None:
    rows = Evidence.everywhere.filter(
        organisation_id=actor.organisation_id, framework=reference.framework, number=reference.number, question=key,
        ended_at=None,
    )  # fmt: skip
    # Compared here: engines differ in what they call equal JSON.
    if asked in list(rows.values_list("asked", flat=True)):
        raise Invalid({"question": _("This question is evidence for the requirement already. Change that one.")})


def _asked(actor: Actor, query: LivingQuery, given: living.Given) -> dict[str, Any]:
    """The parameters as they are kept: those that are filled in. Raises Invalid by parameter."""
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for one in query.parameters:
        value = given.get(one.name)
        value = one.default if value in (None, "") else value
        if value is None:
            continue
        wrong = _wrong(actor, one, value)
        if wrong:
            errors[one.name] = wrong
        found[one.name] = value
    if errors:
        raise Invalid(errors)
    return found


def _wrong(actor: Actor, one: Parameter, value: Any) -> str:
    if one.form is Form.NUMBER:
        if not isinstance(value, int) or not one.least <= value <= one.most:
            said = _("“%(typed)s” does not fit here. Write a whole number from %(least)s to %(most)s.")
            return said % {"typed": value, "least": one.least, "most": one.most}
        return ""
    if one.form is Form.CHOICE:
        offered = {code for code, _label in one.choices(actor)} if one.choices else set()
        return "" if value in offered else _("This choice does not exist. Choose another one.")
    if value in names.places(one.form.value, actor.organisation_id):
        return ""
    return _("This place is not in your organisation. Choose one from the list.")
