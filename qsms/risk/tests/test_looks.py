"""What the pages of hazards and controls say at a glance."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from django.test import Client

from qsms.records import services
from qsms.records.signing import Proof
from qsms.risk import accepting
from tests.cast import PASSWORD, Cast

from .makers import analysed, control, give_password, hazard, rate

Login = Callable[[str], Client]


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def test_the_head_says_where_the_risk_came_from(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "4B")
    made = control(cast, record, "engineering")
    rate(cast, record, "2B", "predicted")
    assert "predicted 2B · " in text(login("safety").get(f"/r/hazard/{record.number}/"))
    safety = cast.actor("safety")
    services.move(safety, made.pk, "put_in_place")
    services.move(safety, made.pk, "verify", fields={"check_result": "8 of 8"})
    rate(cast, record, "3B", "actual")
    assert "was 4B · predicted 2B · " in text(login("safety").get(f"/r/hazard/{record.number}/"))


def test_the_stages_keep_their_dates_however_much_was_written_since(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    for number in range(25):
        services.comment(cast.actor("safety"), record.pk, f"Look {number}")
    page = text(login("safety").get(f"/r/hazard/{record.number}/"))
    word, day = r"<b>(?:<span[^>]*>[^<]*</span>)?(\w+)<span class=\"vh\">[^<]*</span></b>", r"(?:<span>)?([^<]*)<"
    dated = re.findall(rf"{word}<small><time[^>]*>{day}", page)
    assert [bool(day) for word, day in dated if word in ("Identified", "Assessed")] == [True, True]


def test_replaced_ratings_fold_when_they_are_many(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    for cell in ("3B", "4B", "5B"):
        rate(cast, record, cell)
    client = login("safety")
    assert "<details" not in text(client.get(f"/risk/assess/{record.number}/")).partition("How it moved")[2]
    rate(cast, record, "2B")
    told = text(client.get(f"/risk/assess/{record.number}/")).partition("How it moved")[2]
    assert "3 replaced ratings" in told
    assert told.index("2B") < told.index("<details") < told.index("4B")


def test_a_weak_control_is_to_be_strengthened_first(login: Login, cast: Cast) -> None:
    made = control(cast, None, "engineering")
    safety = cast.actor("safety")
    services.move(safety, made.pk, "put_in_place")
    services.move(safety, made.pk, "find_weak", fields={"check_result": "3 of 8"})
    client = login("safety")
    assert "Next: Have it checked again" in text(client.get(f"/r/control/{made.number}/"))
    assert re.search(
        r's-warn[^>]*><svg[^>]*><use href="[^"]*alert-triangle"/></svg>Weak', text(client.get("/r/control/"))
    )


def test_the_pages_of_a_hazard_stand_under_hazards_in_the_menu(login: Login, cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    for address in (
        f"/risk/assess/{record.number}/",
        f"/risk/accept/{record.number}/",
        f"/risk/controls/{record.number}/",
    ):
        page = text(login("director").get(address))
        assert re.search(r'href="/r/hazard/"[^>]*aria-current="page"', page), address


def test_what_is_raised_begins_without_the_title_of_its_origin(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    client = login("safety")
    for kind in ("action", "control"):
        page = text(client.get(f"/r/hazard/{record.number}/raise/{kind}/"))
        assert f'From <a class="no" href="/r/hazard/{record.number}/">{record.number}</a> {record.title}' in page
        [title] = re.findall(r'<input[^>]*name="title"[^>]*>', page)
        assert "value=" not in title
        assert 'value="Larkfield"' in page or re.search(r"<option[^>]*selected[^>]*>[^<]*Larkfield", page)
        assert "The title says what" in page


def test_a_rated_risk_that_nobody_accepted_is_a_loose_end(login: Login, cast: Cast) -> None:
    give_password(cast, "executive", "director")
    record = analysed(cast)
    control(cast, record)
    client, trace = login("safety"), f"/r/hazard/{record.number}/trace/"
    assert "Nobody has accepted" not in text(client.get(trace))
    rate(cast, record, "3B")
    rate(cast, record, "2B", "predicted")
    said = f"Nobody has accepted the risk of {record.number}, rated 2B Tolerable"
    assert said in text(client.get(trace))
    accepting.accept(cast.actor("executive"), record.pk, proof=Proof(PASSWORD))
    assert "Nobody has accepted" not in text(client.get(trace))
    rate(cast, record, "5A")
    assert f"{record.number} is rated 5A Intolerable, which nobody may accept" in text(client.get(trace))
