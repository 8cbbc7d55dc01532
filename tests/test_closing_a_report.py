"""What closing a report says of the records that were raised from it."""

from __future__ import annotations

from qsms.records import registry
from qsms.records import services as spine
from qsms.records.choices import Relation
from qsms.reports.lifecycles import LIFE
from qsms.reports.tests.scenes import at_feedback, file
from qsms.risk.doors import accept
from qsms.risk.tests.makers import PROOF, analysed, give_password, rate
from tests.cast import Cast


def test_closing_tells_of_a_hazard_whose_risk_nobody_accepted(cast: Cast) -> None:
    safety = cast.actor("safety")
    report = at_feedback(cast, file(cast).report)
    hazard = analysed(cast)
    spine.link(safety, hazard.pk, report.pk, Relation.RAISED_FROM)
    move = LIFE.move("close")
    assert registry.get("report").foretold(safety, report, move) == [], "its risk is not rated yet"
    rate(cast, hazard, "3B")
    [(tone, said)] = registry.get("report").foretold(safety, report, move)
    assert tone == "warn"
    assert said.startswith(f"Nobody has accepted the risk of {hazard.number}, rated 3B")
    assert registry.get("report").foretold(safety, report, LIFE.move("reopen")) == ()
    assert registry.get("report").foretold(cast.actor("outsider"), report, move) == []
    give_password(cast, "executive")
    accept(cast.actor("executive"), hazard.pk, proof=PROOF)
    assert registry.get("report").foretold(safety, report, move) == []
