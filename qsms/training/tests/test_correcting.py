"""A training record of the wrong person or course: it goes with its reason, and a right one comes with its files."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qsms.base import moment
from qsms.records import attachments, moves
from qsms.records.errors import Invalid, Refused
from qsms.records.models import Deed, Link
from qsms.rules.competence import State
from qsms.training import correcting, holdings, standing
from qsms.training.models import Course, Holding
from tests.cast import Cast

from .makers import asked, course, held

pytestmark = pytest.mark.django_db
WHY = "The sheet was read one line too low."


def typed(wrong: Holding, **changes: object) -> dict[str, object]:
    return {name: getattr(wrong, correcting.COLUMNS.get(name, name)) for name in correcting.FIELDS} | changes


def stand(cast: Cast, who: str, one: Course) -> State:
    person = cast.people[who].pk
    found = standing.stands(cast.organisation.pk, moment.now().date(), {person: [one.pk]})
    return found[person, one.pk].state


def verified(cast: Cast, one: Course, who: str) -> Holding:
    """A certificate of somebody that the quality manager brought and confirmed."""
    quality = cast.actor("quality")
    made = holdings.claim(
        quality, one.pk, holder_id=cast.people[who].pk, completed_on=moment.now().date() - dt.timedelta(days=9),
        issuer="Copperline", reference="C-1", upload=SimpleUploadedFile("c.txt", b"Human factors"),
    )  # fmt: skip
    return Holding.everywhere.get(pk=moves.move(quality, made.pk, "verify").pk)


def test_the_wrong_one_goes_and_the_right_one_counts_with_the_same_certificate(cast: Cast, client: Client) -> None:
    one = course(cast, "Human factors", months=24)
    asked(cast, one)
    wrong = verified(cast, one, "reporter")
    assert stand(cast, "reporter", one) is State.VALID
    client.force_login(cast.account("quality"))
    path = f"/training/correct/{wrong.number}/"
    assert path in client.get(f"/r/holding/{wrong.number}/").content.decode()
    form = {
        "holder": cast.owner.name, "course": one.pk, "completed_on": str(wrong.completed_on), "expires_on": "",
        "issuer": "Copperline", "reference": "C-1",
    }  # fmt: skip
    assert client.post(path, form).status_code == 422, "it says what was wrong"
    answer = client.post(path, {**form, "reason": WHY})
    assert answer.status_code == 303, answer.content.decode()[-1500:]

    wrong.refresh_from_db()
    right = Holding.everywhere.get(holder=cast.owner)
    assert (wrong.state, right.state, right.source) == ("withdrawn", "held", "outside")
    assert (stand(cast, "reporter", one), stand(cast, "owner", one)) == (State.MISSING, State.VALID)
    assert [file.sha256 for file in attachments.on_record(right)] == [
        file.sha256 for file in attachments.on_record(wrong)
    ]
    assert Link.everywhere.get(source=right).target_id == wrong.pk
    assert right.code != wrong.code
    deed = Deed.everywhere.get(record=wrong, verb="move.withdraw")
    assert (deed.reason, deed.actor_id) == (WHY, cast.quality.pk)
    assert Deed.everywhere.filter(record=right).order_by("pk").first().verb == correcting.CORRECTED  # type: ignore[union-attr]


def test_one_that_waits_goes_on_waiting_for_a_second_pair_of_eyes(cast: Cast) -> None:
    one, other = course(cast, "Human factors"), course(cast, "Fire drill")
    wrong = holdings.claim(
        cast.actor("quality"), one.pk, holder_id=cast.reporter.pk, completed_on=moment.now().date(),
        upload=SimpleUploadedFile("c.txt", b"Fire drill"),
    )  # fmt: skip
    right = correcting.correct(cast.actor("quality"), wrong.pk, typed(wrong, course=other.pk), reason=WHY)
    wrong.refresh_from_db()
    assert (wrong.state, right.state, right.title) == ("refused", "claimed", "Fire drill")


def test_what_may_not_be_corrected_says_why_and_changes_nothing(cast: Cast) -> None:
    one = course(cast)
    wrong = held(cast, one, "reporter")
    quality = cast.actor("quality")
    with pytest.raises(Invalid, match="Nothing is different"):
        correcting.correct(quality, wrong.pk, typed(wrong), reason=WHY)
    with pytest.raises(Refused, match="that are your own"):
        correcting.correct(quality, wrong.pk, typed(wrong, holder=cast.quality.pk), reason=WHY)
    later = moment.now().date() + dt.timedelta(days=2)
    with pytest.raises(Invalid, match="yet to come"):
        correcting.correct(quality, wrong.pk, typed(wrong, completed_on=later), reason=WHY)
    mine = held(cast, one, "quality")
    with pytest.raises(Refused, match="not their own"):
        correcting.correct(quality, mine.pk, typed(mine, holder=cast.owner.pk), reason=WHY)
    Holding.everywhere.filter(pk=wrong.pk).update(source="quiz")
    with pytest.raises(Refused, match="passed here"):
        correcting.correct(quality, wrong.pk, typed(wrong, holder=cast.owner.pk), reason=WHY)
    assert set(Holding.everywhere.values_list("state", flat=True)) == {"held"}
    assert Holding.everywhere.count() == 2
