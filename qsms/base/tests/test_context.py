import contextvars
import threading

import pytest

from qsms.base import context


def test_without_an_organisation_asking_for_it_raises() -> None:
    with pytest.raises(context.NoOrganisation, match="No organisation is active"):
        context.active_organisation()


def fail_for(organisation_id: int) -> None:
    with context.organisation(organisation_id):
        assert context.active_organisation() == organisation_id
        raise ZeroDivisionError


def test_the_former_state_returns_also_after_an_error() -> None:
    with context.organisation(1, actor_id=7):
        with pytest.raises(ZeroDivisionError):
            fail_for(2)
        assert context.active_organisation() == 1
        assert context.actor() == 7
    assert context.current() == context.Context()


def test_a_person_does_not_act_in_another_organisation() -> None:
    with context.organisation(1, actor_id=7):
        with context.organisation(1):
            assert context.actor() == 7
        with context.organisation(2):
            assert context.actor() is None
        with context.organisation(2, actor_id=9):
            assert context.actor() == 9


def test_actor_set_before_the_organisation_is_kept() -> None:
    with context.acting(7), context.organisation(1):
        assert context.actor() == 7


def test_acting_keeps_request_and_job() -> None:
    door = context.Context(organisation_id=3, actor_id=1, request_id="r-1", job_id=5)
    with context.entered(door), context.acting(None) as now:
        assert now == context.Context(organisation_id=3, actor_id=None, request_id="r-1", job_id=5)


def test_another_thread_starts_empty_unless_the_context_is_handed_over() -> None:
    seen: list[int | None] = []

    def look() -> None:
        seen.append(context.current().organisation_id)

    with context.organisation(4):
        handed = contextvars.copy_context()
        for target in (look, lambda: handed.run(look)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
    assert seen == [None, 4]
