"""More time, asked for and decided on the pages: the dialogs, the strip under the stage bar, and my work."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from django.test import Client

from qsms.actions.models import Action
from qsms.base import moment
from qsms.records import services as spine
from qsms.records.models import Record
from tests.cast import Cast

from .test_actions import NOON, add_evidence, raised


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with moment.at(NOON):
        yield


def browser(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def move(record: Record, code: str) -> str:
    return f"/r/action/{record.number}/move/{code}/"


def ask(cast: Cast, record: Record, until: str = "2026-12-11") -> None:
    given = {"until": until, "reason": "Parts on back order"}
    answer = browser(cast, "owner").post(move(record, "ask_extension"), given)
    assert (answer.status_code, answer["Location"]) == (303, f"/r/action/{record.number}/")


def test_the_owner_asks_and_the_day_is_checked(cast: Cast) -> None:
    record = raised(cast)
    owner = browser(cast, "owner")
    assert "It is due on 20 Nov 2026 now." in text(owner, move(record, "ask_extension"))
    refused = owner.post(move(record, "ask_extension"), {"until": "2026-11-20", "reason": ""})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "Say why more time is needed" in page
    refused = owner.post(move(record, "ask_extension"), {"until": "2026-11-20", "reason": "Parts"})
    assert "20 Nov 2026 is not later than the present due date, 20 Nov 2026." in refused.content.decode()
    ask(cast, record)
    # Nothing has changed yet, and asking twice is refused with the reason.
    assert Action.objects.get(pk=record.pk).due_on == record.due_on
    again = owner.post(move(record, "ask_extension"), {"until": "2026-12-24", "reason": "More"})
    assert again.status_code == 403
    assert "More time has been asked for already" in again.content.decode()


def test_who_decides_sees_it_first_and_grants_another_day(cast: Cast) -> None:
    record = raised(cast)
    ask(cast, record)
    quality = browser(cast, "quality")
    assert "Decide" in text(quality, "/")
    page = text(quality, f"/r/action/{record.number}/")
    assert f"{cast.owner.name} asks for 11 Dec 2026 instead of 20 Nov 2026" in page
    strip = page.partition('class="next"')[2].partition("<details")[0]
    assert "Parts on back order" in strip
    assert strip.index("Grant more time") < strip.index("Refuse more time")
    assert 'value="2026-12-11"' in text(quality, move(record, "grant_extension"))
    answer = quality.post(move(record, "grant_extension"), {"until": "2026-12-04", "answer": ""}, follow=True)
    assert f"{record.number} is now due on 4 Dec 2026." in answer.content.decode()
    assert "Decide" not in text(quality, "/")


def test_the_owner_meets_the_next_step_first_and_the_request_second(cast: Cast) -> None:
    record = raised(cast)
    owner = cast.actor("owner")
    spine.move(owner, record.pk, "analyse")
    spine.move(owner, record.pk, "plan", fields={"root_cause": "The pin wears", "plan": "New pins"})
    add_evidence(record)
    ask(cast, record)

    def strip_of(name: str) -> str:
        page = html.unescape(text(browser(cast, name), f"/r/action/{record.number}/"))
        return page.partition('class="next"')[2].partition("<details")[0]

    strip = strip_of("owner")
    assert "Next: Finish and plan the check" in strip
    assert re.findall(r'class="btn btn-main" href="([^"]*)"', strip) == [move(record, "implement")]
    assert strip.index("Another person will check later") < strip.index("asked for 11 Dec 2026 instead of 20 Nov 2026")
    # Who decides still meets the question first.
    assert "Grant more time" in strip_of("quality")


def test_the_owner_decides_nothing_and_a_refusal_needs_its_reason(cast: Cast) -> None:
    record = raised(cast)
    ask(cast, record)
    for code in ("grant_extension", "refuse_extension"):
        assert browser(cast, "owner").get(move(record, code)).status_code == 403
        assert browser(cast, "outsider").get(move(record, code)).status_code == 404
    quality = browser(cast, "quality")
    assert quality.post(move(record, "refuse_extension"), {"reason": " "}).status_code == 422
    quality.post(move(record, "refuse_extension"), {"reason": "The carts stay in use"})
    action = Action.objects.get(pk=record.pk)
    assert action.due_on == record.due_on
    assert action.extensions.get().answer == "The carts stay in use"
