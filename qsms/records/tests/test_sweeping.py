"""Which files the daily sweep takes, and which it must never take."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from qsms.base.jobs import periodic
from qsms.base.storage import LocalStore, store
from qsms.records import attachments, sweeping
from qsms.records.models import Attachment
from tests.cast import Cast
from tests.newtype.spills import spill


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    """A store of the test's own."""
    settings.HOME = tmp_path
    return tmp_path


def aged(content: bytes, days: float) -> str:
    """Content that was put so many days ago."""
    here = store()
    assert isinstance(here, LocalStore)
    sha256 = here.put(io.BytesIO(content)).sha256
    then = time.time() - days * 24 * 3600
    os.utime(here._path(sha256), (then, then))
    return sha256


def test_only_what_is_old_and_unused_goes(keeper: Cast, home: Path) -> None:
    actor, made = keeper.actor("safety"), spill(keeper)
    kept = attachments.add(actor, made.pk, io.BytesIO(b"used"), name="used.txt").attachment
    gone_from_record = attachments.add(actor, made.pk, io.BytesIO(b"taken off"), name="off.txt").attachment
    attachments.remove(actor, gone_from_record.pk, reason="The wrong file.")
    for one in Attachment.everywhere.all():
        with attachments.open_content(one) as stream:
            aged(stream.read(), 400)
    never_sent, just_sent = aged(b"a photo of a report that was never sent", 8), aged(b"on its way", 6)
    assert sweeping.sweep_files() == 1
    assert [store().has(one) for one in (never_sent, just_sent)] == [False, True]
    assert store().verify(kept.sha256)
    assert store().verify(gone_from_record.sha256)
    assert sweeping.sweep_files() == 0


def test_the_daily_duties_are_known_to_a_process_that_only_works(home: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\nfrom qsms.base.jobs import periodic\n"
         "print(*(duty.name for duty in periodic.duties()))"],
        capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"], "QSMS_HOME": str(home)},
    ).stdout.split()  # fmt: skip
    assert {
        "qsms.base.jobs.clearing.clear_jobs",
        "qsms.records.sweeping.sweep_files",
        "qsms.exchange.tasks.clear_away_daily",
    } <= set(said)
    assert len(said) == len({duty.name for duty in periodic.duties() if duty.name.startswith("qsms.")})
