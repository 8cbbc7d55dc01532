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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("QSMS_HOMEE", "There is no setting QSMS_HOMEE. Did you mean QSMS_HOME?"),
        ("QSMS_SECRETKEY_FILE", "There is no setting QSMS_SECRETKEY_FILE. Did you mean QSMS_SECRET_KEY?"),
        ("QSMS_XYZZY", "There is no setting QSMS_XYZZY. Take it away, or look at docs/reference/settings.md."),
    ],
)
def test_a_misspelt_name_is_refused(given: str, told: str) -> None:
    with pytest.raises(env.BadSetting) as refused:
        env.refuse_misspelt(env={"QSMS_HOME": "/srv", given: "1"})
    assert str(refused.value) == told


def test_names_of_ours_and_of_others_are_taken() -> None:
    env.refuse_misspelt(env={"QSMS_HOME": "/srv", "QSMS_SECRET_KEY_FILE": "/run/key", "HOME": "/root"})


@pytest.mark.pg
@pytest.mark.django_db
def test_no_helpers_are_started_for_a_page() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_parallel_workers_per_gather")
        assert cursor.fetchone() == ("0",)
