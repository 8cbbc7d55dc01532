"""Which tests run on which leg, and what happens when the machine lacks something."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import NoReturn

import pytest

TESTS = Path(__file__).parents[1]


def in_ci() -> bool:
    """True where a skipped leg would be a hole in the proof."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(sentence: str) -> NoReturn:
    """Skips the test with the reason; in CI fails it instead."""
    if in_ci():
        pytest.fail(sentence)
    pytest.skip(sentence)


# Whoever may touch the database of the leg has asked for one of these, or has the mark `django_db`.
DATABASE = frozenset({"db", "transactional_db", "live", "live_server", "_loaded"})


def uses_database(item: pytest.Item) -> bool:
    """Whether the engine of the leg can make a difference: any other test is refused the database."""
    asked = DATABASE.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each leg runs what it alone can prove; what takes longest comes first, so that no worker is left with it."""
    if os.environ.get("QSMS_TEST_DATABASE_URL"):
        blind = [item for item in items if not (uses_database(item) or item.get_closest_marker("pg"))]
        # What the unit leg has shown without a database, the other engine shows no better.
        if blind:
            config.hook.pytest_deselected(items=blind)
            left = set(items).difference(blind)
            items[:] = [item for item in items if item in left]
    else:
        for item in items:
            if item.get_closest_marker("pg"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make pg"))
    # The whole installations, served and killed, are in tests/, which is found last.
    items.sort(key=lambda item: not item.path.is_relative_to(TESTS))


def pytest_collection_finish() -> None:
    """What is loaded by now stays. Looking it through for garbage again and again takes a tenth of a leg."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
