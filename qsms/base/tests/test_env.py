"""How the address of a database is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from qsms.base import env

HERE = Path("here.sqlite3")


def test_nothing_means_sqlite() -> None:
    assert env.database("", HERE)["NAME"] == HERE


def test_postgresql_is_named_by_an_address() -> None:
    found = env.database("postgresql://me:a%40b@host:5433/qms?sslmode=verify-full", HERE)
    assert [found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")] == [
        "qms",
        "me",
        "a@b",
        "host",
        "5433",
    ]
    assert found["OPTIONS"] == {"options": env.SHORT_QUERIES, "sslmode": "verify-full"}


def test_a_pooler_may_be_spared_our_settings() -> None:
    assert env.database("postgresql://me@host/qms?options=", HERE)["OPTIONS"] == {"options": ""}


@pytest.mark.parametrize("url", ["mysql://me@host/qms", "postgresql://me@host/"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(env.BadSetting, match="DATABASE_URL"):
        env.database(url, HERE)


@pytest.mark.pg
@pytest.mark.django_db
def test_no_helpers_are_started_for_a_page() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchone() == ("0",)
