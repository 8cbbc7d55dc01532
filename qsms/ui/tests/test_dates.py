from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from qsms.ui import dates

PHOENIX = ZoneInfo("America/Phoenix")
NOW = datetime(2026, 11, 24, 16, 12, tzinfo=UTC)  # Tuesday 09:12 in Phoenix
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Today"),
        (-1, "Yesterday"),
        (1, "Tomorrow"),
        (-2, "Sun 22 Nov"),
        (6, "Mon 30 Nov"),
        (7, "1 Dec 2026"),
        (-7, "17 Nov 2026"),
        (-400, "20 Oct 2025"),
    ],
)
def test_days_near_today_go_by_name(days, said):
    assert dates.day(TODAY + timedelta(days=days), TODAY) == said


def test_a_column_leaves_out_the_year_that_everybody_knows():
    assert dates.day(date(2026, 12, 4), TODAY, short=True) == "4 Dec"
    assert dates.day(date(2027, 12, 4), TODAY, short=True) == "4 Dec 2027"


def test_a_moment_is_told_in_the_readers_zone():
    late = datetime(2026, 11, 25, 6, 30, tzinfo=UTC)
    assert dates.moment(late, NOW, PHOENIX) == "Today 23:30"
    assert dates.moment(late, NOW, UTC) == "Tomorrow 06:30"
    assert dates.moment(late, NOW, PHOENIX, inside=True) == "today at 23:30"
    assert dates.moment(NOW - timedelta(days=2), NOW, PHOENIX, inside=True).startswith("Sunday 22 November at ")
    assert dates.moment(late, NOW, PHOENIX, binding=True) == "Today 23:30 MST"
    assert dates.moment(NOW - timedelta(days=2), NOW, PHOENIX, short=True) == "Sun 22 Nov"
    assert dates.moment(NOW - timedelta(days=1), NOW, PHOENIX, short=True) == "Yesterday 09:12"


def test_the_exact_moment_and_its_utc():
    at = datetime(2026, 11, 22, 4, 40, tzinfo=UTC)
    assert dates.exact(at, PHOENIX) == "Sat 21 Nov 2026 21:40 MST"
    assert dates.in_utc(at) == "22 Nov 2026 04:40 UTC"


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (timezone(timedelta(hours=4)), "UTC+4"),
        (timezone(timedelta(hours=-3, minutes=-30)), "UTC-3:30"),
        (ZoneInfo("Asia/Dubai"), "UTC+4"),
        (ZoneInfo("Asia/Kathmandu"), "UTC+5:45"),
    ],
)
def test_zones_without_a_short_name_say_their_offset(zone, name):
    assert dates.zone_name(NOW, zone) == name
    assert dates.zone_name(NOW, UTC) == "UTC"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=22), "22 min"),
        (timedelta(hours=2, minutes=48), "2 h 48 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=19, minutes=59), "19 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=20), "20 days"),
        (timedelta(days=21), "3 weeks"),
        (timedelta(days=69), "9 weeks"),
        (timedelta(days=70), "2 months"),
        (timedelta(days=731), "2 years"),
        (timedelta(days=-3), "3 days"),
    ],
)
def test_durations_in_one_or_two_units(span, said):
    assert dates.duration(span) == said


def test_one_is_singular():
    assert dates.days_long(1) == "1 day"
    assert dates.ago(NOW - timedelta(minutes=21), NOW) == "21 min ago"


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (NOW + timedelta(hours=19), "19 h left", "warn"),
        (NOW + timedelta(hours=24), "24 h left", "warn"),
        (NOW + timedelta(hours=41), "41 h left", ""),
        (NOW + timedelta(hours=60), "2 days left", ""),
        (NOW + timedelta(days=3), "Fri 27 Nov", ""),
        (NOW + timedelta(days=10), "4 Dec", ""),
        (NOW, "under a minute left", "warn"),
        (NOW - timedelta(seconds=1), "Due just now", "bad"),
        (NOW - timedelta(days=2), "2 days late", "bad"),
        (TODAY, "Today", "warn"),
        (TODAY + timedelta(days=1), "Tomorrow", ""),
        (TODAY - timedelta(days=1), "1 day late", "bad"),
    ],
)
def test_deadlines(due, text, tone):
    said = dates.deadline(due, NOW, PHOENIX)
    assert (said.text, said.tone) == (text, tone)


def test_a_date_is_due_at_the_end_of_that_day_where_the_reader_is():
    after_midnight_utc = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
    assert dates.deadline(TODAY, after_midnight_utc, PHOENIX).text == "Today"
    assert dates.deadline(TODAY, after_midnight_utc, UTC).text == "1 day late"


def test_time_left_comes_first_and_the_moment_after_it():
    assert dates.deadline(NOW + timedelta(hours=19), NOW, PHOENIX).full == "19 h left · Tomorrow 04:12 MST"
    assert dates.deadline(TODAY, NOW, PHOENIX).full == "Today"


def test_a_met_deadline_stays_and_says_whether_it_was_late():
    due = NOW - timedelta(days=1)
    assert dates.deadline(due, NOW, PHOENIX, met_at=due).tone == "good"
    late = dates.deadline(due, NOW, PHOENIX, met_at=due + timedelta(hours=2))
    assert (late.text, late.tone) == ("Met 2 h late", "warn")
    assert dates.deadline(TODAY, NOW, PHOENIX, met_at=NOW).text == "Met"
