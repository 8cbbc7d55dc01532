"""Audits of a body and finished gap assessments count as evidence, by site and process, for who may see them."""

from __future__ import annotations

import datetime as dt

from qsms.base import moment
from qsms.org.models import Process
from qsms.records import services
from qsms.records.models import Record
from qsms.standards import assessing, certifying, living
from qsms.standards.models import GapAssessment
from tests.cast import Cast

from .makers import ISO_9001


def found(cast: Cast, key: str, who: str = "quality", **given: object) -> living.Answer:
    return living.answers(cast.actor(who), [(key, given)])[0]


def certificate(cast: Cast, title: str, days_ago: list[int], **more: object) -> Record:
    """A certificate with surveillance audits so many days ago."""
    quality = cast.actor("quality")
    given = {"title": title, "framework": ISO_9001, "body": "Northern Register", "owner": cast.quality, **more}
    made = services.create(quality, certifying.KIND, given)
    for days in days_ago:
        certifying.note_audit(quality, made.pk, "surveillance", moment.now().date() - dt.timedelta(days=days))
    return made


def test_audits_of_a_body_count_where_their_certificate_stands_and_not_for_ever(cast: Cast) -> None:
    stores = Process.objects.create(organisation=cast.organisation, name="Stores", code="STO")
    here = certificate(cast, "Hangars", [10, 700], site=cast.sites["LKF"], process=stores)
    other = certificate(cast, "Ramp", [40], site=cast.sites["STV"])
    newest, url = moment.now().date() - dt.timedelta(days=10), "/r/certificate/?phase=all"
    assert found(cast, "audits.of_body") == living.Answer(2, newest, url=url)
    assert found(cast, "audits.of_body", process=stores.pk) == living.Answer(1, newest, url=url)
    assert found(cast, "audits.of_body", site=cast.sites["STV"].pk).count == 1
    assert found(cast, "audits.of_body", months=36).count == 3
    assert found(cast, "audits.of_body", at_least=3) == living.Answer(2, None, url=url)
    assert found(cast, "audits.of_body", who="outsider").count == 0
    Record.everywhere.filter(pk=other.pk).update(phase=4, state="void")
    Record.everywhere.filter(pk=here.pk).update(phase=3)
    assert found(cast, "audits.of_body").count == 1, "what is void never was; what is over was audited all the same"
    said = living.words(cast.organisation.pk, "audits.of_body", {"process": stores.pk})
    assert said == "Audits by a certification body in the last 12 months, Stores"


def test_gap_assessments_count_once_they_are_finished(cast: Cast) -> None:
    quality = cast.actor("quality")
    given = {"title": "Before the audit", "framework": ISO_9001, "owner": cast.quality, "site": cast.sites["LKF"]}
    one = services.create(quality, assessing.KIND, given)
    services.create(quality, assessing.KIND, {**given, "title": "Under way"})
    assert found(cast, "gaps.finished").count == 0
    day = moment.now().date() - dt.timedelta(days=100)
    Record.everywhere.filter(pk=one.pk).update(state=assessing.FINISHED, phase=3)
    GapAssessment.everywhere.filter(pk=one.pk).update(finished_on=day)
    answer = found(cast, "gaps.finished")
    assert (answer.count, answer.newest) == (1, day)
    assert found(cast, "gaps.finished", months=3).count == 0
    assert found(cast, "gaps.finished", site=cast.sites["STV"].pk).count == 0
    assert found(cast, "gaps.finished", who="outsider").count == 0
