"""The periodic review on a clock of the spine: it shows, warns once, goes late, and begins anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from qsms.documents import effect, reminding
from qsms.documents.models import Document, Step
from qsms.documents.reviewing import REVIEW
from qsms.notify import following
from qsms.notify.models import News
from qsms.records import moves, outbox, proof, services, tally, tasks
from qsms.records.choices import ClockOutcome
from qsms.records.models import Clock
from tests.cast import Cast
from tests.harness import older
from tests.harness.clock import START as NOW

from .makers import approved, document, effective, revision, sent, sign, signer

DUE = dt.date(2028, 3, 2)


def clocks_of(held: Document) -> list[tuple[dt.date, str]]:
    """The last days of a document's clocks in Phoenix, as its site counts them, and how each ended."""
    rows: Iterable[Clock] = Clock.everywhere.filter(record_id=held.pk, rule=REVIEW).order_by("pk")
    return [((one.due_at - dt.timedelta(hours=7)).date(), one.outcome) for one in rows]


def again(held: Document) -> Document:
    return Document.everywhere.get(pk=held.pk)


@pytest.mark.django_db
def test_confirming_begins_it_anew_and_another_day_moves_it(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast)))
    assert (held.due_on, clocks_of(held)) == (DUE, [(DUE, "")])
    assert held.due_at == dt.datetime(2028, 3, 3, 6, 59, 59, 999_999, dt.UTC), "the day ends where the site is"
    client = Client()
    client.force_login(cast.account("quality"))
    assert "Review the document" in client.get(f"/r/document/{held.number}/").content.decode()
    actor = cast.actor("quality")
    sooner = dt.date(2026, 6, 1)
    services.edit(actor, held.pk, held.version, {"due_on": sooner})
    assert clocks_of(held) == [(DUE, ClockOutcome.VOID), (sooner, "")]
    with time_machine.travel(dt.datetime(2026, 6, 2, 7, 1, tzinfo=dt.UTC), tick=False):
        confirmed = moves.move(actor, held.pk, "confirm", proof=signer(cast, "quality"))
        following_day = dt.date(2028, 6, 2)
        assert confirmed.due_on == following_day
        assert clocks_of(held)[1:] == [(sooner, ClockOutcome.LATE), (following_day, "")]
        services.edit(actor, held.pk, again(held).version, {"due_on": None})
        assert (again(held).due_at, clocks_of(held)[2:]) == (None, [(following_day, ClockOutcome.VOID)])
    assert tally.recount(cast.organisation.pk) == {}


@pytest.mark.django_db
def test_a_revision_ends_it_a_temporary_one_leaves_it_alone(cast: Cast) -> None:
    first = revision(cast, document(cast))
    held = effective(cast, first)
    last = NOW.date() + dt.timedelta(days=10)
    effective(cast, revision(cast, held, body="## For now", expires_on=last))
    with time_machine.travel(NOW + dt.timedelta(days=12), tick=False):
        assert effect.run(cast.organisation.pk) == 1, "the first one is in effect again"
        assert (again(held).due_on, clocks_of(held)) == (DUE, [(DUE, "")])
        second = revision(cast, held)
        approved(cast, second)
        effect.run(cast.organisation.pk)
        anew = dt.date(2028, 3, 14)
        assert clocks_of(held) == [(DUE, ClockOutcome.MET), (anew, "")]
        moves.move(cast.actor("quality"), held.pk, "make_obsolete", reason="Not flown any more")
        assert clocks_of(held)[1:] == [(anew, ClockOutcome.VOID)]
    assert tally.recount(cast.organisation.pk) == {}


@pytest.mark.django_db
def test_one_piece_of_news_ahead_and_one_when_it_is_late(cast: Cast) -> None:
    held = effective(cast, revision(cast, document(cast)))
    told = News.objects.filter(record_id=held.pk, person=cast.quality, topic__in=("clock", "task"))
    for days, expected in ((-31, 0), (-29, 1), (-1, 1), (2, 2), (9, 2)):
        with time_machine.travel(dt.datetime.combine(DUE, dt.time(12), dt.UTC) + dt.timedelta(days=days), tick=False):
            for _again in range(2):
                reminding.ask_for_reviews(cast.organisation.pk)
                following.warn_of_clocks()
                # What else happens on it tells of no task for the second time.
                services.comment(cast.actor("safety"), held.pk, "Seen")
                while outbox.deliver():
                    pass
            assert told.count() == expected, days
            waiting = [task for task in tasks.mine(cast.actor("quality")) if task.code == "review"]
            assert len(waiting) == (0 if days == -31 else 1), days
    assert told.order_by("-pk")[0].text.startswith("Late: Review the document")


@pytest.mark.usefixtures("real_db")
def test_what_is_in_effect_already_gets_its_clock(cast: Cast) -> None:
    held, none = effective(cast, revision(cast, document(cast))), document(cast, due_on=DUE)
    begun = sent(cast, revision(cast, document(cast, "quality", document_type="policy")))
    sign(cast, "safety", begun, "review")
    try:
        older.go_back_to("documents", "0002_own_types")
        assert (again(held).due_at, clocks_of(held)) == (None, [])
        Step.everywhere.update(in_person=False)
    finally:
        call_command("migrate", verbosity=0)
    assert (clocks_of(held), clocks_of(none)) == ([(DUE, "")], [])
    assert again(held).due_at == dt.datetime(2028, 3, 3, 6, 59, 59, 999_999, dt.UTC)
    assert tally.recount(cast.organisation.pk) == {}
    assert list(proof.records(cast.organisation.pk)) == []
    in_person = Step.everywhere.filter(in_person=True).values_list("revision_id", "role")
    assert list(in_person) == [(begun.pk, "accountable_executive")]
