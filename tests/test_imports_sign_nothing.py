"""Whoever may import approves, verifies and signs nothing by it: a file cannot say that somebody else has."""

from __future__ import annotations

from typing import Any

import pytest

from qsms.documents.models import Revision
from qsms.documents.tests import makers as documents
from qsms.exchange.building import Builder, Made
from qsms.org import services as org
from qsms.records import bulk, registry
from qsms.training.tests import makers as training
from tests.cast import Cast
from tests.harness.clock import START as NOW

pytestmark = pytest.mark.django_db


def brought(cast: Cast, who: str, kind: str, **row: Any) -> Made:
    return Builder(cast.actor(who), kind).make(row)


def test_a_revision_comes_in_as_a_draft_alone(cast: Cast) -> None:
    row = {"title": "Fuelling", "body": "Fuel it.", "summary": "New"}
    known = {**row, "document": documents.document(cast).number}
    for state in registry.get("revision").lifecycle.states:
        for who, given in (("quality", known), ("administrator", row)):
            wrong = brought(cast, who, "revision", **given, state=state.code).errors
            assert ("its route approves it here" in wrong.get("state", "")) == (state.code != "draft"), state.code
    draft = brought(cast, "quality", "revision", **known)
    assert draft.record is not None
    [made] = bulk.create(cast.actor("quality"), "revision", [draft.record])
    assert Revision.everywhere.get(pk=made.pk).state == "draft"


def test_nobody_brings_in_what_they_hold_themselves_as_verified(cast: Cast) -> None:
    row = {"title": "Fuelling", "course": training.course(cast).number, "completed_on": "2026-01-05"}
    for state in ({}, {"state": "held"}):
        own = brought(cast, "quality", "holding", **row, holder=cast.quality.email, **state)
        assert own.record is not None
        assert (own.record.state, own.errors) == ("claimed", {})
        assert "verified by another" in own.told["holder"]
    other = brought(cast, "quality", "holding", **row, holder=cast.owner.email)
    assert (other.record and other.record.state, other.told) == ("held", {})
    # Nor does a deputy enter it for whom they stand in for.
    org.delegate(cast.safety, cast.quality, starts_on=NOW.date(), ends_on=NOW.date(), reason="Leave")
    lent = brought(cast, "quality", "holding", **row, holder=cast.safety.email)
    assert lent.record is not None
    assert lent.record.state == "claimed"


def test_a_declaration_is_signed_here(cast: Cast) -> None:
    column = registry.get("declaration").field("certificate_kind")
    assert column is not None
    row = {"title": "Part 121", "certificate_kind": column.choices[0][0]}  # type: ignore[index]
    for state in ("signed", "submitted", "acknowledged"):
        assert "signs it here" in brought(cast, "quality", "declaration", **row, state=state).errors["state"]
    assert brought(cast, "quality", "declaration", **row).errors == {}
