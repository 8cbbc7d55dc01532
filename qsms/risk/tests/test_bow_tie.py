"""The bow-tie: each control on one path, written with history, drawn for those who see it, edited by a plain form."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records import drafts, services
from qsms.records.errors import Invalid, NotVisible, Refused, Stale
from qsms.records.models import Change, Deed, Link, Record
from qsms.risk import barriers, doors
from qsms.risk.bowtie import BowTie
from qsms.risk.bowtie_drawing import BOX_WIDE, END_WIDE, draw
from qsms.risk.models import Barrier, Hazard
from tests.cast import Cast

from .makers import again, control, hazard

Login = Callable[[str], Client]
THREATS = "Coupling does not lock fully\nHose worn past its limits"
ENDS = "Eye or skin injury\nFluid to storm drain"


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def record(cast: Cast) -> Record:
    return hazard(cast, threats=THREATS, consequences=ENDS, top_event="Fluid under pressure released")


def seen(cast: Cast, record: Record, by: str = "safety") -> BowTie:
    found = again(record)
    assert isinstance(found, Hazard)
    return BowTie.of(cast.actor(by), found)


def titles(bow: BowTie) -> tuple[list[list[str]], list[list[str]], list[str]]:
    return (
        [[one.title for one in path.controls] for path in bow.threats],
        [[one.title for one in path.controls] for path in bow.consequences],
        [one.title for one in bow.unplaced],
    )


def test_a_control_stands_on_one_path_and_the_history_says_where(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    made = control(cast, record, title="Pull once")
    assert titles(seen(cast, record)) == ([[], []], [[], []], ["Pull once"])
    doors.place(safety, record, made, "prevent", "Coupling does not lock fully")
    assert titles(seen(cast, record)) == ([["Pull once"], []], [[], []], [])
    doors.place(safety, record, made, "limit", "eye or skin injury")
    assert titles(seen(cast, record)) == ([[], []], [["Pull once"], []], [])
    assert Barrier.objects.get().line == "Eye or skin injury"
    deeds = Deed.everywhere.filter(record=record.pk, verb="risk.placed").order_by("pk")
    assert [deed.detail["other"] for deed in deeds] == [made.pk, made.pk]
    moved = Change.objects.get(deed=deeds[1])
    assert (moved.old, moved.new) == ("Prevents: Coupling does not lock fully", "Limits: Eye or skin injury")
    before = again(record).version
    doors.place(safety, record, made, "limit", "Eye or skin injury")
    assert (again(record).version, deeds.count()) == (before, 2)
    barriers.place_all(safety, record.pk, {made.pk: None})
    assert not Barrier.objects.exists()


def test_a_path_that_is_not_there_and_a_control_that_is_not_linked_are_refused(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    made, foreign = control(cast, record, title="Pull once"), control(cast, None, title="Elsewhere")
    with pytest.raises(Invalid) as invalid:
        doors.place(safety, record, made, "prevent", "Bird at the intake")
    assert invalid.value.errors == {
        made.number: "“Bird at the intake” is not on the bow-tie. Write it there first, or choose another place for "
        "Pull once."
    }
    with pytest.raises(Invalid, match="Choose a threat or a consequence"):
        doors.place(safety, record, made, "between", "Eye or skin injury")
    with pytest.raises(NotVisible):
        doors.place(safety, record, foreign, "limit", "Eye or skin injury")
    with pytest.raises(NotVisible):
        doors.place(safety, made, made, "limit", "Eye or skin injury")
    with pytest.raises(Refused, match="not change"):
        doors.place(cast.actor("executive"), record, made, "limit", "Eye or skin injury")
    with pytest.raises(NotVisible):
        doors.place(cast.actor("outsider"), record, made, "limit", "Eye or skin injury")
    assert not Barrier.objects.exists()


def test_the_place_goes_with_the_link(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    made = control(cast, record)
    doors.place(safety, record, made, "limit", "Eye or skin injury")
    services.unlink(safety, Link.objects.get(source=made.pk, relation="mitigates").pk, reason="Not against this")
    assert not Barrier.objects.exists()


def test_controls_of_one_path_stand_in_their_turn(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    first, second = control(cast, record, title="Pull once"), control(cast, record, "engineering", title="Indicator")
    for one in (first, second):
        doors.place(safety, record, one, "prevent", "Coupling does not lock fully")
    assert titles(seen(cast, record))[0][0] == ["Pull once", "Indicator"]
    doors.place(safety, record, first, "prevent", "Coupling does not lock fully", turn=3)
    assert titles(seen(cast, record))[0][0] == ["Indicator", "Pull once"]


def test_a_reworded_line_keeps_its_controls_and_a_taken_one_lets_them_go(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    made = control(cast, record, title="Pull once")
    doors.place(safety, record, made, "prevent", "Hose worn past its limits")
    services.edit(safety, record.pk, again(record).version, {"threats": THREATS.replace("past its", "past")})
    assert titles(seen(cast, record))[0] == [[], ["Pull once"]]
    services.edit(safety, record.pk, again(record).version, {"threats": "Wrong pressure set at the cart"})
    assert titles(seen(cast, record)) == ([[]], [[], []], ["Pull once"])


def test_lines_that_change_places_take_their_controls_along(cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    one, two = control(cast, record, title="One"), control(cast, record, title="Two")
    first, second = THREATS.splitlines()
    doors.place(safety, record, one, "prevent", first)
    doors.place(safety, record, two, "prevent", second)
    outline = barriers.Outline("Top", [second, first], ENDS.splitlines())
    barriers.redraw(safety, record.pk, again(record).version, outline, {})
    # The first line was reworded to what the second was: each control went with its own path.
    assert titles(seen(cast, record))[0] == [["One"], ["Two"]]
    assert [path.words for path in seen(cast, record).threats] == [second, first]


def test_nothing_outside_the_scope_is_drawn_named_or_counted(login: Login, cast: Cast, record: Record) -> None:
    safety = cast.actor("safety")
    shown = control(cast, record, title="Pull once", site=cast.sites["LKF"])
    hidden = control(cast, record, title="Hidden elsewhere", site=cast.sites["STV"], owner=None)
    for one in (shown, hidden):
        doors.place(safety, record, one, "prevent", "Hose worn past its limits")
    assert titles(seen(cast, record))[0][1] == ["Pull once", "Hidden elsewhere"]
    assert titles(seen(cast, record, "site_owner"))[0][1] == ["Pull once"]
    page = text(login("site_owner").get(f"/r/hazard/{record.number}/"))
    assert "Pull once" in page
    assert "Hidden elsewhere" not in page
    assert hidden.number not in page
    assert "1 control stands on the paths." in page
    assert "put a control in its place on the bow-tie" in page


def test_the_page_draws_it_and_writes_the_same_as_a_list(login: Login, cast: Cast, record: Record) -> None:
    made = control(cast, record, title="Turn the coupling to the stop")
    doors.place(cast.actor("safety"), record, made, "prevent", "Coupling does not lock fully")
    page = text(login("safety").get(f"/r/hazard/{record.number}/"))
    figure = page[page.index('<svg class="fig" viewBox') : page.index("</svg></div>")]
    assert f'aria-label="{made.number} Turn the coupling to the stop: Proposed"' in figure
    assert "<title>Hose worn past its limits</title>" in figure
    assert figure.count("edge-x") == figure.count("No control") == 3
    assert "style=" not in figure
    listed = page[page.index("The same as a list") :]
    assert re.search(r"Coupling does not lock fully</b><ul><li><a[^>]*>Turn the coupling to the stop", listed)


def test_boxes_never_lie_on_each_other_however_many_there_are(cast: Cast) -> None:
    many = hazard(cast, threats="\n".join(f"Threat {letter} of many" for letter in "ABCDE"), consequences="Harm")
    for n in range(4):
        made = control(cast, many, title=f"Control {n}")
        doors.place(cast.actor("safety"), many, made, "prevent", "Threat C of many")
    figure = draw(seen(cast, many), "A hazard with a title that is longer than its box can hold in three lines of text")
    row = sorted(box.x for box in figure.boxes)
    assert all(b - a >= BOX_WIDE for a, b in itertools.pairwise(row))
    assert row[0] >= END_WIDE
    assert row[-1] + BOX_WIDE <= figure.middle - 64
    assert max(end.y for end in figure.ends) + 66 <= figure.height
    assert min(end.y for end in figure.ends) > 12
    assert figure.hazard_y >= 0


def test_an_empty_bow_tie_says_so(login: Login, cast: Cast) -> None:
    bare = hazard(cast)
    assert "Nobody has written yet what can set it free" in text(login("safety").get(f"/r/hazard/{bare.number}/"))


def test_the_form_writes_lines_and_places_at_once(login: Login, cast: Cast, record: Record) -> None:
    made = control(cast, record, title="Pull once")
    client, address = login("safety"), f"/risk/bow-tie/{record.number}/"
    page = text(client.get(address))
    assert 'name="prevent_3"' in page
    assert "Consequence 4, once written" in page
    given = {
        "version": again(record).version, "top_event": "Fluid let go",
        "prevent_0": "Coupling not locked", "prevent_1": "", "prevent_2": "Wrong pressure set",
        "limit_0": "Eye or skin injury", "limit_1": "Fluid to storm drain",
        f"place_{made.pk}": "prevent_2", f"turn_{made.pk}": "",
    }  # fmt: skip
    saved = client.post(address, given, follow=True)
    assert "The bow-tie is saved." in text(saved)
    bow = seen(cast, record)
    assert [path.words for path in bow.threats] == ["Coupling not locked", "Wrong pressure set"]
    assert titles(bow)[0] == [[], ["Pull once"]]
    assert bow.top_event == "Fluid let go"


def test_a_place_on_an_empty_line_and_a_turn_in_words_are_told_beside_their_fields(
    login: Login, cast: Cast, record: Record
) -> None:
    made = control(cast, record, title="Pull once")
    given = {
        "version": again(record).version, "top_event": "Typed and kept",
        f"place_{made.pk}": "limit_3", f"turn_{made.pk}": "",
    }  # fmt: skip
    answer = login("safety").post(f"/risk/bow-tie/{record.number}/", given)
    assert answer.status_code == 422
    assert "Consequence 4 is empty. Write it above, or choose another place." in text(answer)
    assert "Typed and kept" in text(answer)
    given |= {f"place_{made.pk}": "limit_0", "limit_0": "Harm", f"turn_{made.pk}": "first"}
    assert "Write the turn as a number" in text(login("safety").post(f"/risk/bow-tie/{record.number}/", given))
    assert again(record).version == 1


def test_two_people_at_the_form_lose_nothing(login: Login, cast: Cast, record: Record) -> None:
    begun = again(record).version
    services.edit(cast.actor("safety"), record.pk, begun, {"top_event": "Theirs"})
    with pytest.raises(Stale):
        barriers.redraw(cast.actor("safety"), record.pk, begun, barriers.Outline("Mine", [], []), {})
    given = {"version": begun, "top_event": "Mine", "prevent_0": "A threat"}
    answer = login("safety").post(f"/risk/bow-tie/{record.number}/", given)
    assert answer.status_code == 422
    assert "changed this bow-tie" in text(answer)
    again_given = {**given, "version": again(record).version}
    assert f'name="version" value="{again_given["version"]}"' in text(answer)
    assert login("safety").post(f"/risk/bow-tie/{record.number}/", again_given).status_code == 303
    assert Hazard.everywhere.get(pk=record.pk).top_event == "Mine"


def test_a_draft_comes_back_and_goes_when_it_is_saved(login: Login, cast: Cast, record: Record) -> None:
    client, address, key = login("safety"), f"/risk/bow-tie/{record.number}/", f"bow-tie:{record.pk}"
    client.post(f"/draft/{key}/", {"top_event": "Half a thought", "prevent_7": "A late idea", "version": "1"})
    page = text(client.get(address))
    assert "Half a thought" in page
    assert 'value="A late idea"' in page
    assert "Your draft of" in page
    client.post(address, {"top_event": "Whole", "version": again(record).version})
    assert drafts.find(cast.actor("safety"), key) is None


def test_who_may_only_look_is_told_so(login: Login, cast: Cast, record: Record) -> None:
    assert login("executive").get(f"/risk/bow-tie/{record.number}/").status_code == 403
    assert login("outsider").get(f"/risk/bow-tie/{record.number}/").status_code == 404
    made = control(cast, record)
    assert login("safety").get(f"/risk/bow-tie/{made.number}/").status_code == 404
