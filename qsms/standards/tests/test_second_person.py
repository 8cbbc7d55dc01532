"""Where a second person is asked there is one, and what is over is not written to any more."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.org import services as org
from qsms.records import moves, scope, services
from qsms.records.errors import Refused
from qsms.records.models import Record
from qsms.rules.frameworks import Confidence, Reference
from qsms.rules.lifecycle import Phase
from qsms.standards import certifying, finding_verbs, judging
from qsms.standards.judging import Judged
from tests.cast import Cast
from tests.harness.clock import START as NOW

from .conftest import Login
from .makers import ISO_9001, ISO_14001, text
from .test_certificates import certificate
from .test_findings import TODAY, finding

pytestmark = pytest.mark.django_db


def stands_in(cast: Cast, giver: str, taker: str) -> None:
    org.delegate(cast.people[giver], cast.people[taker], starts_on=NOW.date(), ends_on=NOW.date(), reason="Leave")


def test_no_deputy_confirms_what_was_judged_by_whom_they_stand_in_for(cast: Cast, login: Login) -> None:
    here, there = Reference(ISO_9001, "7.1.5.2"), Reference(ISO_14001, "9.1.1")
    why = "Our instruments serve both."
    made = judging.judge(cast.actor("quality"), Judged(here, there, "equal", why, Confidence.SECONDARY))
    stands_in(cast, "quality", "colleague")
    with pytest.raises(Refused, match="or stand in for who did"):
        judging.confirm(cast.actor("colleague"), made.key)
    assert "/standards/pairs/confirm/" not in text(login("colleague"), "/standards/pairs/")
    judging.confirm(cast.actor("safety"), made.key)


def test_no_deputy_declares_compliance(cast: Cast) -> None:
    made = services.create(cast.actor("quality"), "declaration", {"title": "Part 121", "certificate_kind": "part_121"})
    stands_in(cast, "executive", "colleague")
    assert scope.may(cast.actor("colleague"), "view", made)
    assert not scope.may(cast.actor("colleague"), "sign", made)
    assert scope.may(cast.actor("executive"), "sign", made)


def test_handing_a_finding_over_makes_nobody_a_stranger_to_it(cast: Cast) -> None:
    quality = cast.actor("quality")
    one = finding(cast, owner=cast.quality)
    done = {"title": "Recalibrate", "description": "All of bay 3", "site": cast.sites["LKF"], "owner": cast.owner}
    act = services.create(quality, "action", {**done, "action_kind": "correction"}, raised_from=one)
    moves.move(quality, one.pk, "answer", fields={"plan_sent_on": TODAY})
    moves.move(quality, one.pk, "accept_plan", fields={"plan_accepted_on": TODAY})
    Record.everywhere.filter(pk=act.pk).update(state="closed", phase=Phase.DONE)
    moves.move(quality, one.pk, "show", fields={"evidence_sent_on": TODAY})
    services.assign(quality, one.pk, cast.colleague.pk)
    with pytest.raises(Refused, match="who did what was done about it, so another person must"):
        moves.move(quality, one.pk, "fail", reason="Two more were found")
    moves.move(cast.actor("safety"), one.pk, "fail", reason="Two more were found")


def test_nothing_is_noted_on_a_certificate_that_is_over(cast: Cast) -> None:
    made, quality = certificate(cast), cast.actor("quality")
    services.move(quality, made.pk, "void", reason="It was never applied for")
    with pytest.raises(Refused, match="is over"):
        certifying.note_audit(quality, made.pk, "stage_1", dt.date(2026, 2, 2))
    with pytest.raises(Refused, match="is over"):
        finding_verbs.set_limit(quality, made.pk, "iso/minor", 10, 20)
