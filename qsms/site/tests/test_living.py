"""The shipped living queries find what they say and nothing else, for whoever may see it."""

from __future__ import annotations

import datetime as dt

import pytest

from qsms.base import moment
from qsms.documents.tests.makers import document, effective, revision
from qsms.org import actor as actors
from qsms.org.models import Process
from qsms.records import services
from qsms.records.models import Clock, Record
from qsms.risk.models import Control
from qsms.risk.tests.makers import analysed, rate
from qsms.standards import living
from tests.cast import Cast
from tests.contract import factory


def found(cast: Cast, key: str, who: str = "quality", **given: object) -> living.Answer:
    """What it finds; what it lists is that, the newest first."""
    actor = cast.actor(who)
    answer, query = living.answers(actor, [(key, given)])[0], living.known(key)
    assert query is not None
    assert query.lists is not None
    listed = query.lists(actor, living.filled(query, given), moment.now().astimezone(actor.tz).date(), 10)
    assert len(listed) == answer.count
    assert answer.newest in (None, *(one.day for one in listed[:1]))
    return answer


def test_actions_count_once_they_are_verified_and_not_long_ago(cast: Cast) -> None:
    system = actors.system(cast.organisation.pk)
    for kind, state in (("corrective", "closed"), ("corrective", "doing"), ("correction", "closed")):
        services.create(
            system, "action", factory.values(system, "action", action_kind=kind, site=cast.sites["LKF"]), state=state
        )
    assert found(cast, "actions.verified").count == 1
    assert found(cast, "actions.verified").newest == moment.now().astimezone(cast.actor("quality").tz).date()
    assert found(cast, "actions.verified", site=cast.sites["STV"].pk).count == 0
    assert found(cast, "actions.verified", at_least=2) == living.Answer(1, None, url="/r/action/")
    Record.everywhere.filter(kind="action").update(closed_at=moment.now() - dt.timedelta(days=200))
    assert found(cast, "actions.verified", months=6).count == 0
    assert found(cast, "actions.verified", months=12).count == 1


def test_controls_and_hazards_count_by_their_check_and_their_rating(cast: Cast) -> None:
    today = moment.now().date()
    system = actors.system(cast.organisation.pk)
    control = services.create(system, "control", factory.values(system, "control"), state="verified")
    Control.everywhere.filter(pk=control.pk).update(last_verified_on=today)
    assert found(cast, "controls.verified") == living.Answer(1, today, url="/r/control/")
    hazard = analysed(cast)
    assert found(cast, "hazards.assessed").count == 0, "nobody has rated it"
    rate(cast, hazard, "3B")
    assert found(cast, "hazards.assessed", who="safety") == living.Answer(1, today, url="/r/hazard/")
    assert found(cast, "hazards.assessed", who="safety", process=7).count == 0


def test_documents_count_while_their_review_is_not_overdue(cast: Cast) -> None:
    stores = Process.objects.create(organisation=cast.organisation, name="Stores", code="STO")
    today = moment.now().astimezone(cast.actor("quality").tz).date()
    assert found(cast, "documents.reviewed") == living.Answer(0, None, 0, "/r/document/"), "none is not all of them"
    made = [effective(cast, revision(cast, document(cast, title=f"Procedure {n}"))) for n in range(4)]
    document(cast, title="Still in preparation")
    Record.everywhere.filter(pk=made[0].pk).update(due_on=today - dt.timedelta(days=1), process=stores)
    Record.everywhere.filter(pk=made[1].pk).update(due_on=today, process=stores)
    assert found(cast, "documents.reviewed", share=75) == living.Answer(3, today, 4, "/r/document/")
    assert found(cast, "documents.reviewed", share=76).newest is None
    assert found(cast, "documents.reviewed", share=50, process=stores.pk) == living.Answer(1, today, 2, "/r/document/")
    assert found(cast, "documents.reviewed", share=50, process=stores.pk, at_least=2).newest is None
    assert found(cast, "documents.reviewed", site=cast.sites["STV"].pk).of == 0
    assert found(cast, "documents.reviewed", who="outsider").of == 0


@pytest.mark.parametrize(("share", "counts"), [(50, True), (51, False)])
def test_triage_counts_while_the_share_is_reached(cast: Cast, share: int, counts: bool) -> None:
    quick, slow, fresh = (factory.make(cast.actor("quality"), "report", site=cast.sites["LKF"]) for _n in range(3))
    now = moment.now()
    for record, began, ended in ((quick, 30, 28), (slow, 30, 10), (fresh, 1, None)):
        Clock.everywhere.filter(record=record, rule="report.triage").update(
            started_at=now - dt.timedelta(days=began),
            stopped_at=None if ended is None else now - dt.timedelta(days=ended),
        )
    answer = found(cast, "reports.triaged", share=share)
    assert (answer.count, answer.of) == (1, 2), "the one of yesterday still has time"
    assert (answer.newest is not None) is counts
    assert found(cast, "reports.received").count == 3
    assert found(cast, "reports.received", who="outsider").count == 0
