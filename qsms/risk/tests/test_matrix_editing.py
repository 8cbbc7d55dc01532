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
    assert "Compare with the order before you make this matrix current" in page
    assert "Edit a copy" in page
    refused = client.post(f"/risk/matrices/{shipped.pk}/adopt/", {"lens": "1"})
    assert refused.status_code == 403
    assert "is not in force. Publish it first." in text(refused)
    actor = cast.actor("safety")
    own = matrix_editing.copy_matrix(actor, shipped.pk)
    own = matrix_editing.publish(actor, own.pk, own.version)
    matrix_editing.adopt(actor, own.pk, 1)
    assert doors.matrix_for(actor, 1) == own
