"""What a living query finds counts like a record, for as long as it finds it and for whoever may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db.models import Q
from django.test import Client

from qsms.base import moment
from qsms.org.actor import Actor
from qsms.records import history, services
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules.coverage import State
from qsms.rules.frameworks import Reference
from qsms.standards import asking, binding, doors, standing
from qsms.standards.binding import Given
from qsms.standards.models import Adoption, Evidence
from tests.cast import Cast

from .makers import AS9100, ISO_9001, action, adopted, bound, text

Login = Callable[[str], Client]
KEY = "tests.actions"


def _open(actor: Actor, asked: Sequence[doors.Given], today: dt.date) -> list[doors.Answer]:
    return doors.of_records(
        actor, "action", asked, lambda given: Q(opened_at__gte=doors.start(doors.since(given, today), actor)),
        "opened_at", url="/r/action/",
    )  # fmt: skip


@pytest.fixture(autouse=True)
def question() -> Iterator[None]:
    doors.register_living_query(
        doors.LivingQuery(
            KEY, "Actions raised in the last %(months)s months",
            (doors.MONTHS, doors.AT_LEAST, doors.SITE), _open, "They show that something is done.",
        )
    )  # fmt: skip
    yield
    doors.forget_living_query(KEY)


def asked(cast: Cast, number: str, by: str = "quality", **parameters: object) -> Evidence:
    return asking.ask(cast.actor(by), Reference(ISO_9001, number), KEY, parameters, Given())


def state(cast: Cast, adoption: Adoption, number: str, who: str = "quality") -> State:
    return standing.of(cast.actor(who), adoption).coverage.covered[number].state


def test_a_question_is_chosen_filled_in_and_counts(cast: Cast, login: Login) -> None:
    adoption, other = adopted(cast, ISO_9001), adopted(cast, AS9100)
    client, path = login("quality"), f"/standards/ask/?standard={ISO_9001}&clause=10.2.1"
    assert "Ask a question" in text(client, "/standards/clause/iso-9001/2015/10.2.1/")
    assert "Actions raised in the last 12 months" in text(client, path)
    assert "Choose a question." in client.post(path, {}).content.decode()
    answer = client.post(path, {"question": KEY})
    assert answer.headers["Location"].endswith(f"question={KEY}")
    fill = answer.headers["Location"]
    assert "They show that something is done." in text(client, fill)
    given = {"ask_months": "6", "ask_at_least": "2", "strength": "whole", "fresh_months": "3", "owner": "Owner Person"}
    wrong = client.post(fill, {**given, "ask_months": "500"})
    assert "“500” does not fit here. Write a whole number from 1 to 120." in wrong.content.decode()
    assert client.post(fill, given).status_code == 303
    row = Evidence.everywhere.get()
    assert (row.asked, row.fresh_months, row.owner) == ({"months": 6, "at_least": 2}, 3, cast.owner)

    action(cast)
    assert state(cast, adoption, "10.2.1") is State.GAP, "it finds one where two are asked for"
    assert "Finds too little" in text(client, "/standards/clause/iso-9001/2015/10.2.1/")
    action(cast)
    assert state(cast, adoption, "10.2.1") is State.MET
    assert state(cast, other, "10.2.1") is State.PARTLY, "it crosses to other standards as a record does"
    page = text(client, "/standards/clause/iso-9001/2015/10.2.1/")
    assert "Actions raised in the last 6 months" in page
    assert "2 found" in page
    assert "Owner Person" in page
    assert "1 living query" in text(client, f"/standards/adopted/{adoption.number}/")
    assert "Actions raised in the last 6 months: 2 found" in text(
        client, f"/standards/adopted/{adoption.number}/export/"
    )
    assert history.entries(adoption)[0].verb == binding.BOUND

    change = f"{path}&evidence={row.pk}"
    assert 'value="6"' in text(client, change)
    assert client.post(change, {**given, "ask_at_least": "3"}).status_code == 303
    assert state(cast, adoption, "10.2.1") is State.GAP
    assert Evidence.everywhere.count() == 1
    end = f"/standards/unbind/?evidence={row.pk}"
    assert client.post(end, {"reason": "A procedure took its place"}).status_code == 303
    assert state(cast, adoption, "10.2.1") is State.NOT_ASSESSED
    assert [one.verb for one in history.entries(adoption)][:3] == [binding.ENDED, binding.CHANGED, binding.BOUND]


def test_what_it_finds_grows_old_by_itself(cast: Cast, clock: object) -> None:
    adoption = adopted(cast, ISO_9001)
    action(cast)
    asking.ask(cast.actor("quality"), Reference(ISO_9001, "10.3"), KEY, {"months": 24}, Given(fresh_months=3))
    assert state(cast, adoption, "10.3") is State.MET
    clock.shift(dt.timedelta(days=120))  # type: ignore[attr-defined]
    covered = standing.of(cast.actor("quality"), adoption).coverage.covered["10.3"]
    assert covered.state is State.PARTLY
    assert [reason.value for reason in covered.reasons] == ["stale"]
    clock.shift(dt.timedelta(days=700))  # type: ignore[attr-defined]
    assert state(cast, adoption, "10.3") is State.GAP


def test_it_finds_what_the_reader_may_see_and_nothing_else(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    asked(cast, "10.3")
    services.create(
        cast.actor("quality"), "action",
        {"title": "Kept", "description": "Kept", "site": cast.sites["LKF"], "action_kind": "correction"},
        fixed={"confidential": True},
    )  # fmt: skip
    assert state(cast, adoption, "10.3") is State.MET
    assert state(cast, adoption, "10.3", "director") is State.GAP, "a secret record is not counted for them"
    page = text(login("director"), "/standards/clause/iso-9001/2015/10.3/")
    assert "0 found" in page
    assert "Actions raised" not in text(login("outsider"), "/standards/clause/iso-9001/2015/10.3/")


def test_it_is_asked_of_one_place_and_counts_for_that_place(cast: Cast) -> None:
    here = adopted(cast, ISO_9001, site=cast.sites["LKF"])
    action(cast, site=cast.sites["LKF"])
    asked(cast, "10.3", site=cast.sites["STV"].pk)
    assert state(cast, here, "10.3") is State.NOT_ASSESSED, "a question about Stavnes says nothing of Larkfield"
    asked(cast, "10.3", site=cast.sites["LKF"].pk)
    assert state(cast, here, "10.3") is State.MET


def test_binding_a_question_needs_the_right_and_sense(cast: Cast, login: Login) -> None:
    with pytest.raises(Refused, match="has not adopted"):
        asked(cast, "10.3")
    adopted(cast, ISO_9001)
    with pytest.raises(Refused, match="may not say"):
        asked(cast, "10.3", by="executive")
    with pytest.raises(Invalid, match="not in your organisation"):
        asked(cast, "10.3", site=999_999)
    with pytest.raises(NotVisible):
        asking.ask(cast.actor("quality"), Reference(ISO_9001, "10.3"), "nobody.asks", {}, Given())
    row = asked(cast, "10.3")
    with pytest.raises(Invalid, match="evidence for the requirement already"):
        asked(cast, "10.3")
    for who in ("executive", "outsider"):
        client = login(who)
        assert client.get(f"/standards/ask/?standard={ISO_9001}&clause=10.3").status_code == 403
        assert client.get(f"/standards/unbind/?evidence={row.pk}").status_code in (403, 404)


def test_a_question_that_nobody_answers_any_more_is_told(cast: Cast, login: Login) -> None:
    adoption = adopted(cast, ISO_9001)
    asked(cast, "10.3")
    doors.forget_living_query(KEY)
    assert state(cast, adoption, "10.3") is State.GAP
    page = text(login("quality"), "/standards/clause/iso-9001/2015/10.3/")
    assert "The question “tests.actions”, which this version no longer answers" in page


def test_other_rooms_learn_what_a_record_is_evidence_for(cast: Cast) -> None:
    adopted(cast, ISO_9001)
    record = action(cast)
    bound(cast, record, ISO_9001, "7.2")
    [told] = doors.requirements_of(cast.actor("quality"), record)
    assert (told.standard, told.number) == ("ISO 9001:2015", "7.2")
    assert doors.requirements_of(cast.actor("outsider"), record) == []
    assert moment.now().date() == Evidence.everywhere.get().as_of
