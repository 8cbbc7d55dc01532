"""Documents, training and standards together: a revision reaches the people it touches (DOMAIN 13, scenario 33)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from qsms.base import moment
from qsms.documents import distributing, effect, routing
from qsms.documents.models import Document, Receipt, Revision
from qsms.documents.tests.makers import (
    again,
    document,
    effective,
    revision,
    sent,
    signed_by_all,
)
from qsms.org.models import Person
from qsms.records import outbox, services
from qsms.records.errors import Invalid
from qsms.records.models import Task
from qsms.rules.competence import State
from qsms.standards import living
from qsms.standards.models import Evidence
from qsms.standards.tests.makers import ISO_9001, adopted
from qsms.training import following, requiring, standing, starters
from qsms.training.models import Course
from qsms.training.readings import TAKE
from qsms.training.tests.makers import action, asked, course, held
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def untrained(cast: Cast, one: Course) -> set[int]:
    return set(standing.not_current(cast.organisation.pk, one.pk, standing.day_here(cast.organisation.pk)))


def everybody(cast: Cast) -> set[int]:
    return set(Person.objects.filter(organisation=cast.organisation).values_list("pk", flat=True))


def link(cast: Cast, one: Course, other: Document) -> None:
    services.link(cast.actor("quality"), one.pk, other.pk, "trains")


def first_revision(cast: Cast) -> Document:
    found = effective(cast, revision(cast, document(cast), summary="The first one.", training_impact=False))
    outbox.deliver()
    return found


def waiting_for(one: Course) -> set[int | None]:
    return set(Task.everywhere.filter(record_id=one.pk, code=TAKE, done_at=None).values_list("person_id", flat=True))


@pytest.mark.parametrize("policy", ["block", "flag"])
def test_33_a_revision_with_training_impact(cast: Cast, policy: str) -> None:
    procedure = first_revision(cast)
    one = course(cast, "Servicing of hydraulic systems", document=procedure.pk)
    asked(cast, one)
    held(cast, one, "colleague", days_ago=40)
    following.set_policy(cast.actor("quality"), on_change=policy, change_days=14)

    effective(cast, revision(cast, procedure, summary="Caps on both halves.", training_impact=True))
    outbox.deliver()
    assert waiting_for(one) == everybody(cast), "Tasks for all who hold the role."
    states = Revision.everywhere.filter(document=procedure).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["superseded", "effective"]
    if policy == "block":
        assert untrained(cast, one) == everybody(cast)
        with pytest.raises(Invalid, match="“Servicing of hydraulic systems” expired on"):
            action(cast, verifier=cast.colleague)
    else:
        # What the colleague had learnt holds for the days that they have.
        assert untrained(cast, one) == everybody(cast) - {cast.colleague.pk}
        assert action(cast, verifier=cast.colleague).pk

    held(cast, one, "colleague")
    assert cast.colleague.pk not in untrained(cast, one) | waiting_for(one)
    assert action(cast, verifier=cast.colleague).pk


def test_a_revision_without_training_impact_touches_nobody(cast: Cast) -> None:
    procedure = first_revision(cast)
    one = course(cast, "Servicing", document=procedure.pk)
    asked(cast, one)
    held(cast, one, "colleague", days_ago=40)
    effective(cast, revision(cast, procedure, summary="A typing error.", training_impact=False))
    outbox.deliver()
    assert waiting_for(one) == set()
    assert untrained(cast, one) == everybody(cast) - {cast.colleague.pk}


def given_to(cast: Cast, procedure: Document, role: str, site: str = "") -> None:
    found = cast.organisation.roles.get(code=role)
    at = cast.sites[site].pk if site else None
    distributing.add_rule(cast.actor("quality"), procedure.pk, role_id=found.pk, site_id=at)


def test_only_those_of_whom_it_is_asked_are_asked_again(cast: Cast) -> None:
    procedure = first_revision(cast)
    one = course(cast, "Servicing", document=procedure.pk)
    asked(cast, one, site_id=cast.sites["STV"].pk)
    effective(cast, revision(cast, procedure, summary="Caps on both halves.", training_impact=True))
    outbox.deliver()
    assert waiting_for(one) == {cast.other_site_auditor.pk}
    assert untrained(cast, one) == {cast.other_site_auditor.pk}


def test_what_was_learnt_earlier_on_the_day_of_the_change_counts_no_longer(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning = moment.now()
    procedure = first_revision(cast)
    one = course(cast, "Servicing", document=procedure.pk)
    asked(cast, one)
    following.set_policy(cast.actor("quality"), on_change="block", change_days=14)
    held(cast, one, "colleague")
    monkeypatch.setattr(moment, "now", lambda: morning + dt.timedelta(hours=2))
    effective(cast, revision(cast, procedure, summary="Caps on both halves.", training_impact=True))
    outbox.deliver()
    assert cast.colleague.pk in waiting_for(one) & untrained(cast, one)
    monkeypatch.setattr(moment, "now", lambda: morning + dt.timedelta(hours=3))
    held(cast, one, "colleague")
    assert cast.colleague.pk not in waiting_for(one) | untrained(cast, one)


def test_a_course_is_asked_of_the_readers_of_what_it_teaches(cast: Cast) -> None:
    procedure = first_revision(cast)
    one = course(cast, "Servicing")
    with pytest.raises(Invalid, match="It teaches no document yet"):
        requiring.require(cast.actor("quality"), one.pk, readers=True)
    link(cast, one, procedure)
    requiring.require(cast.actor("quality"), one.pk, readers=True)
    assert untrained(cast, one) == set(), "Nobody is given the document yet."
    given_to(cast, procedure, "department_director")
    given_to(cast, procedure, "auditor", "STV")
    readers = {cast.director.pk, cast.other_site_auditor.pk}
    assert untrained(cast, one) == readers
    effective(cast, revision(cast, procedure, summary="Caps on both halves.", training_impact=True))
    outbox.deliver()
    assert waiting_for(one) == untrained(cast, one) == readers
    shown = signed_in(cast, "director").get("/training/").content.decode()
    assert "Servicing" in shown, "What is asked of readers stands on their own page."
    assert "Servicing" in signed_in(cast, "quality").get("/training/matrix/").content.decode()


def test_that_nobody_will_be_trained_is_said_before_and_arranged_after(cast: Cast) -> None:
    procedure = first_revision(cast)
    one = course(cast, "Servicing", document=procedure.pk)
    draft = revision(cast, procedure, summary="Caps on both halves.", training_impact=True)
    nobody = "People must be trained for it, and nobody will be. What teaches it is asked of nobody: “Servicing”."
    author = signed_in(cast, "quality")
    assert nobody in author.get(f"/r/revision/{draft.number}/").content.decode()
    sent(cast, draft)
    [step, *_others] = routing.waiting(again(draft))
    person = (
        Person.objects.filter(organisation=cast.organisation, grants__role__code=step.role)
        .exclude(pk=cast.quality.pk)[:1]
        .get()
    )
    assert person.account is not None
    signer = Client()
    signer.force_login(person.account)
    assert nobody in signer.get(f"/r/revision/{draft.number}/move/{step.kind}/").content.decode()
    signed_by_all(cast, draft)
    effect.run(cast.organisation.pk)
    outbox.deliver()
    [task] = Task.everywhere.filter(record_id=procedure.pk, code=following.ARRANGE, done_at=None)
    assert task.role is not None
    assert task.role.code == "quality_manager", "There is no training manager here."
    held(cast, one, "colleague", days_ago=3)
    # Once it is asked of somebody, they learn the revision, and the task is done.
    asked(cast, one)
    outbox.deliver()
    assert waiting_for(one) == everybody(cast)
    assert not Task.everywhere.filter(pk=task.pk, done_at=None).exists()
    next_one = revision(cast, Document.everywhere.get(pk=procedure.pk), summary="And gloves.", training_impact=True)
    told = author.get(f"/r/revision/{next_one.number}/").content.decode()
    assert f"{len(everybody(cast))} people are to take “Servicing” (Reporter)." in told


def test_what_was_acknowledged_counts_until_the_next_revision(cast: Cast) -> None:
    procedure = first_revision(cast)
    with pytest.raises(Invalid, match="Choose the document"):
        course(cast, "Read it", course_kind="reading")
    one = course(cast, "Read it", course_kind="reading", document=procedure.pk)
    asked(cast, one)
    Receipt.everywhere.update_or_create(
        organisation=cast.organisation, document=procedure, revision_id=procedure.effective_id, person=cast.colleague,
        defaults={"acknowledged_at": moment.now(), "given_at": moment.now()},
    )  # fmt: skip
    assert untrained(cast, one) == everybody(cast) - {cast.colleague.pk}
    [(_need, stand)] = standing.of_person(
        cast.organisation.pk, cast.colleague.pk, standing.day_here(cast.organisation.pk)
    )
    assert stand.state is State.VALID
    effective(cast, revision(cast, procedure, summary="Caps on both halves.", training_impact=True))
    outbox.deliver()
    assert untrained(cast, one) == everybody(cast)


def test_the_share_that_is_current_is_evidence(cast: Cast) -> None:
    one = course(cast, "For managers")
    asked(cast, one, "department_director")
    quality = cast.actor("quality")

    def found(**given: object) -> living.Answer:
        return living.answers(quality, [("training.current", {"role": "department_director", **given})])[0]

    assert (found().count, found().of, found().newest) == (0, 1, None)
    held(cast, one, "director")
    today = moment.now().astimezone(quality.tz).date()
    assert (found().count, found().of, found().newest) == (1, 1, today)
    assert found(site=cast.sites["STV"].pk).of == 0
    assert living.answers(cast.actor("reporter"), [("training.current", {})])[0] == living.Answer()
    words = living.words(cast.organisation.pk, "training.current", {"role": "department_director"})
    assert words == "People with the role “Department director” whose required training is current"
    assert "the role “gone”" in living.words(cast.organisation.pk, "training.current", {"role": "gone"})

    session = services.create(quality, "session", {
        "title": one.title, "course": one.pk, "starts_at": moment.now() - dt.timedelta(days=30),
    }, fixed={"effect": "yes"})  # fmt: skip
    assert session.pk
    assert living.answers(quality, [("training.evaluated", {})])[0].count == 1


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.account(name))
    return client


def test_what_a_course_says_that_it_serves_is_counted_in_one_step(cast: Cast) -> None:
    adopted(cast, ISO_9001)
    [one] = starters.add(cast.actor("quality"), ["quality-basics"])
    tab = f"/r/course/{one.number}/tab/evidence/"
    keeper = signed_in(cast, "quality")
    page = keeper.get(tab)
    offered = [line["value"] for line in page.context["offers"]]
    # AS9100 is not adopted, so what it serves there is not offered.
    assert offered == [f"{ISO_9001} 7.2", f"{ISO_9001} 7.3"]
    assert "Requirements that it names itself" in page.content.decode()
    take = f"/standards/take/?record={one.number}"
    assert signed_in(cast, "outsider").post(take, {"clause": offered}).status_code == 404
    assert signed_in(cast, "executive").post(take, {"clause": offered}).status_code == 422, "They look on."
    # What it does not say is not counted on somebody's word.
    assert keeper.post(take, {"clause": [f"{ISO_9001} 4.1"]}).status_code == 422
    assert not Evidence.everywhere.exists()
    assert keeper.post(take, {"clause": offered[:1]}).status_code == 303
    [bound] = Evidence.everywhere.all()
    assert (bound.record_id, bound.number, bound.strength) == (one.pk, "7.2", "part")
    assert [line["value"] for line in keeper.get(tab).context["offers"]] == offered[1:]
    assert keeper.post(take, {"clause": offered}).status_code == 303
    assert keeper.post(take, {"clause": offered}).status_code == 422, "A second click counts nothing twice."
    assert Evidence.everywhere.count() == 2
    assert keeper.get(tab).context["offers"] == []
