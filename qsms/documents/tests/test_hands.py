"""Whose hand a revision went through, and whose it may: pictures, days signed in person, documents out of reach."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from qsms.documents.models import Document
from qsms.org.models import Grant, Person, Role, Site
from qsms.records import attachments, moves, services
from qsms.records.errors import Invalid, Refused
from tests.cast import Cast

from .makers import again, approved, document, revision, second_quality_manager, signer
from .test_deputies import lend
from .test_leaks import PNG

pytestmark = pytest.mark.django_db


def given(cast: Cast, person: Person, permissions: list[str], site: Site | None = None) -> None:
    """This person has these rights as well, at one site or everywhere."""
    axis = "all" if site is None else "site"
    code = f"extra_{Role.objects.count()}"
    role = Role.objects.create(
        organisation=cast.organisation, code=code, title=code, axis=axis, permissions=permissions
    )
    Grant.objects.create(organisation=cast.organisation, person=person, role=role, axis=axis, site=site)


def test_whoever_brings_a_picture_or_takes_one_away_is_an_author(cast: Cast) -> None:
    second_quality_manager(cast)
    one = revision(cast, document(cast, "safety"), "safety", body="## Cart\n\n![Cart](cart.png)")
    kept = attachments.add(cast.actor("quality"), one.pk, io.BytesIO(PNG), name="cart.png")
    assert again(one).authors == [cast.safety.pk, cast.quality.pk]
    attachments.remove(cast.actor("quality_2"), kept.attachment.pk, reason="Another one comes")
    attachments.add(cast.actor("safety"), one.pk, io.BytesIO(PNG), name="cart.png")
    assert again(one).authors == [cast.safety.pk, cast.quality.pk, cast.quality_2.pk]
    with pytest.raises(Refused, match="Nobody but who wrote it holds"):
        moves.move(cast.actor("safety"), one.pk, "send")


def test_no_deputy_puts_another_day_under_what_was_signed_in_person(cast: Cast) -> None:
    policy = document(cast, document_type="policy")
    one = approved(cast, revision(cast, policy, effective_on=dt.date(2026, 4, 1)))
    assert one.state == "approved"
    day = {"effective_on": dt.date(2026, 4, 2)}
    lend(cast, "executive", "colleague")
    with pytest.raises(Refused, match="Only who approved it"):
        moves.move(cast.actor("colleague"), one.pk, "plan", fields=day, proof=signer(cast, "colleague"))
    moves.move(cast.actor("executive"), one.pk, "plan", fields=day, proof=signer(cast, "executive"))
    assert again(one).effective_on == day["effective_on"]


def test_a_right_of_one_site_writes_no_revisions_of_documents_of_another(cast: Cast) -> None:
    here = document(cast)
    given(cast, cast.colleague, ["revision.*", "document.create"], cast.sites["STV"])
    given(cast, cast.colleague, ["document.view"])
    values = {"title": "Mine", "body": "Mine", "summary": "Mine", "site": cast.sites["STV"]}
    with pytest.raises(Invalid, match=f"You may not write revisions of {here.number}"):
        services.create(cast.actor("colleague"), "revision", {**values, "document": here.pk})
    there = document(cast, site=cast.sites["STV"])
    services.create(cast.actor("colleague"), "revision", {**values, "document": there.pk})
    # A document that they own is theirs to write, wherever it stands.
    Document.everywhere.filter(pk=here.pk).update(owner=cast.colleague)
    services.create(cast.actor("colleague"), "revision", {**values, "document": here.pk})


def test_who_may_not_register_documents_begins_none_by_writing(cast: Cast) -> None:
    given(cast, cast.colleague, ["revision.*"])
    with pytest.raises(Invalid, match="You may not begin a new one"):
        services.create(cast.actor("colleague"), "revision", {"title": "Mine", "body": "Mine", "summary": "Mine"})
    assert not Document.everywhere.exists()
