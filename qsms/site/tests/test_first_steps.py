"""A young organisation: nothing that is reported is swallowed, nothing untrue is promised, and what is left is said."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.base import context
from qsms.org import services
from qsms.org.models import Organisation, Person, Site
from qsms.records.models import Record, Task
from qsms.site import check

REPORT = {
    "a-title": "Oil on the floor", "a-narrative": "In the hangar.", "a-occurred_at": "2026-03-01T21:40",
    "a-place": "hangar",
}  # fmt: skip


@pytest.fixture
def founder(db: None) -> Person:
    """The only person of an organisation that was just founded."""
    ours = services.found(name="Larkfield Air", kind="airline", zone="America/Phoenix")
    person = services.add_person(ours, name="Dana Whitlock", email="dana@larkfield.test")
    services.grant(person, "administrator", axis="all")
    return person


def door(person: Person) -> Client:
    client = Client()
    assert person.account is not None
    client.force_login(person.account)
    return client


def send(client: Client, mode: str) -> str:
    answer = client.post("/report/form/quick/", {**REPORT, "mode": mode})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_steps_name_the_roles_without_which_documents_and_training_stand_still(founder: Person) -> None:
    client = door(founder)
    home = client.get("/").content.decode()
    for role in ("Quality manager", "Department director", "Accountable executive", "Training manager"):
        assert f"Appoint: {role}" in home
    refused = client.get("/training/starters/").content.decode()
    assert "Nobody here holds the role “Training manager” yet. Dana Whitlock can appoint one." in refused
    trainer = services.add_person(founder.organisation, name="Helen Marsh", email="helen@larkfield.test")
    services.grant(trainer, "training_manager", axis="all")
    assert "Appoint: Training manager" not in client.get("/").content.decode()
    assert "Ask Helen Marsh." in client.get("/training/starters/").content.decode()


def test_a_report_that_nobody_may_read_is_said_to_the_administrator_and_promised_to_nobody(founder: Person) -> None:
    client = door(founder)
    page = client.get("/report/form/quick/").content.decode()
    # With no site there is none to choose, and the words say where.
    assert "a-place-site" not in page
    assert 'name="a-place"' in page
    assert "No gatekeeper is named here yet" in page
    sent = send(client, "confidential")
    assert "The safety office reads it by" not in sent
    assert "Nobody is named here yet to read reports." in sent
    assert "No gatekeeper is named here yet, so nobody can open it." in sent
    home = client.get("/").content.decode()
    assert "A report waits and nobody may read it: name a safety manager" in home
    assert "Nothing waits for you" not in home
    assert "Oil on the floor" not in home
    administration = client.get("/administration/").content.decode()
    assert "A report waits and nobody may read it" in administration
    assert "roles that nobody holds" in administration
    assert "gatekeeper" in administration


def test_the_first_steps_go_as_they_are_done(founder: Person) -> None:
    client = door(founder)
    ours = Organisation.objects.get()

    def left() -> list[str]:
        home = client.get("/").content.decode()
        named = (
            "Say who reads reports", "Name the gatekeeper", "Add your sites", "Add the people",
            "Say who adopts standards",
        )  # fmt: skip
        return [one for one in named if one in home]

    assert len(left()) == 5
    Site.objects.create(organisation=ours, code="LKF", name="Larkfield", zone="America/Phoenix")
    sara = services.add_person(ours, name="Sara Vance", email="sara@larkfield.test")
    assert left() == ["Say who reads reports", "Name the gatekeeper", "Say who adopts standards"]
    assert "First steps" not in door(sara).get("/").content.decode()
    assert len(list(check.duties())) == 2
    services.grant(sara, "safety_manager", axis="all")
    assert left() == ["Name the gatekeeper"]
    services.grant(sara, "gatekeeper", axis="all")
    assert left() == []
    assert list(check.duties()) == []
    assert "The safety office reads it by" in send(client, "confidential")


def test_a_report_waits_for_whoever_may_judge_it(founder: Person) -> None:
    ours = Organisation.objects.get()
    quinn = services.add_person(ours, name="Quinn Ober", email="quinn@larkfield.test")
    services.grant(quinn, "quality_manager", axis="all")
    send(door(founder), "confidential")
    with context.organisation(ours.pk):
        report = Record.everywhere.get(kind="report")
        waiting = Task.everywhere.filter(record=report, code="triage")
        assert list(waiting.values_list("role__code", flat=True)) == ["quality_manager"]
    assert "Oil on the floor" in door(quinn).get("/reports/triage/").content.decode()
