"""News reaches whom it concerns, once, and mail says no more than it may."""

from __future__ import annotations

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from django.test import override_settings

from qsms.base import moment
from qsms.notify import following, letters
from qsms.notify.models import Letter, News
from qsms.notify.services import folded, inbox, mark_read, page, read, unread
from qsms.org import services as org
from qsms.org.models import Grant
from qsms.records import clocks, outbox, services
from qsms.records.models import Outbox, Record
from tests.cast import Cast

NOON = dt.datetime(2026, 11, 2, 19, 0, tzinfo=dt.UTC)


def action(cast: Cast, **values: object) -> Record:
    given = {
        "title": "Replace couplings",
        "description": "All",
        "action_kind": "correction",
        "owner": cast.owner,
        **values,
    }
    # What is late at noon was to come when it was raised.
    late = str(values.get("due_on") or "9") < str(NOON.date())
    with moment.at(NOON - dt.timedelta(days=2 if late else 0)):
        return services.create(cast.actor("quality"), "action", given)


def texts(cast: Cast, who: str) -> list[str]:
    return [one.text for one in inbox(cast.actor(who))]


@pytest.fixture(autouse=True)
def noon() -> object:
    with moment.at(NOON):
        yield


def test_a_task_is_news_once(cast: Cast) -> None:
    record = action(cast)
    outbox.deliver()
    services.comment(cast.actor("quality"), record.pk, "Soon", mentions=[cast.colleague.pk])
    outbox.deliver()
    assert texts(cast, "owner") == [f"New comment on {record.number} Replace couplings"]
    assert News.objects.filter(person=cast.owner).count() == 2
    # The colleague is mentioned but may not see the record: nothing is told.
    assert texts(cast, "colleague") == []
    assert texts(cast, "quality") == []
    Outbox.objects.update(done_at=None, tries=0, served=[])
    outbox.deliver()
    assert News.objects.filter(person=cast.owner).count() == 2


def test_what_belongs_together_is_one_entry_with_the_newest_words_on_top(cast: Cast) -> None:
    record = action(cast, due_on="2026-11-01")
    other = action(cast)
    for said in ("Soon", "Now"):
        services.comment(cast.actor("quality"), record.pk, said)
        outbox.deliver()
    owner = cast.actor("owner")
    newest, other_one = inbox(owner)
    assert (newest.text, newest.earlier) == (f"New comment on {record.number} Replace couplings", 2)
    assert (other_one.record_id, other_one.earlier) == (other.pk, 0)
    assert [one.text for one in folded([newest])[newest.pk]] == [
        f"New comment on {record.number} Replace couplings",
        f"You have a task: {record.number} Replace couplings",
    ]
    # What is counted is what people see, on the page and in the letter.
    assert unread(owner) == 2
    letters.write_digests(NOON)
    letter = Letter.objects.get(person=cast.owner)
    assert letter.subject == "Your day: 1 late, 2 new"
    assert letter.body.count("New comment on") == 1
    # Read is read with all that is in it, also from a page drawn before; what comes then is a new entry.
    [old] = [one for one in folded([newest])[newest.pk] if one.topic == "task"]
    assert read(owner, old.pk) is not None
    assert unread(owner) == 1
    services.comment(cast.actor("quality"), record.pk, "Again")
    outbox.deliver()
    assert [(one.earlier, one.read_at is None) for one in inbox(owner)] == [(0, True), (2, False), (0, True)]


def test_what_was_told_before_there_was_folding_is_folded_as_it_would_have_been(cast: Cast) -> None:
    record, other = action(cast), action(cast)
    told = [
        News.everywhere.create(
            organisation=cast.organisation, person=cast.owner, record_id=one.pk, topic="comment", text=str(n),
            key=str(n), at=NOON + dt.timedelta(hours=n), read_at=NOON + dt.timedelta(hours=read) if read else None,
        )
        for n, one, read in (
            (0, record, 1), (2, record, 0), (3, record, 5), (4, other, 0), (5, other, 0), (6, record, 0),
            (7, record, 0),
        )
    ]  # fmt: skip
    for _again in range(2):
        import_module("qsms.notify.migrations.0003_fold_what_was_told").fold(apps, None)
        shown = inbox(cast.actor("owner"))
        assert [(one.text, [each.text for each in folded([one]).get(one.pk, [])]) for one in shown] == [
            ("7", ["6"]),
            ("5", ["4"]),
            ("3", ["2"]),
            ("0", []),
        ]
    # Nobody looks at an entry and leaves what came before it unread.
    told[1].refresh_from_db()
    assert told[1].read_at == told[2].read_at
    assert unread(cast.actor("owner")) == 2


def test_what_was_told_at_the_same_moment_is_read_together(cast: Cast) -> None:
    record = action(cast)
    outbox.deliver()
    owner = cast.actor("owner")
    services.comment(cast.actor("quality"), record.pk, "Soon")
    outbox.deliver()
    News.everywhere.update(under=None, earlier=0)
    assert unread(owner) == 2
    read(owner, inbox(owner)[0].pk)
    assert unread(owner) == 0


def test_older_news_are_reached_past_those_of_records_no_longer_seen(cast: Cast) -> None:
    records = [action(cast) for _n in range(3)]
    while outbox.deliver():
        pass
    owner = cast.actor("owner")
    assert [one.record_id for one in page(owner, limit=2)[0]] == [records[2].pk, records[1].pk]
    services.assign(cast.actor("quality"), records[2].pk, cast.colleague.pk)
    seen, more = page(owner, limit=2)
    assert [one.record_id for one in seen] == [records[1].pk]
    assert [one.record_id for one in page(owner, before=more, limit=2)[0]] == [records[0].pk]


def test_read_news_stays_read(cast: Cast) -> None:
    action(cast)
    outbox.deliver()
    owner = cast.actor("owner")
    assert unread(owner) == 1
    mark_read(owner)
    assert unread(owner) == 0


def test_nothing_of_a_confidential_record_but_its_number_goes_out(cast: Cast) -> None:
    record = action(cast, confidential=True, title="What J. Ortega did on N418LF")
    outbox.deliver()
    [text] = texts(cast, "owner")
    assert text == f"You have a task: {record.number}"
    letters.write_digests(NOON)
    letter = Letter.objects.get(person=cast.owner)
    assert "Ortega" not in letter.subject + letter.body
    assert "N418LF" not in letter.subject + letter.body


@override_settings(MAIL_ON=True)
def test_one_digest_a_day_in_the_morning(cast: Cast) -> None:
    action(cast, due_on="2026-11-01")
    outbox.deliver()
    early = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)  # five in the morning in Phoenix
    assert letters.write_digests(early) == 0
    assert letters.write_digests(NOON) >= 1
    assert letters.write_digests(NOON + dt.timedelta(hours=2)) == 0
    assert letters.waiting()
    letters.send()
    sent = [message for message in mail.outbox if message.to == ["owner@larkfield.test"]]
    assert [message.subject for message in sent] == ["Your day: 1 late, 1 new"]
    assert not letters.waiting()
    # Nothing new and nothing late tomorrow for the reporter: no letter.
    assert not Letter.objects.filter(person=cast.reporter).exists()


def test_whoever_wants_each_message_gets_them_in_one_letter(cast: Cast) -> None:
    cast.owner.wants_mail = "each"
    cast.owner.save()
    for _n in range(3):
        action(cast)
    while outbox.deliver():
        pass
    assert letters.write_single() == 1
    assert Letter.objects.get().subject == "3 messages"
    assert letters.write_single() == 0


def test_a_clock_warns_at_each_step_and_when_it_has_run_out(cast: Cast) -> None:
    record = action(cast)
    clock = clocks.start(record, "action.contain")
    for hours, expected in ((23, 0), (25, 1), (25.1, 1), (37, 2), (49, 3), (60, 3)):
        with moment.at(NOON + dt.timedelta(hours=hours)):
            following.warn_of_clocks()
        found = News.objects.filter(topic="clock", person=cast.owner).count()
        assert found == expected, hours
    assert News.objects.filter(topic="clock").order_by("-pk")[0].text.startswith(f"Late: {clock.label}")


def test_a_clock_that_runs_for_a_role_warns_everybody_who_holds_it_today(cast: Cast) -> None:
    day = (NOON + dt.timedelta(hours=25)).date()
    one_day = dt.timedelta(days=1)
    held = {
        "Last Day": (None, day), "First Day": (day, None), "For Ever": (None, None), "A While": (day, day + one_day),
        "Ended Before": (None, day - one_day), "Begins Later": (day + one_day, None),
        **{f"Number {n}": (None, None) for n in range(10)},
    }  # fmt: skip
    for n, (name, (starts, ends)) in enumerate(held.items()):
        person = org.add_person(cast.organisation, name=name, email=f"n{n}@larkfield.test", site=cast.sites["LKF"])
        org.grant(person, "safety_manager", axis="all")
        Grant.objects.filter(person=person, role__code="safety_manager").update(starts_on=starts, ends_on=ends)
    given = {"title": "Fuel on the stand", "narrative": "A pool under the wing.", "site": cast.sites["LKF"].pk}
    with moment.at(NOON):
        record = services.create(cast.actor("quality"), "report", given)
    assert record.owner_id is None
    with moment.at(NOON + dt.timedelta(hours=25)):
        following.warn_of_clocks()
    told = set(News.objects.filter(topic="clock", record=record).values_list("person__name", flat=True))
    assert told & held.keys() == held.keys() - {"Ended Before", "Begins Later"}
