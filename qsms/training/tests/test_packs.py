"""What is packed of a course is what its training records say, whatever happens to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from qsms.base import moment
from qsms.records import services
from qsms.training import following, packs
from qsms.training.models import Course, Holding, Pack
from tests.cast import Cast

from .makers import course, held

pytestmark = pytest.mark.django_db


def said(one: Course) -> dict[int, tuple[dt.date | None, ...]]:
    """The best days of everybody, from the records."""
    found: dict[int, tuple[dt.date | None, ...]] = {}
    rows = Holding.everywhere.filter(course=one, ends_on__isnull=False)
    for person, *days in rows.values_list("holder_id", "ends_on", "soon_on", "grace_on"):
        found[person] = max(tuple(days), found.get(person, tuple(days)))
    return found


def test_it_says_what_the_records_say_after_every_change_of_them(cast: Cast) -> None:
    quality = cast.actor("quality")
    one, other = course(cast, "Yearly", months=12), course(cast, "For good")
    for who, days_ago in (("reporter", 400), ("reporter", 20), ("owner", 20), ("colleague", 30)):
        held(cast, one, who, days_ago=days_ago)
    held(cast, other, "owner")

    def newest() -> Holding:
        return Holding.everywhere.filter(course=one).order_by("-pk")[0]

    changes: tuple[Callable[[], object], ...] = (
        lambda: held(cast, one, "director"),
        lambda: held(cast, one, "reporter", days_ago=3),
        lambda: services.move(quality, newest().pk, "withdraw", reason="Of another course"),
        lambda: services.edit(quality, one.pk, Course.everywhere.get(pk=one.pk).version, {"months": 6}),
        lambda: following.changed(quality, one.pk, since=moment.now().date()),
    )
    packs.pack_lacking()
    untouched = Pack.everywhere.get(course=other).pk
    for change in changes:
        before = said(one)
        change()
        assert said(one) != before
        # What would say something else is gone at once.
        assert not Pack.everywhere.filter(course=one).exists()
        packs.pack_lacking()
        packed = packs.unpacked(Pack.everywhere.get(course=one).days)
        assert packed.each() == {person: "".join(str(day) for day in days) for person, days in said(one).items()}
        assert sum(packed.numbers) == len(packed.people) == len(said(one))
    assert Pack.everywhere.get(course=other).pk == untouched
