"""Matrices as the organisation's own data: a copy, its faults, a new edition, and ratings that stay on theirs."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Deed
from qsms.risk import doors, matrices, matrix_editing
from qsms.risk.models import Adoption, RiskMatrix
from qsms.risk.views import editing
from tests.cast import Cast

from .makers import hazard, rate

Login = Callable[[str], Client]


def text(response: object) -> str:
    return html.unescape(response.content.decode())  # type: ignore[attr-defined]


def form_of(row: RiskMatrix) -> dict[str, str]:
    """What the editor's page would send for a draft as it stands."""
    given = {"version": str(row.version), **{f"cell_{c}": v for c, v in row.definition.get("cells", {}).items()}}
    given |= {key: row.definition[key] for key in ("title", "edition", "basis")}
    for n, one in enumerate(editing.shown(row.definition)["classes"]):
        given |= {f"{key}_class_{n}": one[key] for key in ("label", "meaning", "behaviour")}
        given |= {f"who_{n}": one["who"], f"months_{n}": one["months"], f"days_{n}": one["days"]}
        given |= {f"stop_{n}": "1"} if one["stop_activity"] else {}
    return given


def test_a_new_edition_takes_over_and_old_ratings_stay_on_theirs(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    record = hazard(cast)
    old = doors.matrix_for(actor, 1)
    before = rate(cast, record, "3B")
    client = login("safety")
    page = client.post(f"/risk/matrices/{old.pk}/copy/", follow=True)
    assert "This is a draft of your own." in text(page)
    draft = RiskMatrix.everywhere.get(organisation=cast.organisation)
    assert doors.matrix_for(actor, 1) == old
    given = form_of(draft) | {"cell_3B": "intolerable", "cell_3C": "intolerable", "publish": "1"}
    done = client.post(f"/risk/matrices/{draft.pk}/edit/", given, follow=True)
    assert "is in force. Ratings made before stay" in text(done)
    new = doors.matrix_for(actor, 1)
    assert (new.pk, new.status) == (draft.pk, "current")
    before.refresh_from_db()
    assert (before.matrix_id, before.class_code, before.rating.class_code) == (old.pk, "tolerable", "tolerable")
    after = rate(cast, record, "3B")
    assert (after.matrix_id, after.class_code) == (new.pk, "intolerable")
    listed = text(client.get("/risk/matrices/"))
    assert "Safety, Occupational health and safety, Security, Information security: usual since" in listed
    assert "Rated on another matrix before." not in text(client.get(f"/risk/assess/{record.number}/"))
    # The health lens, which the same code serves by default, goes along; quality stays where it was.
    assert doors.matrix_for(actor, 8) == new
    assert doors.matrix_for(actor, 2).code == "rpn-5x5x5"
    verbs = list(Deed.everywhere.filter(subject=f"matrix:{new.pk}").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["matrix.copied", "matrix.changed", "matrix.published"]


def test_a_published_edition_never_changes(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    draft = matrix_editing.copy_matrix(actor, doors.matrix_for(actor, 1).pk)
    published = matrix_editing.publish(actor, draft.pk, draft.version)
    with pytest.raises(Refused, match="published and no longer changes"):
        matrix_editing.change(actor, published.pk, published.version, published.definition)
    assert login("safety").get(f"/risk/matrices/{published.pk}/edit/").status_code == 403
    following = matrix_editing.copy_matrix(actor, published.pk)
    assert following.edition == "Larkfield Air 2, 2026"
    matrix_editing.publish(actor, following.pk, following.version)
    published.refresh_from_db()
    assert published.status == "superseded"
    with pytest.raises(Invalid, match="replaced by a newer edition"):
        doors.assess(actor, hazard(cast).pk, kind="initial", matrix=published, choice="3B", why="x")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label_class_1": ""}, "needs a code and a label"),
        ({"months_1": "two"}, "may be accepted for “two” months"),
        ({"days_0": "soon"}, "“soon” days to act"),
        ({"who_0": "accountable_executive"}, "may be accepted by a lower authority than a milder class"),
        ({"edition": "4th edition, 2018"}, "There is an edition “4th edition, 2018” of this matrix already."),
        ({"cell_3B": "unheard"}, "Cell 3B is “unheard”, which is not a class."),
    ],
)
def test_faults_are_told_and_the_draft_is_kept(login: Login, cast: Cast, change: dict[str, str], sentence: str) -> None:
    actor = cast.actor("safety")
    draft = matrix_editing.copy_matrix(actor, doors.matrix_for(actor, 1).pk)
    client = login("safety")
    refused = client.post(f"/risk/matrices/{draft.pk}/edit/", form_of(draft) | change | {"publish": "1"})
    assert refused.status_code == 422
    assert sentence in text(refused)
    assert "The draft is kept as it stands." in text(refused)
    draft.refresh_from_db()
    assert (draft.status, draft.version) == ("draft", 2)
    assert sentence in text(client.get(f"/risk/matrices/{draft.pk}/edit/"))


def test_a_slip_is_pointed_out_but_allowed(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    draft = matrix_editing.copy_matrix(actor, doors.matrix_for(actor, 1).pk)
    client = login("safety")
    page = client.post(f"/risk/matrices/{draft.pk}/edit/", form_of(draft) | {"cell_5A": "acceptable"}, follow=True)
    assert "The draft is kept." in text(page)
    assert "Allowed, but look again." in text(page)
    assert "Cell 5A is acceptable although" in text(page)


def test_two_editors_of_one_draft_do_not_overwrite_each_other(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    draft = matrix_editing.copy_matrix(actor, doors.matrix_for(actor, 1).pk)
    given = form_of(draft)
    client = login("safety")
    assert client.post(f"/risk/matrices/{draft.pk}/edit/", given | {"title": "Ours"}).status_code == 303
    second = client.post(f"/risk/matrices/{draft.pk}/edit/", given | {"title": "Theirs"})
    assert second.status_code == 403
    assert "Somebody changed this draft" in text(second)
    assert client.post(f"/risk/matrices/{draft.pk}/drop/").status_code == 303
    assert not RiskMatrix.everywhere.filter(organisation=cast.organisation).exists()


def test_another_matrix_can_become_the_usual_one(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    other = RiskMatrix.everywhere.get(code="icao-5x5-five-classes")
    usual = doors.matrix_for(actor, 1)
    client = login("safety")
    done = client.post(f"/risk/matrices/{other.pk}/adopt/", {"lens": "1"}, follow=True)
    assert "New ratings for Safety begin on this matrix." in text(done)
    assert doors.offered(actor, 1) == [other, usual]
    refused = client.post(f"/risk/matrices/{other.pk}/adopt/", {"lens": "1", "leave": "1"})
    assert refused.status_code == 403
    assert "Make another one the usual one first." in text(refused)
    client.post(f"/risk/matrices/{usual.pk}/adopt/", {"lens": "1", "leave": "1"})
    assert doors.offered(actor, 1) == [other]
    assert Adoption.everywhere.filter(until=None).count() == 1
    record = hazard(cast)
    made = doors.assess(actor, record.pk, kind="initial", matrix=other, choice="2C", why="On the other scale")
    assert made.cell == "2C"
    # A cell of one matrix is never looked up on another.
    with pytest.raises(Invalid, match="is not a cell of"):
        doors.assess(actor, record.pk, kind="initial", matrix=other, choice="B3", why="x")


def test_only_those_who_may_change_matrices_do(login: Login, cast: Cast) -> None:
    usual = doors.matrix_for(cast.actor("safety"), 1)
    for name in ("director", "quality"):
        client = login(name)
        assert client.get(f"/risk/matrices/{usual.pk}/").status_code == 200
        assert client.post(f"/risk/matrices/{usual.pk}/copy/").status_code == 403
        assert client.post(f"/risk/matrices/{usual.pk}/adopt/", {"lens": "1"}).status_code == 403
    assert login("reporter").get("/risk/matrices/").status_code == 404
    draft = matrix_editing.copy_matrix(cast.actor("administrator"), usual.pk)
    outsider = login("outsider")
    assert outsider.get(f"/risk/matrices/{draft.pk}/").status_code == 404
    assert outsider.get(f"/risk/matrices/{draft.pk}/edit/").status_code == 404
    assert outsider.post(f"/risk/matrices/{draft.pk}/drop/").status_code == 404
    assert f"/risk/matrices/{draft.pk}/" not in text(outsider.get("/risk/matrices/"))
    with pytest.raises(NotVisible):
        matrix_editing.publish(cast.actor("outsider"), draft.pk, draft.version)
    assert matrices.matrix_for(cast.actor("outsider"), 1) == usual


def test_a_shipped_draft_is_used_only_through_an_own_copy(login: Login, cast: Cast) -> None:
    shipped = RiskMatrix.everywhere.get(code="faa-8040")
    client = login("safety")
    page = text(client.get(f"/risk/matrices/{shipped.pk}/"))
    assert "the worse reading is kept" in page
    assert "Edit a copy" in page
    refused = client.post(f"/risk/matrices/{shipped.pk}/adopt/", {"lens": "1"})
    assert refused.status_code == 403
    assert "is not in force. Publish it first." in text(refused)
    assert "Not checked against FAA Order 8040.4B, appendix C." in page
    assert "no copy of it" in page
    actor = cast.actor("safety")
    own = matrix_editing.copy_matrix(actor, shipped.pk)
    edit = f"/risk/matrices/{own.pk}/edit/"
    assert "How it was compared with FAA Order 8040.4B, appendix C" in text(client.get(edit))
    refused = client.post(edit, form_of(own) | {"publish": "1", "checked": "  "})
    assert refused.status_code == 422
    assert "Say who compared it with FAA Order 8040.4B, appendix C" in text(refused)
    own.refresh_from_db()
    assert own.status == "draft"
    found = "With the paper copy of the library; 4C set to medium"
    page = text(client.post(edit, form_of(own) | {"publish": "1", "checked": found}, follow=True))
    assert "Not checked against" not in page
    assert f"compared with FAA Order 8040.4B, appendix C by {actor.name} on 2026-03-02: {found}" in page
    own.refresh_from_db()
    matrix_editing.adopt(actor, own.pk, 1)
    assert doors.matrix_for(actor, 1) == own
    published = Deed.everywhere.get(subject=f"matrix:{own.pk}", verb="matrix.published")
    assert (published.reason, published.detail["compared_with"]) == (found, "FAA Order 8040.4B, appendix C")
    # What was made of it afterwards has been compared; the shipped one stays what it is.
    assert "unchecked" not in matrix_editing.copy_matrix(actor, own.pk).definition
    assert "Not checked against" in text(client.get(f"/risk/matrices/{shipped.pk}/"))


def test_the_shape_of_a_draft_changes_and_what_was_typed_stays(login: Login, cast: Cast) -> None:
    actor = cast.actor("safety")
    draft = matrix_editing.copy_matrix(actor, doors.matrix_for(actor, 1).pk)
    client, edit = login("safety"), f"/risk/matrices/{draft.pk}/edit/"

    def press(button: str, **more: str) -> str:
        draft.refresh_from_db()
        answer = client.post(edit, form_of(draft) | more | {"shape": button}, follow=True)
        draft.refresh_from_db()
        draft.__dict__.pop("rule", None)
        return text(answer)

    page = press("add-level 0 2", cell_3B="intolerable", level_0_0="Very often")
    assert "needs a code and a label" in page
    levels = [(level["code"], level["label"]) for level in draft.definition["axes"][0]["levels"]]
    assert levels[:4] == [("6", "Very often"), ("5", "Occasional"), ("4", ""), ("3", "Remote")]
    assert (draft.definition["cells"]["3B"], draft.definition["cells"]["4B"]) == ("intolerable", "")
    wrong = press("add-class 1", level_0_2="Now and then", meaning_0_2="Every month")
    assert "Entry 2 of classes needs a code and a label" in wrong
    given = form_of(draft) | {f"cell_4{letter}": "class_1" for letter in "ABCDE"}
    given |= {"label_class_1": "Watched", "meaning_class_1": "It is watched.", "behaviour_class_1": "Watch it."}
    given |= {"tone_1": "toler", "who_1": "process_owner", "code_0_0": "9"}
    refused = client.post(edit, given | {"publish": "1"})
    assert refused.status_code == 303, text(refused)
    new = doors.matrix_for(actor, 1)
    assert (new.pk, len(new.rule.classes), new.rule.rate_cell("4C").class_code) == (draft.pk, 4, "class_1")
    assert new.rule.rate_cell("9A").class_code == "intolerable"
    for button in ("take-level 0 99", "add-scale", "take-scale 0"):
        other = matrix_editing.copy_matrix(actor, new.pk)
        assert client.post(f"/risk/matrices/{other.pk}/edit/", form_of(other) | {"shape": button}).status_code == 403
    assert client.post(f"/risk/matrices/{other.pk}/edit/", form_of(other) | {"shape": "melt 0"}).status_code == 404


@pytest.mark.parametrize("kind", ["grid", "product"])
def test_a_matrix_begins_from_nothing(login: Login, cast: Cast, kind: str) -> None:
    client = login("safety")
    assert client.post("/risk/matrices/new/", {"title": "", "kind": kind, "lens": "1"}).status_code == 422
    for _twice in range(2):
        given = {"title": "Ramp work", "kind": kind, "lens": "1", "likelihood": "3", "severity": "4"}
        page = client.post("/risk/matrices/new/", given, follow=True)
        assert "to mend before this can be published" in text(page)
    first, second = RiskMatrix.everywhere.filter(organisation=cast.organisation).order_by("pk")
    assert (first.code, second.code) == ("own-ramp-work", "own-ramp-work-2")
    assert [len(axis["levels"]) for axis in first.definition["axes"]] == [3, 4]
    if kind == "product":
        edit = f"/risk/matrices/{first.pk}/edit/"
        assert "One more scale" in text(client.get(edit))
        page = client.post(edit, form_of(first) | {"shape": "add-scale"}, follow=True)
        assert "Take the scale" in text(page)
    for who, status in (("director", 403), ("reporter", 403)):
        assert login(who).get("/risk/matrices/new/").status_code == status
