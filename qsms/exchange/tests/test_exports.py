"""Lists as files: who gets which rows, with which columns, guarded, noted, and read back unchanged."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from qsms.exchange import exports, limits
from qsms.org.models import Person
from qsms.records import listing, registry, services
from qsms.records.models import Deed, Record
from tests.cast import Cast
from tests.contract.factory import make_beside, values
from tests.newtype.models import Spill

from .conftest import SignIn
from .tables import brought_in, exported

EVIL = '=HYPERLINK("http://x","<script>alert(\'1\')</script>")'


@pytest.fixture
def spilled(keeper: Cast) -> Cast:
    """Three spills: one at each of two sites, one confidential, one with a formula for a title."""
    actor = keeper.actor("safety")
    for title, site, more in (
        (EVIL, "LKF", {"litres": "12.5", "owner": keeper.reporter, "disciplines": [1, 4]}),
        ("Drip", "STV", {"reference": "'tis", "due_on": "2026-04-01"}),
        ("Secret", "LKF", {}),
    ):
        given = {"title": title, "fuel": "jet", "spilled_on": "2026-01-05", "site": keeper.sites[site], **more}
        services.create(actor, "spill", given)
    Record.everywhere.filter(title="Secret").update(confidential=True)
    return keeper


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content.decode()
    return b"".join(answer) if answer.streaming else answer.content


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


def test_a_list_leaves_as_it_is_filtered(spilled: Cast, sign_in: SignIn) -> None:
    client = sign_in("safety")
    rows = table(client.get("/r/spill/export/?format=csv"))
    assert [row["Title"] for row in rows] == ["Secret", "Drip", "'" + EVIL]
    site = spilled.sites["STV"].pk
    rows = table(client.get(f"/r/spill/export/?format=csv&site={site}&columns=number&columns=title&columns=owner"))
    assert [list(row) for row in rows] == [["Number", "Title", "Owner"]]
    assert rows[0]["Title"] == "Drip"
    # A place may be written by its code or name, as people do who type an address.
    for word in ("stv", "Stavnes"):
        assert table(client.get(f"/r/spill/export/?format=csv&site={word}"))[0]["Title"] == "Drip", word
    assert client.get("/r/spill/?site=STV&phase=all")["Location"] == f"?site={site}&phase=all"
    rows = table(client.get("/r/spill/export/?format=csv&lens=environment"))
    assert [row["Owner"] for row in rows] == ["Reporter Person"]
    assert rows[0]["Concerns"] == "Safety; Environment"
    assert table(client.get("/r/spill/export/?format=csv&phase=done")) == []
    for bad in ("site=999", "phase=never", "columns=colour", "opened_at_from=soon"):
        assert client.get(f"/r/spill/export/?format=csv&{bad}").status_code == 422, bad
    assert client.get("/r/spill/export/?format=pdf").status_code == 422


def test_text_search_narrows_the_export_too(spilled: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(Record.objects.filter(title="Drip").values_list("pk", flat=True))
    monkeypatch.setattr(listing, "_search", [lambda actor, one, limit: found if one.text == "drip" else []])
    client = sign_in("safety")
    assert [row["Title"] for row in table(client.get("/r/spill/export/?format=csv&q=drip"))] == ["Drip"]
    assert table(client.get("/r/spill/export/?format=csv&q=other")) == []
    monkeypatch.setattr(exports, "TEXT_LIMIT", 1)
    # Found more often than a file has rows: first that is told, then the newest go out and the deed says so.
    page = client.get("/r/spill/export/?format=csv&q=drip")
    assert "“drip” is found in 1 records or more. The newest 1 are in the file" in page.content.decode()
    assert 'name="newest" value="1"' in page.content.decode()
    answer = client.get("/r/spill/export/?format=csv&q=drip&newest=1")
    assert answer["Content-Disposition"] == 'attachment; filename="spill-newest-1.csv"'
    assert [row["Title"] for row in table(answer)] == ["Drip"]
    assert Deed.everywhere.latest("pk").detail["filters"]["Left out"] == "all but the newest 1"


def test_everybody_gets_own_rows_only_and_each_export_is_noted(spilled: Cast, sign_in: SignIn) -> None:
    titles = {
        "safety": {"Secret", "Drip", "'" + EVIL},
        # A site owner's role shows confidential spills of that site (spill.*), and no other site.
        "site_owner": {"Secret", "'" + EVIL},
        "outsider": set(),
    }
    for name, expected in titles.items():
        rows = table(sign_in(name).get("/r/spill/export/?format=csv&phase=all"))
        assert {row["Title"] for row in rows} == expected, name
    for name in ("reporter", "other_site_auditor", "administrator"):
        assert sign_in(name).get("/r/spill/export/?format=csv").status_code == 404, name
    deeds = Deed.everywhere.filter(verb="exported").order_by("pk")
    assert [(deed.actor.name if deed.actor else "", deed.detail["rows"]) for deed in deeds] == [
        ("Safety Person", 3),
        ("Site Owner Person", 2),
        ("Outside Manager", 0),
    ]
    assert {deed.subject for deed in deeds} == {"organisation"}
    assert deeds[0].detail["phase"] == "all"


def test_nobody_exports_what_they_may_not_see(spilled: Cast, sign_in: SignIn) -> None:
    """A role that may export everywhere but see one site only."""
    grant = spilled.site_owner.grants.get(role__code="process_owner")
    grant.role.permissions = ["spill.view"]
    grant.role.save()
    wide = spilled.organisation.roles.get(code="lead_auditor")
    wide.permissions = ["spill.export"]
    wide.save()
    spilled.site_owner.grants.create(organisation=spilled.organisation, role=wide, axis="all")
    rows = table(sign_in("site_owner").get("/r/spill/export/?format=csv&phase=all"))
    assert [row["Title"] for row in rows] == ["'" + EVIL]


def test_a_workbook_runs_no_formula_and_keeps_types(spilled: Cast, sign_in: SignIn) -> None:
    answer = sign_in("safety").get("/r/spill/export/?format=xlsx&columns=title&columns=litres&columns=spilled_on")
    assert answer["Content-Disposition"] == 'attachment; filename="spill.xlsx"'
    page = load_workbook(io.BytesIO(body(answer))).active
    cells = list(page.iter_rows(values_only=False))
    assert [cell.value for cell in cells[0]] == ["Title", "Litres", "Spilled on"]
    title, litres, day = cells[3]
    assert (title.value, title.data_type) == ("'" + EVIL, "s")
    assert litres.value == 12.5
    assert str(day.value) == "2026-01-05 00:00:00"


def test_moments_leave_to_the_second(spilled: Cast, sign_in: SignIn) -> None:
    at = dt.datetime(2026, 2, 20, 15, 45, 30, 123456, tzinfo=dt.UTC)
    Record.everywhere.filter(title="Drip").update(opened_at=at)
    client, query = sign_in("safety"), "columns=opened_at&columns=title"
    said = {row["Title"]: row["Opened"] for row in table(client.get(f"/r/spill/export/?format=csv&{query}"))}
    assert said["Drip"] == "2026-02-20T08:45:30-07:00"
    items = json.loads(body(client.get(f"/r/spill/export/?format=json&{query}")))
    assert {item["title"]: item["opened_at"] for item in items}["Drip"] == "2026-02-20T15:45:30Z"
    page = load_workbook(io.BytesIO(body(client.get(f"/r/spill/export/?format=xlsx&{query}")))).active
    [opened] = [cell for cell, title in page.iter_rows(values_only=False) if title.value == "Drip"]
    assert (str(opened.value), opened.data_type) == ("2026-02-20 08:45:30", "d")


def test_the_page_on_which_columns_are_chosen(spilled: Cast, sign_in: SignIn) -> None:
    client = sign_in("safety")
    page = client.get("/r/spill/export/?state=found&q=SPL").content.decode()
    assert "3 rows, as far as you may export them." in page
    assert 'name="state" value="found"' in page
    assert "State: Found." in page
    assert 'value="reference" checked' in page


def test_a_long_list_is_made_by_a_job(
    spilled: Cast, sign_in: SignIn, work_off: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EXPORT_AT_ONCE_ROWS", 2)
    client = sign_in("safety")
    here = client.get("/r/spill/export/?format=json&phase=all")["Location"]
    assert "Waiting for its turn" in client.get(here).content.decode()
    assert sign_in("quality").get(here).status_code == 404
    assert client.get(here + "file/").status_code == 404
    assert work_off() == 1
    assert client.get(here, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert "The file with 3 rows is ready." in client.get(here).content.decode()
    assert len(json.loads(body(client.get(here + "file/")))) == 3
    for name in ("quality", "outsider"):
        assert sign_in(name).get(here + "file/").status_code == 404
    [deed] = Deed.everywhere.filter(verb="exported")
    assert (deed.detail["rows"], deed.actor) == (3, spilled.safety)

    stopped = client.get("/r/spill/export/?format=csv")["Location"]
    client.post(stopped + "stop/")
    assert work_off() == 0
    assert "You stopped it. There is no file." in client.get(stopped).content.decode()


def kinds_to_import() -> Iterator[str]:
    """Every registered kind with an import; the registry is filled once Django is set up."""
    return (sheet.kind for sheet in registry.all_types() if sheet.form)


@pytest.mark.parametrize("form", ["json", "csv", "xlsx"])
@pytest.mark.parametrize("kind", sorted(kinds_to_import()))
def test_what_is_exported_comes_back_the_same(keeper: Cast, kind: str, form: str) -> None:
    """Round trip over the registry: exported here, imported by another organisation with people and places of the
    same names, exported there: the same rows but for numbers and moments."""
    # A workbook knows no zones: its clock times are those of whoever reads it.
    keeper.other.zone = keeper.organisation.zone
    keeper.other.save()
    for organisation in (keeper.organisation, keeper.other):
        for role in organisation.roles.filter(code="safety_manager"):
            role.permissions = [*role.permissions, f"{kind}.*"]
            role.save()
    here, there = keeper.actor("safety"), keeper.actor("outsider")
    for site in keeper.sites.values():
        keeper.other.sites.create(code=site.code, name=site.name, zone=site.zone)
    for person in (keeper.owner, keeper.safety):
        Person.objects.create(organisation=keeper.other, name=person.name, email=person.email)
    sheet = registry.get(kind)
    # What it must point at stands there under the same number.
    values(there, kind)
    given = values(here, kind, site=keeper.sites["LKF"], owner=keeper.owner, disciplines=[1, 2])
    for n in range(3):
        # Each for a process of its own: of some kinds there is one for the same places.
        of_both = [one.processes.create(code=f"P{n}", name=f"P{n}") for one in (keeper.organisation, keeper.other)]
        given |= {name: of_both[0] for name in ("process",) if name in sheet.writable}
        key = {sheet.import_key: f"KEY-{n}"} if sheet.import_key in sheet.writable else {}
        services.create(here, kind, {**given, **key, "title": f"{EVIL} {n}"})
    # However it came about: nothing that is confidential here may be open there.
    Record.everywhere.filter(kind=kind, title=f"{EVIL} 1").update(confidential=True)

    make_beside(there, keeper.organisation.pk, kind)
    first = exported(keeper.organisation.pk, here, kind, form)
    run = brought_in(keeper.other.pk, there, kind, form, first)
    assert (run.bad, run.made) == (0, 3), run.problems["bad"]
    again = exported(keeper.other.pk, there, kind, "json")
    assert without_moments(again) == without_moments(exported(keeper.organisation.pk, here, kind, "json"))
    assert [one["confidential"] for one in without_moments(again)] == [False, True, False]


def without_moments(data: bytes) -> list[dict[str, object]]:
    items: list[dict[str, object]] = json.loads(data)
    return [{name: value for name, value in item.items() if name not in ("number", "closed_at")} for item in items]


def test_spills_keep_all_their_columns(spilled: Cast) -> None:
    """That the round trip compares something: the columns of one kind by name."""
    items = json.loads(exported(spilled.organisation.pk, spilled.actor("safety"), "spill", "json"))
    assert items[0]["title"] == EVIL
    assert (items[0]["fuel"], items[0]["litres"], items[0]["site"]) == ("jet", "12.5", "LKF")
    assert items[0]["owner"] == spilled.reporter.email
    assert items[0]["disciplines"] == ["safety", "environment"]
    assert items[1]["reference"] == "'tis"
    assert Spill.objects.count() == 3


def test_a_visitor_is_sent_to_sign_in(spilled: Cast) -> None:
    assert Client().get("/r/spill/export/?format=csv").status_code == 302


def test_a_kind_is_told_once_and_in_words(keeper: Cast, sign_in: SignIn) -> None:
    given = {"title": "New pins", "description": "All", "action_kind": "correction", "owner": keeper.owner}
    services.create(keeper.actor("quality"), "action", given)
    offered = exports.offered(registry.get("action"))
    assert list(offered.values()).count("Kind") == 1
    [row] = table(sign_in("quality").get("/r/action/export/?format=csv"))
    assert row["Kind"] == "Correction"
    page = sign_in("quality").get("/r/action/").content.decode()
    assert ">Correction</td>" in page
    assert ">correction</td>" not in page
