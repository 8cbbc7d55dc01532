"""The small demonstration: loaded once for all tests, there for the tests of a module and taken back after them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qsms.base import context, moment
from qsms.demo.load.loading import load
from qsms.org import actor as actors
from qsms.org.actor import Actor
from qsms.org.models import Organisation, Person
from tests.harness.clock import START
from tests.harness.kept import Kept
from tests.harness.standing import taken_back, written_at_start

SEED = 7
kept: list[Kept] = []


def load_small() -> None:
    """The small demonstration with its usual seed. Its files stay where the first load has put them."""
    if kept and kept[0].fits():
        kept[0].put_back()
        return
    kept[:] = [Kept(lambda: load(START, seed=SEED, quick=True))]


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with taken_back(django_db_blocker):
        with written_at_start(django_db_blocker):
            load_small()
        yield


class Larkfield:
    """Who is who in the loaded demonstration."""

    def __init__(self) -> None:
        self.organisation = Organisation.objects.get(code="larkfield")
        self.other = Organisation.objects.get(code="quillhaven")

    def person(self, code: str) -> Person:
        """Somebody by the first part of the e-mail address."""
        return Person.objects.select_related("organisation", "account").get(email__startswith=f"{code}@")

    def actor(self, code: str) -> Actor:
        """What this person may do."""
        return actors.load(self.person(code), moment.now().date())


@pytest.fixture
def larkfield(_loaded: None, db: None) -> Iterator[Larkfield]:
    """The small demonstration, with Larkfield Air active."""
    found = Larkfield()
    with context.organisation(found.organisation.pk):
        yield found
