"""The pages of risk over HTTP: scenarios 12 to 15 as people meet them, every cell, the outsider, query counts."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from qsms.records import services
from qsms.records.models import Record, Task
from qsms.risk import accepting, doors, matrices
from qsms.risk.models import Acceptance, Assessment
from tests.cast import PASSWORD, Cast

from .makers import PROOF, again, analysed, control, give_password, hazard, rate

Login = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def page_of(record: Record) -> str:
    return f"/risk/assess/{record.number}/"


def test_every_cell_can_be_chosen_on_the_page(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    client = login("safety")
    rule = matrices.matrix_for(cast.actor("safety"), 1).rule
    for cell in rule.all_cells():
        given = {"kind": "initial", "cell": cell.code, "why": "In turn", "why_severity": "In turn"}
        assert client.post(page_of(record), given).status_code == 303
        assert Record.everywhere.get(pk=record.pk).risk_cell == cell.code
    shown = text(client.get(page_of(record)))
    assert shown.count('type="radio" name="cell"') == 25
    assert "3B: Remote, Hazardous. Tolerable." in shown


def test_the_page_shows_the_risk_and_says_it_back(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    client = login("safety")
    first = text(client.get(page_of(record)))
    assert "Choose a cell" in first
    assert "Nobody has rated this risk yet." in first
    saved = client.post(page_of(record), {"kind": "initial", "cell": "3B", "why": "Five spills"}, follow=True)
    assert f"{record.number} is rated 3B Tolerable (initial)." in text(saved)
    assert "Who may accept" in text(saved)
    again = text(client.get(page_of(record)))
    assert "Unlikely, but possible or has rarely happened." in again
    assert "Five spills" in again


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(login: Login, cast: Cast) -> None:
    record = hazard(cast)
    client = login("safety")
    nothing = client.post(page_of(record), {"kind": "initial", "why": "", "cell": ""})
    assert nothing.status_code == 422
    assert "No cell is chosen. Choose one on the matrix." in text(nothing)
    assert "Write why this cell is right." in text(nothing)
    kept = text(client.post(page_of(record), {"kind": "predicted", "why": "Typed words", "cell": "2B"}))
    assert "There is no initial rating yet." in kept
    assert "Typed words" in kept
    assert 'value="2B"' in kept
    assert 'aria-label="2B: Improbable, Hazardous. Tolerable." checked' in kept


def test_nobody_accepts_an_intolerable_risk(login: Login, cast: Cast) -> None:
    """Scenario 12."""
    record = analysed(cast)
    rate(cast, record, "4B")
    client = login("site_owner")
    shown = text(client.get(page_of(record)))
    assert "Intolerable: nobody. Stop the activity or lower the risk." in shown
    dialog = text(client.get(f"/risk/accept/{record.number}/"))
    assert "is not yours to accept" in dialog
    assert "Have the activity stopped" in dialog
    refused = client.post(f"/risk/accept/{record.number}/", {"password": PASSWORD})
    assert refused.status_code == 403
    assert "nobody may accept this risk" in text(refused)
    task = Task.everywhere.get(record=record.pk, code="stop_activity", done_at=None)
    assert task.role is not None
    assert task.role.code == "accountable_executive"
    passed = client.post(f"/risk/accept/{record.number}/", {"pass_on": "1"}, follow=True)
    assert "has the task to stop the activity" in text(passed)
    assert not Acceptance.objects.exists()


def test_a_tolerable_risk_is_sent_up_and_accepted_until_a_day(login: Login, cast: Cast) -> None:
    """Scenario 13."""
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    below = login("site_owner")
    assert "Send up to Director Person" in text(below.get(f"/risk/accept/{record.number}/"))
    sent = below.post(f"/risk/accept/{record.number}/", {"pass_on": "1"}, follow=True)
    assert "Asked: Director Person." in text(sent)
    above = login("director")
    move = above.get(f"/r/hazard/{record.number}/move/accept/", headers=HTMX)
    assert "What you sign" in text(move)
    shown = move.context["shown_hash"]
    url = f"/risk/accept/{record.number}/"
    assert above.post(url, {"expires_on": "2030-01-01", "password": PASSWORD}).status_code == 422
    wrong = above.post(url, {"expires_on": "2027-01-01", "password": "not mine", "shown": shown})
    assert "This is not your password." in text(wrong)
    done = above.post(url, {"expires_on": "2027-01-01", "password": PASSWORD, "shown": shown}, follow=True)
    assert "You accepted 3B Tolerable" in text(done)
    assert "1 Jan 2027" in text(done)
    assert Record.everywhere.get(pk=record.pk).state == "accepted"


def strip(client: Client, record: Record) -> str:
    return text(client.get(f"/r/hazard/{record.number}/")).partition('class="next"')[2].partition("<details")[0]


def test_the_strip_offers_what_its_reader_can_do_about_the_risk(login: Login, cast: Cast) -> None:
    """Scenarios 12 and 13, before anybody presses a button that refuses."""
    give_password(cast, "director")
    record = analysed(cast)
    # Described is not yet assessed, and the bar says so.
    bar = stages(login("safety"), record)
    assert [bar[word] for word in ("Identified", "Described", "Assessed")] == ["done", "now", ""]
    rate(cast, record, "3B")
    for name in ("safety", "site_owner"):
        shown = strip(login(name), record)
        assert "Accept the risk" not in shown
        assert "Send up to Director Person" in shown
    assert "Accept the risk" in strip(login("director"), record)
    control(cast, record)
    rate(cast, record, "2B", "predicted")
    services.move(cast.actor("safety"), record.pk, "plan_controls")
    shown = strip(login("safety"), record)
    assert "Send up to Director Person" in shown
    assert "only director of the area or safety committee may accept this risk" in shown
    login("safety").post(f"/risk/accept/{record.number}/", {"pass_on": "1"})
    shown = strip(login("safety"), record)
    assert "Director Person was asked about 2B Tolerable and has not answered yet." in shown
    assert "Send up" not in shown
    accepting.accept(cast.actor("director"), record.pk, proof=PROOF)
    assert again(record).state == "accepted"


def stages(client: Client, record: Record) -> dict[str, str]:
    """Each step of the stage bar, and how it stands."""
    page = text(client.get(f"/r/hazard/{record.number}/"))
    steps = r'<li(?: class="([^"]*)")?[^>]*><span class="pip">.*?<b>(?:<span[^>]*>[^<]*</span>)?([^<]+)<'
    return {word: how for how, word in re.findall(steps, page)}


DESCRIBED = {"top_event": "Fluid under pressure is released", "consequences": "Eye or skin injury"}


def test_what_is_there_is_not_asked_for_again(login: Login, cast: Cast) -> None:
    """Rated first and described then, or described when it was raised: either way the hazard is assessed at the end."""
    client = login("safety")
    rated = hazard(cast)
    rate(cast, rated, "3B")
    assert "Describe what can happen" in strip(client, rated)
    assert services.move(cast.actor("safety"), rated.pk, "analyse", fields=DESCRIBED).state == "assessed"
    assert not Task.everywhere.filter(record_id=rated.pk, done_at=None, code__in=("analyse", "rate_risk")).exists()
    described = hazard(cast, **DESCRIBED)
    assert Task.everywhere.get(record_id=described.pk, done_at=None).title.startswith("Rate the risk")
    assert "Next: Rate the risk" in strip(client, described)
    rate(cast, described, "3B")
    for record in (rated, described):
        bar = stages(client, record)
        assert [bar[word] for word in ("Identified", "Described", "Assessed")] == ["done", "done", "now"]


def test_a_hazard_that_is_back_is_rated_anew(cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "1A")
    type(record).everywhere.filter(pk=record.pk).update(state="reopened")
    assert services.move(cast.actor("safety"), record.pk, "analyse", fields=DESCRIBED).state == "analysed"


def test_a_lower_level_takes_its_part_after_the_upper_one(login: Login, cast: Cast) -> None:
    """Two lenses, two levels: who accepts last moves the hazard, although the other part is above them."""
    give_password(cast, "director", "site_owner")
    record = analysed(cast, disciplines=3)
    rate(cast, record, "3B")
    rate(cast, record, "2D", lens=2)
    accepting.accept(cast.actor("director"), record.pk, lens=1, proof=PROOF)
    assert "Accept the risk" in strip(login("site_owner"), record)
    accepting.accept(cast.actor("site_owner"), record.pk, lens=2, proof=PROOF)
    assert again(record).state == "accepted"


def test_what_was_signed_is_what_was_shown(login: Login, cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "3B")
    client = login("director")
    url = f"/risk/accept/{record.number}/"
    shown = client.get(url).context["shown_hash"]
    rate(cast, record, "3C", why_severity="Goggles")
    stale = client.post(url, {"expires_on": "2027-01-01", "password": PASSWORD, "shown": shown})
    assert stale.status_code == 422
    assert "The record changed since you opened this page." in text(stale)


def test_a_control_waits_for_the_predicted_risk(login: Login, cast: Cast) -> None:
    """Scenario 14."""
    record = analysed(cast)
    rate(cast, record, "3B")
    planned = control(cast, record)
    client = login("safety")
    refused = client.post(f"/r/control/{planned.number}/move/put_in_place/")
    assert refused.status_code == 403
    assert "5.55(d)" in text(refused)
    page = text(client.get(f"/r/control/{planned.number}/"))
    assert f"/risk/assess/{record.number}/?kind=predicted" in page
    given = {"kind": "predicted", "cell": "2B", "why": "With the procedure"}
    assert client.post(page_of(record), given).status_code == 303
    assert client.post(f"/r/control/{planned.number}/move/put_in_place/").status_code == 303


def test_severity_goes_down_by_paper_only_with_a_reason(login: Login, cast: Cast) -> None:
    """Scenario 15."""
    record = analysed(cast)
    rate(cast, record, "3B")
    control(cast, record, "administrative")
    client = login("safety")
    given = {"kind": "predicted", "cell": "3D", "why": "New procedure"}
    warned = client.post(f"{page_of(record)}weigh/", given, headers=HTMX)
    assert "Lower severity needs a reason." in text(warned)
    assert "only administrative" in text(warned)
    assert 'hx-swap-oob="true"' in text(warned)
    refused = client.post(page_of(record), given)
    assert refused.status_code == 422
    assert "or keep it at Hazardous" in text(refused)
    assert client.post(page_of(record), {**given, "why_severity": "Half the pressure"}).status_code == 303
    assert Assessment.objects.get(kind="predicted").why_severity == "Half the pressure"


def test_a_choice_says_what_it_does_to_the_acceptance(login: Login, cast: Cast) -> None:
    give_password(cast, "director")
    record = analysed(cast)
    rate(cast, record, "2B")
    doors.accept(cast.actor("director"), record.pk, proof=PROOF)
    client = login("safety")
    worse = text(client.post(f"{page_of(record)}weigh/", {"kind": "initial", "cell": "3B"}, headers=HTMX))
    assert "Ends when you save" in worse
    assert "1 step worse than before (2B)." in worse
    better = text(client.post(f"{page_of(record)}weigh/", {"kind": "initial", "cell": "1B"}, headers=HTMX))
    assert "Ends when you save" not in better


def test_who_rates_asks_who_accepts(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    client = login("safety")
    assert "Send up to Director Person" in text(client.get(page_of(record)))
    asked = client.post(f"/risk/ask/{record.number}/", {"lens": "1"}, follow=True)
    assert f"Asked to accept the risk of {record.number}: Director Person." in text(asked)
    assert Task.everywhere.filter(record=record.pk, code="accept_risk", person=cast.director).exists()


def test_a_scored_matrix_is_rated_scale_by_scale(login: Login, cast: Cast) -> None:
    record = hazard(cast, disciplines=4)
    client = login("safety")
    page = text(client.get(page_of(record)))
    assert page.count('type="radio" name="axis_') == 20
    given = {"kind": "initial", "lens": "4", "why": "Drain", "axis_probability": "4", "axis_severity": "4"}
    missing = client.post(page_of(record), given)
    assert missing.status_code == 422
    assert "No level is chosen. Choose one." in text(missing)
    done = client.post(page_of(record), {**given, "axis_scale": "3", "axis_duration": "3"}, follow=True)
    assert "is rated 40 Significant" in text(done)


def test_the_rating_before_can_be_laid_beside_the_choice(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    made = rate(cast, record, "3B", why="Seen twice")
    shown = text(login("safety").get(f"{page_of(record)}?compare={made.pk}"))
    assert "Compared with Initial · 3B Tolerable" in shown
    assert "Because, then: Seen twice" in shown


def test_controls_are_added_from_the_library(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    one = control(cast, None, title="Pressure limiter on carts", level="engineering")
    client = login("safety")
    url = f"/risk/controls/{record.number}/"
    assert "Pressure limiter on carts" in text(client.get(url))
    assert "No control has “nothing” in its title" in text(client.get(f"{url}?q=nothing"))
    assert client.post(url).status_code == 422
    page = text(client.post(url, {"control": [one.pk]}, follow=True))
    assert "1 control added." in page
    assert one.number in page
    assert "3 Engineering" in page
    assert record.number in text(client.get(f"/r/control/{one.number}/"))


def test_a_new_control_is_planned_from_the_hazard(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    url = f"/r/hazard/{record.number}/raise/control/"
    client = login("safety")
    page = client.get(url, follow=True)
    assert page.status_code == 200
    fields = {"title": "Lock indicator on couplings", "level": "engineering", "site": str(cast.sites["LKF"].pk)}
    done = client.post(page.redirect_chain[-1][0] if page.redirect_chain else url, fields, follow=True)
    assert "Lock indicator on couplings" in text(done)
    assert "Lock indicator on couplings" in text(client.get(f"/r/hazard/{record.number}/"))


PAGES = ("/risk/assess/{n}/", "/risk/accept/{n}/", "/risk/controls/{n}/")


@pytest.mark.parametrize("who", ["outsider", "reporter", "administrator"])
def test_whoever_does_not_see_the_record_finds_nothing(login: Login, cast: Cast, who: str) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    client = login(who)
    for address in PAGES:
        assert client.get(address.format(n=record.number)).status_code == 404
    for address in (*PAGES[:1], "/risk/accept/{n}/", "/risk/ask/{n}/", "/risk/assess/{n}/weigh/"):
        assert client.post(address.format(n=record.number), {"cell": "1E", "why": "x"}).status_code == 404
    assert client.get("/risk/assess/HAZ-1999-0001/").status_code == 404
    assert Assessment.objects.count() == 1


def test_who_only_reads_gets_no_form(login: Login, cast: Cast) -> None:
    record = analysed(cast)
    rate(cast, record, "3B")
    page = text(login("executive").get(page_of(record)))
    assert "You may see this risk but not rate it." in page
    assert 'name="cell"' not in page


def test_a_page_needs_somebody_signed_in(cast: Cast, settings: Any) -> None:
    settings.LOGIN_URL = "/sign-in/"
    assert Client().get(page_of(analysed(cast))).status_code == 302


def test_the_pages_ask_few_queries_however_much_hangs_on_them(
    login: Login, cast: Cast, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    record = analysed(cast)
    client = login("safety")
    rate(cast, record, "3B")
    for n in range(8):
        control(cast, record, "engineering", title=f"Control {n}")
        rate(cast, record, "2B", "predicted", why_severity="x")
    client.get(page_of(record))
    with django_assert_max_num_queries(16):  # type: ignore[attr-defined]
        client.get(page_of(record))
    client.get(f"/r/hazard/{record.number}/")
    with django_assert_max_num_queries(21):  # type: ignore[attr-defined]
        client.get(f"/r/hazard/{record.number}/")
    assert services.find(cast.actor("safety"), "hazard", record.pk).risk_cell == "3B"
