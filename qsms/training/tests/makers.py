"""Courses, requirements and training records for the tests of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from qsms.base import moment
from qsms.org import actor as actors
from qsms.org.models import Role
from qsms.records import services
from qsms.records.models import Record
from qsms.rules import course_file
from qsms.rules.courses import Course as Text
from qsms.training import contents, requiring
from qsms.training.models import Course, Holding, Requirement
from tests.cast import Cast


def course(cast: Cast, title: str = "Safety management for everybody", *, in_use: bool = True, **given: Any) -> Course:
    """A course, in use unless told otherwise."""
    quality = cast.actor("quality")
    made = services.create(quality, "course", {"title": title, "course_kind": "course", **given})
    if in_use:
        made = services.move(quality, made.pk, "release")
    assert isinstance(made, Course)
    return made


def asked(cast: Cast, one: Course, role: str = "reporter", **given: Any) -> Requirement:
    """The course is asked of whoever holds this role."""
    found = Role.objects.get(organisation=cast.organisation, code=role)
    return requiring.require(cast.actor("quality"), one.pk, role_id=found.pk, **given)


def held(cast: Cast, one: Course, who: str, days_ago: int = 0, **given: Any) -> Holding:
    """Somebody completed it so many days ago."""
    day = moment.now().date() - dt.timedelta(days=days_ago)
    values = {"holder": cast.people[who], "course": one.pk, "completed_on": day, **given}
    made = services.create(actors.system(cast.organisation.pk), "holding", values, state="held")
    assert isinstance(made, Holding)
    made.refresh_from_db()
    return made


def action(cast: Cast, **values: Any) -> Record:
    """An action at Larkfield."""
    given = {"title": "Replace the tow bar heads", "description": "All of bay 3", "site": cast.sites["LKF"]}
    return services.create(cast.actor("quality"), "action", {**given, "owner": cast.owner, **values})


def own_text(one: Course) -> Text:
    """A text of the house's own with one section and one question, which is true."""
    data = course_file.to_dict(contents.first_text(one))
    [section] = data["sections"]
    section["content"] = "A tester is read at eye height."
    section["questions"][0]["text"] = "Is a tester read at eye height?"
    return course_file.from_dict(data)
