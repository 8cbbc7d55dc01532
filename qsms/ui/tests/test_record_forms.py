"""Writing over HTTP: new records, edits, two edits at once, drafts, raising one record from another."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from qsms.records import drafts, registry, services
from qsms.records.errors import Invalid
from qsms.records.history import entries
from qsms.records.models import Draft, Link, Record
from qsms.records.registry import Lead, Raising
from tests.cast import Cast
from tests.newtype.models import Spill

GIVEN = {
    "title": "Fuel on stand 4",
    "fuel": "jet",
    "spilled_on": "2026-02-27",
    "litres": "12,5",
    "owner": "Quality Person",
}


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return html.unescape(found[1])


def form_values(client: Client, url: str) -> dict[str, object]:
    """What a browser would send back from this page's form, unchanged."""
    answer = client.get(url)
    assert answer.status_code == 200
    form = answer.context["form"]
    values: dict[str, object] = {name: texts if len(texts) != 1 else texts[0] for name, texts in form.raw().items()}
    return {**values, **answer.context["hidden"]}


def test_a_new_record_is_made_with_what_was_typed(login: Callable[[str], Client], keeper: Cast) -> None:
    client = login("safety")
    page = client.get("/r/spill/new/").content.decode()
    once = hidden(page, "once")
    answer = client.post(
        "/r/spill/new/", {**GIVEN, "once": once, "disciplines": ["1", "4"], "site": keeper.sites["LKF"].pk}
    )
    made = Spill.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/r/spill/{made.number}/"
    assert (made.title, str(made.litres), made.owner_id, made.disciplines) == (
        "Fuel on stand 4", "12.5", keeper.quality.pk, 5,
    )  # fmt: skip
    said = client.get(answer["Location"]).content.decode()
    assert f"Fuel spill {made.number} is made." in said
    assert f"Fuel spill {made.number} is made." not in client.get(answer["Location"]).content.decode()


def test_sent_twice_it_is_one_record(login: Callable[[str], Client]) -> None:
    client = login("safety")
    once = hidden(client.get("/r/spill/new/").content.decode(), "once")
    first = client.post("/r/spill/new/", {**GIVEN, "once": once})
    second = client.post("/r/spill/new/", {**GIVEN, "once": once})
    assert first["Location"] == second["Location"]
    assert Record.objects.count() == 1


def test_errors_say_what_is_wrong_and_nothing_typed_is_lost(login: Callable[[str], Client]) -> None:
    answer = login("safety").post(
        "/r/spill/new/",
        {
            "title": "",
            "fuel": "jet",
            "spilled_on": "yesterday",
            "litres": "two dozen",
            "owner": "Nemo",
            "cleaned": "Mop <b>",
        },
    )
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Title: This is empty. Fill it in." in text
    assert "“two dozen” is not a number. Write it in figures, such as 24." in text
    assert "“yesterday” is not a date. Write 2026-11-24." in text
    assert "“Nemo” is not a person here." in text
    assert 'value="two dozen"' in text
    assert 'value="yesterday"' in text
    assert "&lt;b&gt;" in answer.content.decode()
    assert 'href="#f_litres"' in text
    assert not Record.objects.exists()


def test_a_title_that_is_too_long_is_refused_and_not_cut(login: Callable[[str], Client]) -> None:
    client = login("safety")
    assert "maxlength" not in client.get("/r/spill/new/").content.decode(), "A browser would cut what is pasted."
    answer = client.post("/r/spill/new/", {**GIVEN, "title": "x" * 251})
    assert answer.status_code == 422
    assert "This has 251 characters, and 250 fit. Shorten it." in answer.content.decode()
    assert "x" * 251 in answer.content.decode()


@pytest.mark.parametrize(
    ("kind", "values", "name", "said"),
    [
        ("course", {"title": "x" * 251}, "title", "This has 251 characters, and 250 fit. Shorten it."),
        ("course", {"title": "Fire", "months": -3}, "months", "“-3” is too little. Write 0 at least."),
        ("course", {"title": "Fire", "months": "two"}, "months", "“two” is not a whole number. Write it in figures"),
        ("course", {"title": "Fire", "course_kind": "talk"}, "course_kind", "“talk” is not a choice here."),
        ("document", {"title": "A", "issuer_url": "the web"}, "issuer_url", "“the web” is not the address of a page."),
        ("session", {"title": "A", "starts_at": "soon"}, "starts_at", "“soon” is not a date and time. Write 2026"),
    ],
)
def test_what_reaches_a_record_past_its_form_is_refused_in_the_same_words(
    keeper: Cast, kind: str, values: dict[str, object], name: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.create(keeper.actor("quality"), kind, values)
    assert said in refused.value.errors[name]


def test_somebody_who_may_not_create_is_told_so(login: Callable[[str], Client]) -> None:
    answer = login("administrator").get("/r/spill/new/")
    assert answer.status_code == 200, "everybody who works here may report a spill"
    assert login("safety").get("/r/nothing/new/").status_code == 404


def test_an_edit_sends_only_what_was_changed(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill(litres="3")
    client = login("safety")
    url = f"/r/spill/{made.number}/edit/"
    values = form_values(client, url)
    services.edit(keeper.actor("quality"), made.pk, 1, {"reference": "LKF-77"})
    answer = client.post(url, {**values, "title": "Another title"})
    assert answer.status_code == 303
    made.refresh_from_db()
    assert (made.title, made.reference, made.version) == ("Another title", "LKF-77", 3)
    assert [change.field for change in entries(made)[0].changes] == ["title"]


def test_two_edits_of_one_field_meet_on_the_merge_page(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    client = login("safety")
    url = f"/r/spill/{made.number}/edit/"
    values = form_values(client, url)
    services.edit(keeper.actor("quality"), made.pk, 1, {"title": "Their title", "reference": "LKF-77"})
    mine = {**values, "title": "My title", "cleaned": "Sawdust"}
    answer = client.post(url, mine)
    text = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Quality Person saved version 2" in text
    assert "Fuel under the wing" in text
    assert "Their title" in text
    assert "My title" in text
    assert "LKF-77" in text
    assert Draft.everywhere.filter(key=f"edit:{made.pk}").exists()
    made.refresh_from_db()
    assert made.title == "Their title"

    carried: dict[str, list[str]] = {}
    for name, value in answer.context["carried"]:
        carried.setdefault(name, []).append(value)
    again = {**carried, "version": answer.context["version"], "was": answer.context["was"]}
    theirs = client.post(url, {**again, "pick_title": "theirs"})
    assert theirs.status_code == 303
    made.refresh_from_db()
    assert (made.title, made.cleaned, made.reference) == ("Their title", "Sawdust", "LKF-77")
    assert not Draft.everywhere.filter(key=f"edit:{made.pk}").exists()

    kept = client.post(url, {**again, "version": made.version, "pick_title": "mine"})
    assert kept.status_code == 303
    made.refresh_from_db()
    assert made.title == "My title"


def test_a_closed_record_is_not_edited(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    services.move(keeper.actor("safety"), made.pk, "void", reason="Made by mistake")
    answer = login("safety").get(f"/r/spill/{made.number}/edit/")
    assert answer.status_code == 403
    assert "is closed. Open it again to change it." in answer.content.decode()


def test_a_draft_is_kept_and_comes_back(login: Callable[[str], Client], keeper: Cast) -> None:
    client = login("safety")
    sent = client.post("/draft/new:spill/", {**GIVEN, "title": "Half a ti", "disciplines": ["4"], "password": "secret"})
    assert sent.status_code == 200
    kept = drafts.find(keeper.actor("safety"), "new:spill")
    assert kept is not None
    assert "password" not in kept.data
    text = client.get("/r/spill/new/").content.decode()
    assert 'value="Half a ti"' in text
    assert re.search(r'value="4"[^>]*checked', text)
    assert "Your draft of today" in text
    assert "Half a ti" not in login("quality").get("/r/spill/new/").content.decode()
    client.post("/r/spill/new/", {**GIVEN, "once": "x"})
    assert drafts.find(keeper.actor("safety"), "new:spill") is None


def test_a_draft_of_an_edit_goes_on_from_the_version_it_was_begun_on(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    client = login("safety")
    url = f"/r/spill/{made.number}/edit/"
    client.post(f"/draft/edit:{made.pk}/", {**form_values(client, url), "cleaned": "Sawdust"})
    services.edit(keeper.actor("quality"), made.pk, 1, {"title": "Their title"})
    client.post(url, form_values(client, url))
    made.refresh_from_db()
    assert (made.title, made.cleaned) == ("Their title", "Sawdust")


@pytest.fixture
def raising() -> Iterator[None]:
    """Spills can be raised from spills."""
    one = Raising(
        "spill", "Raise another spill", ("spill",), "raised_from", lambda record: {"title": f"Again: {record.title}"}
    )
    registry.offer(one)
    yield
    registry._raisings.remove(one)


@pytest.mark.usefixtures("raising")
def test_raising_fills_in_and_links_in_one_go(login: Callable[[str], Client], spill: Callable[..., Spill]) -> None:
    made = spill()
    client = login("safety")
    assert "Raise another spill" in client.get(f"/r/spill/{made.number}/").content.decode()
    url = f"/r/spill/{made.number}/raise/spill/"
    page = client.get(url).content.decode()
    assert 'value="Again: Fuel under the wing"' in page
    answer = client.post(url, {**GIVEN, "title": "Again", "once": hidden(page, "once")})
    assert answer.status_code == 303
    link = Link.objects.get()
    assert (link.target_id, link.relation) == (made.pk, "raised_from")
    assert client.get(f"/r/spill/{made.number}/raise/other/").status_code == 404


@pytest.mark.usefixtures("raising")
def test_the_room_may_put_raising_first(
    login: Callable[[str], Client], spill: Callable[..., Spill], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = spill()
    lead = Lead("Nothing is raised yet.", raises=("spill",))
    monkeypatch.setattr(registry.get("spill"), "next_step", lambda actor, record: lead, raising=False)
    page = login("safety").get(f"/r/spill/{made.number}/").content.decode()
    strip = page.partition('class="next"')[2].partition("<details")[0]
    main = strip.partition("btn-main")[2]
    assert main.partition("</a>")[0].endswith("Raise another spill")


def test_the_merge_page_names_who_made_the_version_that_stands(
    login: Callable[[str], Client], spill: Callable[..., Spill], keeper: Cast
) -> None:
    made = spill()
    client = login("safety")
    url = f"/r/spill/{made.number}/edit/"
    values = form_values(client, url)
    # The writer changed the title elsewhere; the version after that, and the comment on it, are of others.
    services.edit(keeper.actor("safety"), made.pk, 1, {"title": "From my phone"})
    services.edit(keeper.actor("quality"), made.pk, 2, {"reference": "LKF-77"})
    services.comment(keeper.actor("site_owner"), made.pk, "Seen")
    text = html.unescape(client.post(url, {**values, "title": "My title"}).content.decode())
    assert "Quality Person saved version 3 " in text
    assert "You, elsewhere" not in text

    services.edit(keeper.actor("safety"), made.pk, 3, {"title": "From my phone again"})
    text = html.unescape(client.post(url, {**values, "title": "My title"}).content.decode())
    assert re.search(r"You saved version 4 .+ yourself, in another window\.", text)
