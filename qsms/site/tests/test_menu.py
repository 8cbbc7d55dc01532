"""The menu, the inbox and the fixed places, as the shell asks for them."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from qsms.org.services import grant
from qsms.records import services, tasks
from qsms.site import menu
from tests.cast import Cast
from tests.newtype.spills import spill

pytestmark = pytest.mark.usefixtures("any_task")


def shown(cast: Cast, who: str) -> dict[str, int | None]:
    request = RequestFactory().get("/")
    request.actor = cast.actor(who)  # type: ignore[attr-defined]
    return {item.label: item.count for group in menu.menu(request) for item in group.items}


def test_the_menu_counts_what_is_open_for_those_who_reach_all_of_it(keeper: Cast) -> None:
    for title in ("One", "Two", "Three"):
        last = spill(keeper, title=title)
    services.move(keeper.actor("safety"), last.pk, "void", reason="It was water.")
    spill(keeper, "outsider", title="Elsewhere")
    assert shown(keeper, "safety")["Fuel spills"] == 2
    assert shown(keeper, "outsider")["Fuel spills"] == 1
    assert shown(keeper, "reporter")["Fuel spills"] is None


def test_kinds_that_one_may_not_see_are_no_line_of_the_menu(cast: Cast) -> None:
    assert "Fuel spills" not in shown(cast, "reporter")


def test_a_register_is_no_line_for_who_sees_their_own_of_it_alone(cast: Cast) -> None:
    mechanic, manager = shown(cast, "reporter"), shown(cast, "safety")
    assert {"Reports", "Actions"} <= mechanic.keys()
    assert not {"Hazards", "Controls"} & mechanic.keys()
    assert {"Hazards", "Controls"} <= manager.keys()


def test_a_visitor_has_no_menu_and_no_inbox(db: None) -> None:
    request = RequestFactory().get("/")
    request.actor = None  # type: ignore[attr-defined]
    assert (list(menu.menu(request)), menu.inbox(request), menu.person(request)) == ([], 0, None)


@pytest.mark.parametrize("who", ["reporter", "owner", "safety", "site_owner", "other_site_auditor", "outsider"])
def test_the_inbox_counts_what_my_work_lists(keeper: Cast, who: str) -> None:
    safety = keeper.actor("safety")
    here = spill(keeper, site=keeper.sites["LKF"], owner=keeper.owner)
    there = spill(keeper, site=keeper.sites["STV"])
    secret = spill(keeper, site=keeper.sites["LKF"])
    type(secret).everywhere.filter(pk=secret.pk).update(confidential=True)
    grant(keeper.people["owner"], "auditor", axis="site", site=keeper.sites["STV"])
    for record in (here, there, secret):
        tasks.give(safety, record, "look", "Look at it", role="auditor")
        tasks.give(safety, record, "read", "Read it", role="process_owner")
        tasks.give(safety, record, "check", "Check it", person_id=keeper.reporter.pk)
    tasks.give(safety, here, "check", "Check it", person_id=keeper.site_owner.pk)
    actor = keeper.actor(who)
    assert tasks.count_mine(actor) == len(tasks.mine(actor))


def test_the_inbox_is_one_query(keeper: Cast, django_assert_num_queries) -> None:
    made = spill(keeper)
    for code in "abc":
        tasks.give(keeper.actor("safety"), made, code, code, person_id=keeper.reporter.pk)
        tasks.give(keeper.actor("safety"), made, code, code, role="reporter")
    actor = keeper.actor("reporter")
    with django_assert_num_queries(1):
        assert tasks.count_mine(actor) == 6


def test_every_place_of_the_menu_is_shown_to_those_who_may_go_there(cast: Cast) -> None:
    assert "Triage" in shown(cast, "safety")
    assert "Administration" in shown(cast, "administrator")
    assert "Administration" not in shown(cast, "safety")
    assert {"Triage", "Risk matrices", "Report forms", "Administration"}.isdisjoint(shown(cast, "reporter"))


@pytest.mark.parametrize("who", ["reporter", "safety", "administrator", "outsider"])
def test_nobody_is_led_to_a_closed_door(cast: Cast, who: str) -> None:
    account = cast.people[who].account
    assert account
    client = Client()
    client.force_login(account)
    request = RequestFactory().get("/")
    request.actor = cast.actor(who)  # type: ignore[attr-defined]
    for group in menu.menu(request):
        for item in group.items:
            assert client.get(item.url).status_code == 200, item.url
