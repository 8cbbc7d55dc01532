"""A newer file of a shipped matrix reaches everybody, and nothing that was rated or edited changes under its hands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from qsms.records.models import Deed
from qsms.risk import choices, matrices, matrix_editing, shipping
from qsms.risk.models import Adoption, RiskMatrix
from tests.cast import Cast

from .makers import SAFETY, hazard, rate

ICAO = "icao-5x5-4th.yaml"
FORMER = "4th edition, 2018"
Change = Callable[[str], None]


@pytest.fixture
def change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Change:
    """Gives the ICAO matrix of the next version another title; with an empty one a remark alone."""
    shutil.copytree(choices.DATA / "matrices", tmp_path / "matrices")
    monkeypatch.setattr(shipping, "DATA", tmp_path)

    def write(title: str) -> None:
        text = (choices.DATA / "matrices" / ICAO).read_text(encoding="utf-8")
        [line] = [one for one in text.splitlines() if one.startswith("title:")]
        after = text.replace(line, f"title: {title}") if title else f"# Read again.\n{text}"
        (tmp_path / "matrices" / ICAO).write_text(after, encoding="utf-8")

    return write


def in_use(cast: Cast, who: str = "safety") -> RiskMatrix:
    return matrices.matrix_for(cast.actor(who), SAFETY)


def test_the_files_of_this_version_are_there_already(cast: Cast, change: Change) -> None:
    assert not shipping.is_behind()
    assert shipping.ship() == 0
    # The same in other words of the file is nothing new.
    change("")
    assert shipping.is_behind()
    assert shipping.ship() == 0
    assert not shipping.is_behind()
    assert RiskMatrix.everywhere.filter(organisation=None).count() == 5


def test_what_nobody_rated_on_changes_where_it_stands(cast: Cast, change: Change) -> None:
    change("Corrected")
    assert shipping.ship() == 1
    assert not shipping.is_behind()
    row = RiskMatrix.everywhere.get(organisation=None, code="icao-5x5")
    assert (row.title, row.rule.title, row.edition) == ("Corrected", "Corrected", FORMER)


def test_what_was_rated_on_stays_and_the_next_edition_is_rated_on(cast: Cast, change: Change) -> None:
    former = in_use(cast)
    matrix_editing.adopt(cast.actor("safety"), former.pk, SAFETY)
    rated = rate(cast, hazard(cast), "3B")
    change("Corrected")
    assert shipping.ship() == 1
    now = in_use(cast)
    assert (now.title, now.edition, now.rule.edition) == ("Corrected", *[f"{FORMER}, revision 2"] * 2)
    assert RiskMatrix.everywhere.get(pk=former.pk).definition == former.definition
    rated.refresh_from_db()
    assert rated.matrix_id == former.pk
    # Those who adopted nothing follow as well; those who adopted it find why in their history.
    assert in_use(cast, "outsider") == now
    assert rate(cast, hazard(cast), "3B").matrix == now
    [deed] = Deed.everywhere.filter(verb=shipping.RENEWED)
    assert (deed.organisation_id, deed.detail["from"]) == (cast.organisation.pk, FORMER)
    assert Adoption.everywhere.filter(organisation=cast.organisation, until=None).get().matrix == now
    # Once is enough; what comes then is the next revision, also when it is the first one again.
    assert shipping.ship() == 0
    assert in_use(cast) == now
    rate(cast, hazard(cast), "2B")
    change("")
    assert shipping.ship() == 1
    assert in_use(cast).edition == f"{FORMER}, revision 3"


def test_what_the_organisation_made_of_it_stays_in_force(cast: Cast, change: Change) -> None:
    actor = cast.actor("safety")
    rate(cast, hazard(cast), "3B")
    draft = matrix_editing.copy_matrix(actor, in_use(cast).pk)
    own = matrix_editing.publish(actor, draft.pk, draft.version)
    change("Corrected")
    assert shipping.ship() == 1
    assert in_use(cast) == own
    assert in_use(cast, "outsider").title == "Corrected"
    assert RiskMatrix.everywhere.get(pk=own.pk).definition == own.definition
