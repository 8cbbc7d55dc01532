"""Which tests run on which leg, and what happens when the machine lacks something."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def in_ci() -> bool:
    """True where a skipped leg would be a hole in the proof."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def missing(sentence: str) -> NoReturn:
    """Skips the test with the reason; in CI fails it instead."""
    if in_ci():
        pytest.fail(sentence)
    pytest.skip(sentence)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need PostgreSQL are skipped, with the way to run them, when the leg runs on SQLite."""
    if os.environ.get("QSMS_TEST_DATABASE_URL"):
        return
    for item in items:
        if item.get_closest_marker("pg"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: make pg"))
