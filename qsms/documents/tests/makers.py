"""Documents and revisions of the tests, brought as far as each one needs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from qsms.base import moment
from qsms.documents import effect, naming, routing
from qsms.documents.models import Document, Revision
from qsms.org import services as org
from qsms.org.models import Person
from qsms.records import moves, services, signing
from tests.cast import PASSWORD, Cast

TEXT = """## Before you connect

1. Chock the aircraft and set the brake of the cart.
2. Wear gloves.

## Connecting

| Step | Who |
|---|---|
| Clean both halves | Mechanic |
"""


def signer(cast: Cast, name: str) -> signing.Proof:
    """What somebody of the cast signs with."""
    account = cast.account(name)
    account.set_password(PASSWORD)
    account.save()
    return signing.Proof(PASSWORD)


def document(cast: Cast, by: str = "quality", **values: Any) -> Document:
    """A procedure at Larkfield, in preparation."""
    given = {"title": "Servicing of hydraulic systems", "site": cast.sites["LKF"], "owner": cast.people[by], **values}
    made = services.create(cast.actor(by), "document", given)
    assert isinstance(made, Document)
    return made


def revision(cast: Cast, of: Document, by: str = "quality", **values: Any) -> Revision:
    """A draft of a revision of this document."""
    given = {
        "title": of.title, "document": of.pk, "body": TEXT, "summary": "It is the first one.", "site": of.site,
        "owner": cast.people[by], **values,
    }  # fmt: skip
    made = services.create(cast.actor(by), "revision", given)
    assert isinstance(made, Revision)
    return made


def sign(cast: Cast, who: str, one: Revision, code: str = "approve") -> None:
    """Somebody signs, and the revision passes on if it was the last signature."""
    moves.move(cast.actor(who), one.pk, code, proof=signer(cast, who))
    routing.go_on(cast.organisation.pk, one.pk)


def sent(cast: Cast, one: Revision, by: str = "quality") -> Revision:
    """Sent for review, or for approval where there is none; where only its author is asked, a second one comes."""
    if naming.missing(again(one)) and "quality_2" not in cast.people:
        second_quality_manager(cast)
    life = [verdict.move.code for verdict in moves.verdicts(cast.actor(by), again(one)) if verdict.is_open]
    moves.move(cast.actor(by), one.pk, "send" if "send" in life else "send_on")
    return again(one)


def approved(cast: Cast, one: Revision, by: str = "quality") -> Revision:
    """Sent, reviewed and approved by those whom its type names, none of whom wrote it."""
    sent(cast, one, by)
    return signed_by_all(cast, one, by)


def signed_by_all(cast: Cast, one: Revision, by: str = "quality") -> Revision:
    """What was sent is signed by everybody whom its type names."""
    while True:
        now = again(one)
        waiting = routing.waiting(now)
        if not waiting:
            return now
        reviewer = "quality_2" if "quality_2" in cast.people else "quality"
        name = {"quality_manager": reviewer, "department_director": "director", "safety_manager": "safety"}.get(
            waiting[0].role, "executive"
        )
        sign(cast, name, now, "review" if now.state == "in_review" else "approve")


def second_quality_manager(cast: Cast) -> Person:
    """Another one, who wrote nothing."""
    person = org.add_person(
        cast.organisation, name="Second Quality Manager", email="quality_2@larkfield.test", site=cast.sites["LKF"]
    )
    org.grant(person, "quality_manager", axis="all")
    cast.people["quality_2"] = person
    return person


def effective(cast: Cast, one: Revision, by: str = "quality") -> Document:
    """In effect, as of today."""
    approved(cast, one, by)
    effect.run(cast.organisation.pk)
    assert one.document_id is not None
    return Document.everywhere.get(pk=one.document_id)


def again(one: Revision) -> Revision:
    """The revision as it stands in the database."""
    return Revision.everywhere.select_related("document").get(pk=one.pk)


def today() -> dt.date:
    return moment.now().date()
