"""The demonstration has it all filled: every state of a request, a revision and a document, every kind of course."""

from __future__ import annotations

import pytest

from qsms.documents import asking
from qsms.documents.models import ChangeRequest, Document, Revision
from qsms.impact.models import Check
from qsms.records.models import Task
from qsms.training.choices import CourseKind
from qsms.training.models import Course

from .larkfield import Larkfield

pytestmark = pytest.mark.django_db


def test_requests_stand_in_every_state_and_name_several_documents(larkfield: Larkfield) -> None:
    rows = {one.title: one for one in ChangeRequest.everywhere.filter(tenant=larkfield.organisation)}
    assert {one.state for one in rows.values()} == {"asked", "accepted", "done", "refused", "void"}
    walker = rows["Give every tow its own walker, and say so in each paper"]
    assert (len(asking.asked_of(walker).named), len(asking.asked_of(walker).open)) == (3, 2)
    waiting = Task.everywhere.get(record=walker, code="revise", done_at=None)
    assert waiting.person == larkfield.person("teo.alvarez")
    done = next(one for one in rows.values() if one.state == "done")
    assert [bool(one.spared) for one in asking.asked_of(done).named] == [False, True]


def test_checks_were_asked_and_some_are_answered(larkfield: Larkfield) -> None:
    answers = set(Check.objects.filter(organisation=larkfield.organisation).values_list("answer", flat=True))
    assert "" in answers, "somebody is still asked"
    assert "fits" in answers


def test_revisions_documents_and_courses_are_of_every_kind(larkfield: Larkfield) -> None:
    revisions = set(Revision.everywhere.values_list("state", flat=True))
    assert {"draft", "in_review", "in_approval", "approved", "effective", "superseded", "withdrawn"} <= revisions
    assert {"expired", "set_aside"} <= revisions
    documents = set(Document.everywhere.values_list("state", flat=True))
    assert documents == {"preparing", "effective", "obsolete", "archived", "void"}
    assert CourseKind.READING in set(Course.everywhere.values_list("course_kind", flat=True))
