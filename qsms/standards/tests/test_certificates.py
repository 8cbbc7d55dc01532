"""A certificate from its application through a cycle: what is due next, clocks, reminders, and who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from qsms.records import history, proof, services
from qsms.records.choices import ClockOutcome
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.records.models import Clock, Record, Task
from qsms.rules.certification import Standing
from qsms.standards import certifying
from qsms.standards.models import Certificate
from tests.cast import Cast

from .makers import ISO_9001, text

Login = Callable[[str], Client]
TODAY = dt.date(2026, 3, 2)


def certificate(cast: Cast, **values: object) -> Certificate:
    given = {
        "title": "ISO 9001 of the hangars",
        "framework": ISO_9001,
        "body": "Northern Register",
        "owner": cast.owner,
    }
    made = services.create(cast.actor("quality"), "certificate", {**given, **values})
    assert isinstance(made, Certificate)
    return made


def again(one: Record) -> Certificate:
    return Certificate.everywhere.get(pk=one.pk)


def test_a_cycle_goes_from_stage_1_to_recertification(cast: Cast, login: Login, clock: object) -> None:
    clock.move_to(dt.datetime(2026, 3, 2, 15, tzinfo=dt.UTC))  # type: ignore[attr-defined]
    made, client = certificate(cast), login("quality")
    path = f"/standards/certificates/{made.number}/audit/"
    assert "Begins with the decision of the body." in text(client, f"/r/certificate/{made.number}/")
    assert "cannot lie ahead" in client.post(path, {"kind": "stage_1", "on": "2026-04-01"}).content.decode()
    assert client.post(path, {"kind": "stage_1", "on": "2026-02-02", "outcome": "Ready"}).status_code == 303
    assert (again(made).stage_1_on, again(made).due_on) == (dt.date(2026, 2, 2), dt.date(2026, 8, 2))
    assert "2 Aug 2026" in text(client, f"/r/certificate/{made.number}/")
    certifying.note_audit(cast.actor("quality"), made.pk, "stage_2", dt.date(2026, 3, 1))
    services.move(cast.actor("quality"), made.pk, "certify",
                  fields={"decided_on": dt.date(2026, 3, 2), "certificate_number": "NR 1234"})  # fmt: skip
    held = again(made)
    assert (held.state, held.due_on) == ("held", dt.date(2027, 3, 2))
    running = {one.rule: one.due_at.date() for one in Clock.everywhere.filter(record=held, stopped_at=None)}
    assert running == {
        "certification.first_surveillance": dt.date(2027, 3, 3), "certification.cycle": dt.date(2029, 3, 3),
    }, "each runs to the end of its day where the organisation is"  # fmt: skip

    clock.move_to(dt.datetime(2027, 1, 20, 15, tzinfo=dt.UTC))  # type: ignore[attr-defined]
    assert certifying.remind() == 1
    certifying.watch_certificates()
    [task] = Task.everywhere.filter(record=held, code=certifying.TASK)
    assert (task.person, task.title) == (cast.owner, f"Arrange what {made.number} needs by 2 Mar 2027")
    certifying.note_audit(cast.actor("quality"), made.pk, "surveillance", dt.date(2027, 1, 19), "One minor finding")
    assert again(made).due_on == dt.date(2028, 12, 31)
    assert not Task.everywhere.filter(record=held, done_at=None).exists()
    [met] = Clock.everywhere.filter(record=held, rule="certification.first_surveillance")
    assert met.stopped_at is not None
    # It is entered on the 20th and was made on the 19th: met on that day, however late somebody writes it down.
    assert (met.outcome, met.stopped_at.date()) == (ClockOutcome.MET, dt.date(2027, 1, 20)), "its end, in UTC"
    assert list(proof.records(cast.organisation.pk)) == []
    assert history.entries(held)[0].verb == certifying.NOTED
    page = text(login("quality"), f"/r/certificate/{made.number}/")
    assert "One minor finding" in page
    assert "2 Mar 2029" in page
    # The body's paper names the day before; the clock ends with it.
    now = again(held)
    services.edit(cast.actor("quality"), held.pk, now.version, {"expires_on": dt.date(2029, 3, 1)})
    [cycle] = Clock.everywhere.filter(record=held, rule="certification.cycle", stopped_at=None)
    assert cycle.due_at.date() == dt.date(2029, 3, 2), "the end of 1 March where the organisation is"

    clock.move_to(dt.datetime(2029, 2, 20, 15, tzinfo=dt.UTC))  # type: ignore[attr-defined]
    assert certifying.cycle(again(made), dt.date(2029, 2, 20)).missing_years == (2028,)
    services.move(cast.actor("quality"), made.pk, "recertify", fields={"decided_on": dt.date(2029, 2, 20)})
    found = certifying.cycle(again(made), dt.date(2029, 2, 20))
    assert found.running is not None
    assert (found.running.ends_by, found.due_on) == (dt.date(2032, 2, 20), dt.date(2030, 12, 31))
    assert found.standing is Standing.VALID
    assert certifying.cycle(again(made), dt.date(2032, 3, 1)).standing is Standing.RESTORABLE


def test_an_action_is_raised_from_it_and_ended_it_asks_for_nothing(cast: Cast, login: Login) -> None:
    made = certificate(cast, decided_on=TODAY, expires_on=dt.date(2028, 9, 30))
    assert certifying.cycle(made, TODAY).running.ends_by == dt.date(2028, 9, 30)  # type: ignore[union-attr]
    assert f"/r/certificate/{made.number}/raise/action/" in text(login("quality"), f"/r/certificate/{made.number}/")
    services.move(cast.actor("quality"), made.pk, "end", reason="The shop is closed")
    assert again(made).due_on is None
    with pytest.raises(Invalid, match="before it is decided"):
        certificate(cast, decided_on=TODAY, expires_on=TODAY)
    with pytest.raises(Invalid, match="follows stage 1"):
        certificate(cast, stage_1_on=TODAY, stage_2_on=dt.date(2026, 1, 1))


def test_who_may_not_notes_no_audit(cast: Cast, login: Login) -> None:
    made = certificate(cast)
    with pytest.raises(Refused):
        certifying.note_audit(cast.actor("executive"), made.pk, "stage_1", TODAY)
    with pytest.raises(NotVisible):
        certifying.note_audit(cast.actor("outsider"), made.pk, "stage_1", TODAY)
    assert login("executive").get(f"/standards/certificates/{made.number}/audit/").status_code == 403
    assert login("outsider").get(f"/standards/certificates/{made.number}/audit/").status_code == 404


def test_a_certificate_that_outlasts_its_cycle_says_why(cast: Cast) -> None:
    """A cycle of three years is data; a slip in the year is caught, and a true one is told."""
    quality, made = cast.actor("quality"), certificate(cast)
    fields = {"decided_on": TODAY, "certificate_number": "NR 1", "expires_on": dt.date(2099, 11, 1)}
    with pytest.raises(Invalid) as asked:
        services.move(quality, made.pk, "certify", fields=fields)
    assert "A cycle ends on 2 Mar 2029." in asked.value.errors["longer_because"]
    held = services.move(quality, made.pk, "certify", fields={**fields, "expires_on": dt.date(2029, 3, 2)})
    with pytest.raises(Invalid, match="A cycle ends"):
        services.edit(quality, held.pk, held.version, {"expires_on": dt.date(2029, 6, 30)})
    why = "Recertified before the former cycle ended, and counted from its end."
    longer = services.edit(quality, held.pk, held.version, {"expires_on": dt.date(2029, 6, 30), "longer_because": why})
    assert again(longer).expires_on == dt.date(2029, 6, 30)
