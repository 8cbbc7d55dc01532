"""The cast with rights on fuel spills, and a job worker that a test can call."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from qsms.base.jobs.work import next_queued, take, work_on
from qsms.org.models import Person
from tests.cast import Cast

SignIn = Callable[[str], Client]


@pytest.fixture
def keeper(cast: Cast) -> Cast:
    """The cast, with rights on spills for the safety and quality managers here and elsewhere, and one at a site."""
    for name in ("safety", "quality", "site_owner", "outsider"):
        grant = cast.people[name].grants.exclude(role__code="reporter").first()
        assert grant
        grant.role.permissions = [*grant.role.permissions, "spill.*"]
        grant.role.save()
    return cast


@pytest.fixture
def sign_in(cast: Cast) -> SignIn:
    """A browser in which somebody of the cast is signed in."""

    def enter(name: str) -> Client:
        person = Person.objects.select_related("account").get(pk=cast.people[name].pk)
        client = Client()
        assert person.account is not None
        client.force_login(person.account)
        return client

    return enter


@pytest.fixture
def work_off() -> Callable[[], int]:
    """Does every job that waits, as the worker would; how many there were."""

    def work() -> int:
        count = 0
        while (job_id := next_queued()) is not None and take(job_id, "test"):
            work_on(job_id, "test")
            count += 1
        return count

    return work
