"""Every task that the product gives has a type with a name, so that it can be counted and shown as evidence."""

from __future__ import annotations

import pytest

from qsms.base.gate import write_transaction
from qsms.records import registry, tasks
from tests.cast import Cast
from tests.contract import factory


@pytest.mark.parametrize("kind", [sheet.kind for sheet in registry.all_types()])
def test_moves_give_and_finish_only_tasks_that_the_kind_has(kind: str) -> None:
    for move in registry.get(kind).lifecycle.moves:
        for code in (*move.finishes, *(plan.code for plan in move.tasks)):
            assert registry.task_type(kind, code) is not None, (move.code, code)


@pytest.mark.parametrize("kind", [sheet.kind for sheet in registry.all_types()])
def test_a_task_leads_to_a_tab_that_its_record_has(kind: str) -> None:
    tabs = {panel.code for panel in registry.panels(registry.get(kind)) if panel.tab}
    types = registry.task_types()
    codes = {code for known, code in types if known in (kind, registry.ANY)}
    wanted = {one.tab for code in codes if (one := registry.task_type(kind, code)) is not None and one.tab}
    assert wanted <= tabs


def test_no_two_types_of_tasks_have_the_same_name() -> None:
    names = [str(one.label) for one in registry.task_types().values()]
    assert len(set(names)) == len(names) > 20


def test_a_task_without_a_type_is_refused(cast: Cast) -> None:
    actor = cast.actor("quality")
    record = factory.make(actor, "action")
    with pytest.raises(LookupError, match="Name it in the sheet"), write_transaction():
        tasks.give(actor, record, "unheard_of", "Do it", person_id=cast.quality.pk)
