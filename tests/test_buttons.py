"""Buttons are verbs (UX, words): they say what a press does. What a record is after it is a state with its own name."""

from __future__ import annotations

import pytest

from qsms.records import registry

# With which the names of moves begin. A new one is added when it says what the press does.
WORDS = """
    accept acknowledge adopt amend approve archive ask assess begin bring call cancel carry change check clean close
    confirm decide declare describe end enter expire finish give grant have issue leave make mark merge open pass
    plan publish put rate record refuse reject release reopen resume retire return review revise revoke say send set
    settle sign start submit supersede suspend take tell verify wait watch withdraw
"""
VERBS = frozenset(WORDS.split())


@pytest.mark.parametrize("kind", [sheet.kind for sheet in registry.all_types()])
def test_moves_are_called_by_what_they_do(kind: str) -> None:
    life = registry.get(kind).lifecycle
    states = {str(state.label) for state in life.states}
    named = {move.code: str(move.label) for move in life.moves}
    assert [code for code, label in named.items() if label.split()[0].strip(",:").lower() not in VERBS] == []
    assert [code for code, label in named.items() if label in states] == []
