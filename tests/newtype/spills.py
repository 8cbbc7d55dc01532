"""Fuel spills for tests: people of the cast who may work with them, and a short way to make one."""

from __future__ import annotations

import pytest

from qsms.records import registry, services
from tests.cast import Cast

from .models import Spill


@pytest.fixture
def keeper(cast: Cast) -> Cast:
    """The cast, with rights on spills for those who need them."""
    for name in ("safety", "quality", "site_owner", "outsider"):
        grant = cast.people[name].grants.exclude(role__code="reporter").first()
        assert grant
        role = grant.role
        role.permissions = [*role.permissions, "spill.*"]
        role.save()
    for organisation in (cast.organisation, cast.other):
        role = organisation.roles.get(code="reporter")
        role.permissions = [*role.permissions, "spill.view", "spill.create"]
        role.save()
    return cast


def spill(cast: Cast, who: str = "safety", **values: object) -> Spill:
    given = {"title": "Fuel under the wing", "fuel": "jet", "spilled_on": "2026-11-20", **values}
    made = services.create(cast.actor(who), "spill", given)
    assert isinstance(made, Spill)
    return made


@pytest.fixture
def any_task(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records have tasks of whatever code, for tests that need many of them."""
    known = registry.task_type
    monkeypatch.setattr(registry, "task_type", lambda kind, code: known(kind, code) or registry.TaskType(code))
