"""Which tests run on which leg, and what happens when the machine lacks something."""

from __future__ import annotations

import gc
import os
import re
from pathlib import Path
from typing import NoReturn

import pytest

TESTS = Path(__file__).parents[1]
# What is loaded while the tests are looked for stays. Looking it through for garbage again and again is a tenth of it.
gc.disable()


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
# Whoever has the small demonstration in it.
DEMONSTRATION = frozenset({"_loaded", "usual"})
# Whoever has several connections to it.
SEVERAL = frozenset({"transactional_db", "real_db"})


def uses_database(item: pytest.Item) -> bool:
    """Whether there is a database in it: any other test is refused one."""
    asked = DATABASE.intersection(getattr(item, "fixturenames", ()))
    return bool(asked) or item.get_closest_marker("django_db") is not None


def has_one_connection(item: pytest.Item) -> bool:
    """Whether all that the test does in the database is one transaction, rolled back at its end."""
    asked = (SEVERAL | {"live", "live_server"}).intersection(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db")
    return not asked and not (marked and marked.kwargs.get("transaction"))


# Modules of these names, and the kit that draws, try what becomes of rows that have been read. Every statement behind
# a page is asked on both engines by the tests of services, queries and the API, and every list and record is opened
# on both by tests/contract.
DRAWN = re.compile(r"qsms/ui/|/test_(\w+_)?pages\.py$")


def is_drawn(item: pytest.Item) -> bool:
    """Whether the test is of pages, with a single connection: of several the engine has its own idea."""
    several = SEVERAL.intersection(getattr(item, "fixturenames", ()))
    return bool(DRAWN.search(item.path.as_posix())) and not several


def engine_matters(item: pytest.Item) -> bool:
    """Whether PostgreSQL may show something that SQLite has not shown in the unit leg."""
    if item.get_closest_marker("pg"):
        return True
    return uses_database(item) and not is_drawn(item) and not item.get_closest_marker("one_engine")


def has_demonstration(item: pytest.Item) -> bool:
    """Whether the small demonstration is loaded for it."""
    return not DEMONSTRATION.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each leg runs what it alone can prove; what takes longest comes first, so that no worker is left with it."""
    for item in items:
        if item.get_closest_marker("browser") and "browser" not in item.path.name:
            raise pytest.UsageError(f"{item.nodeid} needs a browser: `make browser` looks into test_*browser*.py only.")
    if os.environ.get("QSMS_TEST_DATABASE_URL"):
        shown = [item for item in items if not engine_matters(item)]
        if shown:
            config.hook.pytest_deselected(items=shown)
            left = set(items).difference(shown)
            items[:] = [item for item in items if item in left]
    else:
        for item in items:
            if item.get_closest_marker("pg"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make pg"))
    # Those with the demonstration are the very first, so that one worker loads it for all of them: what another one
    # takes over is what comes last. The whole installations, served and killed, are in tests/, which is found last.
    items.sort(key=lambda item: (not has_demonstration(item), not item.path.is_relative_to(TESTS)))


def pytest_collection_finish() -> None:
    """From now on there is garbage, but not among what was loaded: looking there takes a tenth of a leg as well."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)
