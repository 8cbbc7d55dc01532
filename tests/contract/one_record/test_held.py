"""For every kind: what a move asks of somebody else is not written by an edit, nor what was handed over to them."""

from __future__ import annotations

import pytest

from qsms.records import holding, registry, services
from qsms.records.errors import Invalid
from qsms.records.models import Record
from tests.cast import Cast


def _other(record: Record, name: str, cast: Cast) -> object:
    """A value that the field does not have now."""
    sheet = registry.get(record.kind)
    field = sheet.field(name)
    assert field is not None
    if field.is_relation:
        return None if getattr(record, field.attname) else cast.colleague.pk
    if field.get_internal_type() in ("DateField", "DateTimeField"):
        return "2026-12-24"
    if field.get_internal_type().endswith(("IntegerField", "DecimalField")):
        return 7
    choices = [value for value, _label in field.flatchoices if value not in ("", getattr(record, name))]
    return choices[0] if choices else "Written by its owner"


def test_the_owner_does_not_write_what_somebody_else_answers(cast: Cast, kind: str, record: Record) -> None:
    """In each state, for who may change everything and owns the record."""
    sheet = registry.get(kind)
    life = sheet.lifecycle
    answers = {name for move in life.judging for name in (*move.asks, *move.offers)}
    Record.everywhere.filter(pk=record.pk).update(owner=cast.safety)
    grant = cast.safety.grants.exclude(role__code="reporter").get()
    grant.role.permissions = [*grant.role.permissions, f"{kind}.*"]
    grant.role.save()
    owner = cast.actor("safety")
    for state in life.states:
        if state.phase >= 3:
            continue
        Record.everywhere.filter(pk=record.pk).update(state=state.code, phase=state.phase)
        checks = life.checks(state.code)
        by_owner = any("owner" in move.independent_of for move in checks)
        shut = answers | (life.handed_over(state.code) | set(sheet.check_plan) if by_owner else set())
        for name in sorted(shut & sheet.writable):
            again = sheet.model.everywhere.get(pk=record.pk)
            with pytest.raises(Invalid) as refused:
                services.edit(owner, record.pk, again.version, {name: _other(again, name, cast)}, reason="Mine")
            assert name in refused.value.errors, (state.code, name)
            assert name in holding.held(owner, sheet, again), (state.code, name)


def test_a_check_by_somebody_else_has_a_state_that_waits_for_it(kind: str) -> None:
    """A kind whose moves are judged by others names who plans the check, so that whoever is judged does not."""
    sheet = registry.get(kind)
    asked = {name for move in sheet.lifecycle.moves for name in (*move.asks, *move.offers)}
    parties = {f for p, f in sheet.party_fields.items() if any(p in m.or_party for m in sheet.lifecycle.judging)}
    assert parties & asked <= {*sheet.check_plan}, "Name in check_plan who checks, and when."
