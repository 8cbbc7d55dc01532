from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

import qsms
from qsms.records import registry
from qsms.ui import context, csp, gallery, parts
from qsms.ui.table import Column, Group, link, select_box, table

UI = Path(__file__).resolve().parents[1]


def test_the_policy_is_on_every_answer(client):
    header = client.get("/nowhere/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in header
    assert "unsafe" not in header
    assert "frame-ancestors 'none'" in header


def test_one_directive_can_be_widened_for_one_answer():
    response = HttpResponse()
    csp.allow(response, "form-action", "https://id.example.org")
    assert "form-action 'self' https://id.example.org;" in response.headers["Content-Security-Policy"]
    with pytest.raises(ValueError, match="not part of the policy"):
        csp.allow(response, "script-source", "x")


@pytest.mark.parametrize("page", gallery.PAGES)
def test_the_gallery_draws_every_page_without_style_or_script_attributes(client, settings, page):
    settings.DEBUG = True
    html = client.get(f"/ui/gallery/{page}/").content.decode()
    assert html.count("<h1") == 1
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)
    assert not re.search(r"<script(?![^>]*( src=| type=\"application/json\"))", html)


def test_the_gallery_is_closed_without_debug(client):
    assert client.get("/ui/gallery/").status_code == 404
    assert client.get("/ui/gallery/palette/").status_code == 404


def test_htmx_gets_the_main_part_alone(client, settings):
    settings.DEBUG = True
    html = client.get("/ui/gallery/dialog/", headers={"HX-Request": "true"}).content.decode()
    assert "dialog-form" in html
    assert "<html" not in html


def test_a_preference_is_kept_and_leads_back(client):
    response = client.post("/ui/prefer/", {"theme": "dark", "next": "/ui/gallery/"})
    assert response.headers["Location"] == "/ui/gallery/"
    assert client.cookies["qsms_theme"].value == "dark"


def test_nonsense_is_not_kept_and_nobody_is_sent_elsewhere(client):
    response = client.post("/ui/prefer/", {"theme": "purple", "next": "https://evil.example/"})
    assert response.headers["Location"] == "/"
    assert "qsms_theme" not in client.cookies
    assert client.get("/ui/prefer/").status_code == 405


def test_a_broken_cookie_falls_back_to_the_first_choice():
    request = RequestFactory().get("/")
    request.COOKIES["qsms_lens"] = "<script>"
    assert context.preference(request, "lens") == "all"


def test_the_menu_line_of_the_page_is_the_longest_that_fits():
    shell = context.Shell(RequestFactory().get("/reports/queue/4/"))
    shell.menu = (
        context.Group(
            tuple(context.Item(url, url, "x") for url in ("/", "/reports/", "/reports/queue/", "/rep/")),
        ),
    )
    assert shell.here == "/reports/queue/"


@pytest.mark.parametrize(
    ("path", "here", "bar"),
    [
        ("/", "/", "work"),
        ("/report/", "", "report"),
        ("/report/mine/", "/report/mine/", "report"),
        ("/search/", "", "search"),
        ("/r/spill/7/", "/r/spill/", "records"),
        ("/overview/", "/overview/", ""),
        ("/account/", "", ""),
    ],
)
def test_the_menu_and_the_bottom_bar_each_mark_one_place_at_most(path, here, bar):
    shell = context.Shell(RequestFactory().get(path))
    places = tuple(context.Item(url, url, "x") for url in ("/", "/overview/", "/report/mine/"))
    shell.menu = (context.Group(places), context.Group((context.Item("Spills", "/r/spill/", "x"),), "Happens"))
    shell.links = context.Links()
    assert (shell.here, shell.bar) == (here, bar)


def test_the_shell_refuses_a_hook_it_does_not_have():
    with pytest.raises(ValueError, match="has no colour"):
        context.provide(colour=lambda request: "blue")


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_nothing_from_the_outside(name):
    html = render_to_string(name)
    assert "<h1>" in html
    assert re.search(r"Error \d{3}", html)


def test_the_reason_of_a_refusal_is_said_and_escaped():
    assert "Only the gatekeeper &lt;b&gt;" in render_to_string("403.html", {"exception": "Only the gatekeeper <b>"})


def test_every_icon_that_the_code_names_is_in_the_sprite():
    ids = set(re.findall(r'<symbol id="([^"]+)"', (UI / "static/ui/sprite.svg").read_text(encoding="utf-8")))
    named: dict[str, str] = {}
    for path in Path(qsms.__file__).parent.rglob("*"):
        if path.suffix == ".html":
            found = re.findall(r"{% icon [\"']([\w-]+)[\"']", path.read_text(encoding="utf-8"))
        elif path.suffix == ".py" and "tests" not in path.parts:
            found = re.findall(r"\bicon(?:\(|=|: str = )\"([\w-]+)\"", path.read_text(encoding="utf-8"))
        else:
            continue
        named |= dict.fromkeys(found, str(path))
    missing = {name: where for name, where in named.items() if f"i-{name}" not in ids}
    assert not missing, "Add these to frontend/icons.json and run its build."
    assert {"lm-s", "lm-q", "lm-e", "mk-i", "mk-p", "mk-a", "brand"} <= ids


def test_kinds_of_record_are_told_apart_by_their_icons() -> None:
    icons = [sheet.icon for sheet in registry.all_types() if sheet.in_menu]
    assert len(set(icons)) == len(icons), icons


def test_no_raw_colour_outside_the_tokens():
    for path in (UI / "static/ui").glob("*.css"):
        if path.name != "tokens.css":
            found = re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", path.read_text(encoding="utf-8"))
            assert not found, f"{path.name}: {found}"


def test_the_first_page_weighs_less_than_the_bar(client, settings):
    import gzip

    settings.DEBUG = True
    names = ["app.js", "sprite.svg", *(path.name for path in (UI / "static/ui").glob("*.css"))]
    shipped = [UI / "static/ui" / name for name in names] + [UI / "static/vendor/htmx.js"]
    weight = sum(len(gzip.compress(path.read_bytes())) for path in shipped)
    weight += len(gzip.compress(client.get("/ui/gallery/list/").content))
    weight += (UI / "static/ui/fonts/ibm-plex-sans-latin.woff2").stat().st_size
    assert weight < 110_000


def test_stages_know_what_is_passed():
    assert [step.when for step in parts.stages(("a", "b", "c"), 1)] == ["done", "now", "next"]
    assert [step.when for step in parts.stages(("a", "b"), 2)] == ["done", "done"]


def test_a_table_escapes_what_it_is_told_and_names_its_region():
    drawn = table(
        (Column("<Number>", sort_url="?a=1&b=2", sorted="descending"), Column("Title", "t")),
        (Group([(link("<1>", "/?x=1&y=2"), link("t", "/"))], "<Group>", 1, "<note>"),),
        "<Caption>",
    )
    assert "<Number>" not in drawn
    assert "<Group>" not in drawn
    assert "<note>" not in drawn
    assert 'href="/?x=1&amp;y=2"' in drawn
    assert 'aria-label="&lt;Caption&gt;"' in drawn
    assert 'aria-sort="descending"' in drawn


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        table((Column("A"), Column("B")), (Group([(link("1", "/"),)]),), "x")


def test_a_piled_table_carries_the_label_of_each_value():
    drawn = table((Column("Kind"),), (Group([(link("1", "/"),)]),), "x", phone="pile")
    assert '<td data-l="Kind">' in drawn


def test_selecting_names_the_row():
    assert 'aria-label="Select REP-1 &amp; co"' in select_box(4, "REP-1 & co")
