"""Lists over every kind, and those of the administration, as files: what is in them, for whom, and that it is noted."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from qsms.base import context
from qsms.org import services as org
from qsms.org.models import Person
from qsms.records import services, tasks
from qsms.records.models import Deed
from qsms.reports.tests.scenes import file
from qsms.site import taking_out
from tests.cast import Cast


def signed_in(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.account(who))
    return client


def content(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def table(client: Client, address: str) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    answer = client.get(address)
    assert answer["Content-Disposition"].startswith("attachment"), (answer.status_code, address)
    return list(csv.DictReader(io.StringIO(content(answer).decode("utf-8-sig"))))


@pytest.fixture
def world(cast: Cast) -> Cast:
    """A report to be judged, and actions about a coupling at two sites."""
    file(cast, title="=Coupling on fire")
    for title, site in (("Replace the coupling", "LKF"), ("Coupling at Stavnes", "STV")):
        given = {"title": title, "description": title, "site": cast.sites[site], "owner": cast.owner}
        services.create(cast.actor("safety"), "action", given)
    return cast


def test_the_results_of_a_search_leave_as_they_are_narrowed(world: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(world, "safety")
    found = table(client, "/search/export/?q=coupling&format=csv")
    assert {row["Title"] for row in found} == {"'=Coupling on fire", "Replace the coupling", "Coupling at Stavnes"}
    assert {row["Owner"] for row in found if row["Kind"] == "Action"} == {"Owner Person"}
    narrowed = table(client, "/search/export/?q=coupling&kind=action&format=csv")
    assert {row["Kind"] for row in narrowed} == {"Action"}
    deed = Deed.everywhere.latest("pk")
    assert (deed.verb, deed.detail["rows"], deed.detail["filters"]) == (
        "exported",
        2,
        {"Text": "coupling", "Kind": "action"},
    )
    # Whoever reaches one site has what is there, and only of kinds that they may export.
    own = table(signed_in(world, "site_owner"), "/search/export/?q=coupling&format=csv")
    assert "Coupling at Stavnes" not in {row["Title"] for row in own}
    assert table(signed_in(world, "outsider"), "/search/export/?q=coupling&format=csv") == []
    assert client.get("/search/export/?q=coupling&kind=nothing").status_code == 404
    monkeypatch.setattr(taking_out, "MOST", 1)
    lines = table(client, "/search/export/?q=coupling&format=csv")
    assert lines[-1]["Title"] == "More was found: only the first 1 are here."


def test_my_work_leaves_in_every_form(world: Cast) -> None:
    client = signed_in(world, "owner")
    with context.organisation(world.organisation.pk):
        waiting = [one.record.number for one in tasks.mine(world.actor("owner"))]
    assert waiting
    assert [row["Number"] for row in table(client, "/work/export/?format=csv")] == waiting
    told = json.loads(content(client.get("/work/export/?format=json")))
    assert [one["number"] for one in told] == waiting
    book = load_workbook(io.BytesIO(content(client.get("/work/export/?format=xlsx"))))
    assert [cell.value for cell in book.active["D"]] == ["Number", *waiting]
    office = table(signed_in(world, "safety"), "/work/export/?whose=office&format=csv")
    assert {row["For the role"] for row in office} - {""}
    assert Deed.everywhere.filter(verb="exported", detail__what="my-work").count() == 3


def test_the_triage_queue_leaves_for_those_who_may_triage_and_export(world: Cast) -> None:
    [row] = table(signed_in(world, "safety"), "/reports/triage/export/?format=csv")
    assert (row["Title"], row["Judged for"]) == ("'=Coupling on fire", "")
    assert row["To be judged by"]
    assert signed_in(world, "reporter").get("/reports/triage/export/").status_code == 403
    assert table(signed_in(world, "outsider"), "/reports/triage/export/?format=csv") == []


def test_people_roles_and_history_leave_for_the_administrator(world: Cast) -> None:
    client = signed_in(world, "administrator")
    Person.objects.filter(pk=world.colleague.pk).update(title="=Mechanic")
    everybody = {row["Name"]: row for row in table(client, "/administration/people/export/?format=csv")}
    assert len(everybody) == Person.objects.filter(organisation=world.organisation).count()
    assert everybody["Safety Person"]["Roles"] == "Safety manager"
    assert everybody["Colleague Person"]["Job title"] == "'=Mechanic"
    assert next(iter(table(client, "/administration/people/export/?q=safety&format=csv")[0])) == "Name"
    roles = {row["Code"]: row for row in table(client, "/administration/roles/export/?format=csv")}
    assert "report.triage" in roles["safety_manager"]["Permissions"].split("; ")
    org.add_person(world.organisation, name="New Person", email="new@larkfield.test")
    told = table(client, "/administration/history/export/?format=csv")
    assert next(row["What"] for row in told).startswith("exported roles")
    for address in ("people", "roles", "history"):
        assert signed_in(world, "safety").get(f"/administration/{address}/export/").status_code == 403
