"""The database of each process that runs tests: a copy of what `qsms migrate` has made once for the whole run."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import flush
from django.db import connection

from tests.harness.installation import MIGRATED, migrated, shared_folder
from tests.harness.kept import Ground

ENGINE = "postgresql" if os.environ.get("QSMS_TEST_DATABASE_URL") else "sqlite"


def pytest_sessionstart(session: pytest.Session) -> None:
    """With several processes the tables are made while these look for their tests."""
    if session.config.pluginmanager.hasplugin("dsession"):
        shared = session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        early = ThreadPoolExecutor(1)
        early.submit(migrated, shared, ENGINE)
        early.shutdown(wait=False)


@pytest.fixture(scope="session")
def django_db_setup(
    tmp_path_factory: pytest.TempPathFactory,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """In place of pytest-django's own, which migrates in every process."""
    home = migrated(shared_folder(tmp_path_factory), ENGINE)
    own, plain = connection.settings_dict, connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        own["TEST"]["TEMPLATE"] = MIGRATED
        name = connection.creation._create_test_db(0, True)  # type: ignore[attr-defined]
        connection.close()
        if ENGINE == "sqlite":
            with closing(sqlite3.connect(home / "qsms.sqlite3")) as made, closing(sqlite3.connect(name)) as copy:
                made.backup(copy)
        own["NAME"] = name
        # The made-up type, which is no part of the product.
        call_command("migrate", "newtype", interactive=False, verbosity=0)
        ground = Ground()
        with pytest.MonkeyPatch.context() as patch:
            # After each test with several connections the tables are emptied. Django would then have the rooms ship
            # all their data anew, which takes longer than most tests.
            patch.setattr(flush, "emit_post_migrate_signal", lambda *_given: ground.put_back())
            yield
        connection.creation.destroy_test_db(plain, 0)
