"""Only what is in force shows a requirement: the lifecycle of each kind says in which states a record counts."""

from __future__ import annotations

import pytest
from django.test import Client

from qsms.documents.models import Document
from qsms.documents.tests.makers import document, effective, revision
from qsms.records import moves, registry
from qsms.rules.coverage import State
from qsms.rules.frameworks import Reference
from qsms.rules.lifecycle import Phase
from qsms.standards import adopting, binding, standing
from qsms.standards.binding import Given
from qsms.standards.models import Adoption
from tests.cast import Cast

pytestmark = pytest.mark.django_db
CLAUSE = Reference("iso-9001/2015", "7.5.3")


def test_no_kind_counts_before_it_began_or_once_void() -> None:
    for sheet in registry.all_types():
        for state in sheet.lifecycle.states:
            counts = registry.shows(sheet.kind, state.code)
            assert not (counts and state.phase in (Phase.DRAFT, Phase.VOID)), (sheet.kind, state.code)
        assert sheet.lifecycle.showing, sheet.kind


def test_a_document_counts_while_it_is_in_effect(cast: Cast) -> None:
    quality = cast.actor("quality")
    adoption = adopting.adopt(quality, CLAUSE.framework)
    assert isinstance(adoption, Adoption)
    held = document(cast)
    binding.bind(quality, held.pk, CLAUSE, Given(for_all_sites=True))
    client = Client()
    client.force_login(cast.account("quality"))

    def shown() -> tuple[State, bool]:
        page = client.get(f"/standards/clause/{CLAUSE.framework}/{CLAUSE.number}/").content.decode()
        return standing.of(quality, adoption).coverage.covered[CLAUSE.number].state, "does not count" in page

    assert shown() == (State.NOT_ASSESSED, True)
    effective(cast, revision(cast, held))
    assert shown() == (State.MET, False)
    moves.move(quality, held.pk, "make_obsolete", reason="Nobody flies the type any more")
    assert Document.everywhere.get(pk=held.pk).state == "obsolete"
    assert shown() == (State.NOT_ASSESSED, True)
